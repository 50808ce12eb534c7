// Machines as one types them.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Named, Wish } from '../entry.ts'
import { madeTasks } from '../made.ts'
import { readSettings, type Setting, showSettings } from '../settings.ts'
import { splitBy } from '../split.ts'

/** A machine and how often it may be pulled. */
export interface BanditTask {
  readonly law: 'bernoulli' | 'gaussian'
  readonly arms: number
  readonly pulls: number
  /** By how much one arm is better than all others; 0: means are drawn. */
  readonly gap: number
  readonly seed: number
}
const known: Readonly<Record<'arms' | 'pulls' | 'gap' | 'seed', Setting>> = {
  arms: { default: 5, min: 2, max: 100 },
  pulls: { default: 20, min: 1, max: 10_000 },
  gap: { default: 0, min: 0, max: 1, real: true },
  seed: { default: 1, min: 0, max: 2 ** 31 },
}
const laws = ['bernoulli', 'gaussian'] as const

/** `bernoulli arms=5 pulls=20 seed=7`, `gaussian gap=0.5 seed=3`, or the fields of an object. @throws Failure (usage) */
export function parseTask(input: unknown): BanditTask {
  if (typeof input === 'string' && input.trim().startsWith('{')) {
    try {
      return parseTask(JSON.parse(input))
    } catch (e) {
      if (e instanceof Failure) throw e
    }
  }
  let law: unknown = 'bernoulli'
  let rest = input
  if (typeof input === 'string') {
    const m = /^\s*([a-z]+)\b(?!\s*[=:])\s*/i.exec(input)
    if (m !== null) {
      law = m[1].toLowerCase()
      rest = input.slice(m[0].length)
    }
    if (String(rest).trim() === '' && m !== null) rest = {}
  } else if (typeof input === 'object' && input !== null && !Array.isArray(input) && 'law' in input) {
    const { law: given, ...others } = input as { law: unknown }
    law = given
    rest = others
  }
  if (!laws.includes(law as 'bernoulli'))
    throw new Failure(
      'usage',
      `bandits: expected bernoulli or gaussian, found ${JSON.stringify(law)}`,
      'a task looks like "bernoulli arms=5 pulls=20 seed=7"',
    )
  return Object.freeze({ law: law as BanditTask['law'], ...readSettings('bandits', rest, known) })
}

export const showTask = ({ law, ...settings }: BanditTask): string => `${law} ${showSettings(settings, known)}`
/** By the machine: its law, its arms and its seed. How often it is pulled makes it no other. */
export const splitOf = ({ law, arms, gap, seed }: BanditTask): Split => splitBy(`bandits ${law} ${arms} ${gap} ${seed}`)

/** Machines by seed, every other one Gaussian. `size`: how many arms. */
export const tasks = (w: Wish): Named<BanditTask>[] =>
  madeTasks('bandits', w, known, {
    given: w.size === undefined ? {} : { arms: w.size },
    of: m => Object.freeze({ law: laws[m.seed % 2], ...m }),
    text: showTask,
    split: splitOf,
    weight: t => t.arms,
  })
