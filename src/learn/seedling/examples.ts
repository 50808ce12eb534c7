// What the seedling is trained on: solved puzzles, and wandering play whose states are judged by exhaustive search. Every row is a function of (seed, split,
// step, row), so that a run stopped anywhere goes on exactly, and nothing is stored.

import type { Split } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { token } from '../../model/seedling/index.ts'
import { split as splitOf } from '../../world/number/split.ts'
import type { Rows } from './graph.ts'
import { ascending, promptTokens, type Step, solutions, solvable, steps, stepTokens, trivial } from './table.ts'

/** Three or four numbers up to 20 with any target they can make; four cards up to 13 with any target; the Game of 24. */
export const kinds = ['three', 'four', 'cards', 'game24'] as const
export type Kind = (typeof kinds)[number]

/** Shares of the kinds among rows, and of wandering play within each. */
export interface Mix {
  shares: Readonly<Record<Kind, number>>
  wander: number
}
export const seedlingMix: Readonly<Mix> = { shares: { three: 0.12, four: 0.32, cards: 0.28, game24: 0.28 }, wander: 0.4 }

/** Columns of a row: a solved four-number puzzle and one judgement fit exactly. */
export const rowLength = 32
/** Cotangent of a verdict relative to that of a word. */
const verdictWeight = 2

export interface Puzzle {
  numbers: number[]
  target: number
}

/** A row before it is laid out: words, which of them carry loss (`says[i]`: word i), and judged prefixes. */
export interface Example {
  kind: string
  tokens: number[]
  says: boolean[]
  judged: { length: number; good: boolean }[]
}

const count = (kind: Kind): number => (kind === 'three' ? 3 : 4)
const largest = (kind: Kind): number => (kind === 'three' || kind === 'four' ? 20 : 13)

function draw(random: AddressedRandom, kind: Kind, split: Split): number[] {
  for (;;) {
    const out = Array.from({ length: count(kind) }, () => 1 + random.int(largest(kind)))
    if (splitOf(out) === split) return out
  }
}

/** Random play to the end. null: it got stuck, made a needless step (seven times in ten), or ended on 0. */
function walk(random: AddressedRandom, given: readonly number[]): Step[] | null {
  let left = ascending(given)
  const out: Step[] = []
  while (left.length > 1) {
    // A pair first, then an operator: uniform over steps would prefer those of repeated numbers less than play does.
    const options = steps(left)
    if (options.length === 0) return null
    const s = random.pick(options)
    if (trivial(s) && random.next() < 0.7) return null
    out.push(s)
    left = s.rest
  }
  return left[0] < 1 ? null : out
}

// All solutions of a set of cards, kept: the same few hundred sets come again and again.
const solved = new Map<string, Step[][]>()
function solutions24(given: readonly number[]): Step[][] {
  const left = ascending(given)
  const key = left.join(' ')
  let all = solved.get(key)
  if (!all) {
    all = solutions(left, 24)
    solved.set(key, all)
  }
  return all
}

/** A puzzle that can be solved in the seedling's words, with one of its solutions: the one found by random play, or any of all for the Game of 24. */
export function solvedPuzzle(random: AddressedRandom, kind: Kind, split: Split): Puzzle & { solution: Step[] } {
  for (;;) {
    const given = draw(random, kind, split)
    if (kind !== 'game24') {
      const solution = walk(random, given)
      if (solution) return { numbers: given, target: solution[solution.length - 1].c, solution }
      continue
    }
    const all = solutions24(given)
    if (all.length === 0) continue
    const plain = all.filter(s => !s.some(trivial))
    const solution = random.pick(plain.length > 0 && random.next() < 0.7 ? plain : all)
    return { numbers: given, target: 24, solution }
  }
}

function solvedExample(random: AddressedRandom, kind: Kind, split: Split): Example {
  const p = solvedPuzzle(random, kind, split)
  const tokens = promptTokens(p.numbers, p.target)
  const start = tokens.length
  for (const s of p.solution) tokens.push(...stepTokens(s))
  return { kind, tokens, says: tokens.map((_, i) => i >= start), judged: [] }
}

/**
 * Play that takes good and bad steps alike. Its states are judged good if the target can still be made. The choice of a step carries loss only where the step
 * is a good one; what follows from the choice (the result, the rest) always does, so that arithmetic is learnt on bad ground too.
 */
function wanderingExample(random: AddressedRandom, kind: Kind, split: Split): Example {
  // Cards are asked for 24 whether they can make it or not; other targets come from play, so that the start is always good there.
  const p = kind === 'game24' ? { numbers: draw(random, kind, split), target: 24 } : solvedPuzzle(random, kind, split)
  const tokens = promptTokens(p.numbers, p.target)
  const says = tokens.map(() => false)
  let left = ascending(p.numbers)
  let good = kind !== 'game24' || solutions24(p.numbers).length > 0
  const states = [{ length: tokens.length, good }]
  while (left.length > 1) {
    const options = steps(left)
    if (options.length === 0) break
    const well = good ? options.filter(s => solvable(s.rest, p.target)) : []
    const ill = good ? options.filter(s => !well.includes(s)) : options
    const s = random.pick(ill.length === 0 || (well.length > 0 && random.next() < 0.55) ? well : ill)
    good = well.includes(s)
    const said = stepTokens(s)
    tokens.push(...said)
    says.push(...said.map((_, i) => good || i >= 3))
    left = s.rest
    states.push({ length: tokens.length, good })
  }
  const last = kind === 'three' ? 2 : 3
  const weight = states.map((_, i) => (i === 0 ? (kind === 'game24' ? 0.3 : 0.05) : i === last ? 0.1 : i === last - 1 ? 0.6 : 0.4))
  return { kind, tokens, says, judged: [states[random.weighted(weight)]] }
}

/** Row `row` of step `step`. */
export function example(seed: number, split: Split, step: number, row: number, mix: Mix = seedlingMix): Example {
  const random = new AddressedRandom(seed, step, row, `seedling ${split}`)
  const kind = kinds[random.weighted(kinds.map(k => mix.shares[k]))]
  return random.next() < mix.wander ? wanderingExample(random, kind, split) : solvedExample(random, kind, split)
}

/** Rows with their loss: `cotangents` is dL/dlogprob for the mean over words of the negative logprob, verdicts weighed more. */
export interface Batch extends Rows {
  cotangents: Float32Array
  /** 0: no loss, 1: a word, 2: a verdict. */
  role: Uint8Array
  kind: Uint8Array
}

/**
 * Lays examples out. Words fill the columns from the left, each seeing those before it; a judgement stands in a column of its own on the right and sees
 * only its prefix, at the position right after it, so that it says what it would say if the prefix ended there.
 */
export function layOut(examples: readonly Example[], length: number = rowLength, among: readonly string[] = kinds): Batch {
  const B = examples.length
  const batch: Batch = {
    rows: B,
    length,
    tokens: new Int32Array(B * length).fill(token.pad),
    targets: new Int32Array(B * length).fill(token.pad),
    positions: new Int32Array(B * length),
    sees: new Uint8Array(B * length * length),
    cotangents: new Float32Array(B * length),
    role: new Uint8Array(B * length),
    kind: new Uint8Array(B),
  }
  let total = 0
  for (let b = 0; b < B; b++) {
    const { tokens, says, judged, kind } = examples[b]
    batch.kind[b] = among.indexOf(kind)
    const base = b * length
    const words = tokens.length - 1
    if (words + judged.length > length)
      throw new RangeError(`a row of ${words} words and ${judged.length} judgements does not fit into ${length} columns`)
    for (let t = 0; t < length; t++) {
      const see = (base + t) * length
      if (t < words) {
        batch.tokens[base + t] = tokens[t]
        batch.targets[base + t] = tokens[t + 1]
        batch.positions[base + t] = t
        batch.sees.fill(1, see, see + t + 1)
        if (says[t + 1]) {
          batch.role[base + t] = 1
          total += 1
        }
      } else {
        const verdict = judged[t - words]
        if (verdict) {
          batch.tokens[base + t] = token.judge
          batch.targets[base + t] = verdict.good ? token.good : token.bad
          batch.positions[base + t] = verdict.length
          batch.sees.fill(1, see, see + verdict.length)
          batch.role[base + t] = 2
          total += verdictWeight
        }
        batch.sees[see + t] = 1
      }
    }
  }
  for (let i = 0; i < batch.role.length; i++)
    batch.cotangents[i] = batch.role[i] === 0 ? 0 : -(batch.role[i] === 2 ? verdictWeight : 1) / total
  return batch
}

/** Where the rows of a training come from. Each is a function of (seed, split, step, row), so that a run stopped anywhere goes on exactly. */
export interface Data {
  /** What two runs must share to be one. */
  readonly id: string
  /** Of rows, measured apart. */
  readonly kinds: readonly string[]
  /** Columns of a row. */
  readonly length: number
  batch(seed: number, split: Split, step: number, rows: number): Batch
}
/** The seedling's own. */
export const seedlingData = (mix: Mix = seedlingMix): Data => ({
  id: 'seedling',
  kinds,
  length: rowLength,
  batch: (seed, split, step, rows) => batchAt(seed, split, step, rows, mix),
})

/** The batch of one step. */
export const batchAt = (seed: number, split: Split, step: number, rows: number, mix: Mix = seedlingMix): Batch =>
  layOut(Array.from({ length: rows }, (_, row) => example(seed, split, step, row, mix)))
