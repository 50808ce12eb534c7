// Answers that are vectors of numbers: how they are made, varied, written and read.
import type { Random, Reject } from '../contract/index.ts'
import { normalVariate } from '../kernel/variates.ts'

/** Every number lies in [low, high]; sigma is the usual mutation. */
export interface GenomeSpace {
  readonly length: number
  readonly low: number
  readonly high: number
  readonly sigma: number
}

/** Six digits after the point are what is written, so they are what there is. */
const rounded = (x: number): number => Number(x.toFixed(6)) + 0
const within = (x: number, g: GenomeSpace): number => rounded(Math.min(g.high, Math.max(g.low, x)))

/** Uniform in the space. */
export const randomGenome = (g: GenomeSpace, r: Random): number[] =>
  Array.from({ length: g.length }, () => within(g.low + (g.high - g.low) * r.next(), g))

/** Gaussian steps from the first parent; of several, every number comes from one of them, drawn evenly, before the step. None: a random one. */
export function variedGenome(parents: readonly (readonly number[])[], g: GenomeSpace, r: Random, scale = 1): number[] {
  if (parents.length === 0) return randomGenome(g, r)
  return Array.from({ length: g.length }, (_, i) => {
    const from = parents.length === 1 ? parents[0] : r.pick(parents)
    return within(from[i] + g.sigma * scale * normalVariate(r), g)
  })
}

/** As it is written: numbers with spaces between them. */
export const showGenome = (xs: readonly number[]): string => xs.map(x => String(rounded(x))).join(' ')

/** The last line of a text that holds as many numbers as there must be. */
export function readGenome(text: string, g: GenomeSpace): number[] | Reject {
  let found: number | undefined
  for (const line of text.split('\n').reverse()) {
    const words = line
      .replace(/^[^-+.\d]*:/, '')
      .split(/[\s,;[\]()]+/)
      .filter(w => w !== '')
    const xs = words.map(Number)
    if (xs.length === 0 || xs.some(Number.isNaN)) continue
    if (xs.length === g.length) {
      const bad = xs.find(x => !(x >= g.low && x <= g.high))
      return bad === undefined ? xs.map(rounded) : { reject: `every number lies between ${g.low} and ${g.high}, found ${bad}` }
    }
    found ??= xs.length
  }
  return { reject: found === undefined ? `expected ${g.length} numbers on a line` : `expected ${g.length} numbers, found ${found}` }
}

/** Why not, for `valid`. */
export function checkGenome(xs: unknown, g: GenomeSpace): true | string {
  if (!Array.isArray(xs) || xs.length !== g.length) return `expected ${g.length} numbers`
  return xs.every(x => typeof x === 'number' && x >= g.low && x <= g.high) || `every number lies between ${g.low} and ${g.high}`
}
