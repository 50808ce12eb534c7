// How good the seedling is on puzzles it was not trained on, beside random legal play; and how well its critic ranks unfinished states.
import type { Live, Provider, Sample, Split } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { auc, average, bootstrap, type Interval, passAtK, wilson } from '../../kernel/statistics.ts'
import { decode, encode, token, words } from '../../model/seedling/index.ts'
import { split as splitOf } from '../../world/number/split.ts'
import { type Puzzle, solvedPuzzle } from './examples.ts'
import { apply, ascending, promptTokens, solvable, steps, stepTokens } from './table.ts'

export const families = ['three', 'four', 'game24'] as const
export type Family = (typeof families)[number]

/** Different puzzles of a split that can be solved in the seedling's words: 3 or 4 numbers up to 20 and a target found by random play; or sets for the Game of 24, all there are at most. */
export function puzzles(family: Family, split: Split, n: number, seed = 1): Puzzle[] {
  if (family === 'game24') return sets24(split, seed).slice(0, n)
  const random = new AddressedRandom(seed, 0, 0, `seedling puzzles ${family} ${split}`)
  const out = new Map<string, Puzzle>()
  while (out.size < n) {
    const { numbers, target } = solvedPuzzle(random, family, split)
    const key = `${ascending(numbers)}>${target}`
    if (!out.has(key)) out.set(key, { numbers, target })
  }
  return [...out.values()]
}

function sets24(split: Split, seed: number): Puzzle[] {
  const out: Puzzle[] = []
  for (let a = 1; a <= 13; a++)
    for (let b = a; b <= 13; b++)
      for (let c = b; c <= 13; c++)
        for (let d = c; d <= 13; d++)
          if (splitOf([a, b, c, d]) === split && solvable([a, b, c, d], 24)) out.push({ numbers: [a, b, c, d], target: 24 })
  const random = new AddressedRandom(seed, 0, 0, 'seedling sets')
  return random.shuffle(out).map(p => ({ ...p, numbers: random.shuffle(p.numbers) }))
}

/** Does a text of steps solve the puzzle? Every step legal and rightly worked out, each number used once, the rest written right, `$` at the end. */
export function solves(p: Puzzle, text: string): boolean {
  let left = ascending(p.numbers)
  let rest = encode(text)
  while (left.length > 1) {
    const [a, op, b, , c] = rest
    const i = left.indexOf(a)
    const j = left.findIndex((x, k) => x === b && k !== i)
    if (i < 0 || j < 0 || !(op >= token.plus && op <= token.over) || apply(a, op, b) !== c || c < 0) return false
    left = ascending([...left.filter((_, k) => k !== i && k !== j), c])
    const expected = stepTokens({ a, op, b, c, rest: left })
    if (expected.some((id, k) => rest[k] !== id)) return false
    rest = rest.slice(expected.length)
  }
  return left[0] === p.target && rest.length === 0
}

/** Chance that play which picks uniformly among the legal steps solves it. Exact. */
export function randomPlay(left: readonly number[], target: number): number {
  if (left.length === 1) return left[0] === target ? 1 : 0
  const options = steps(left)
  return options.length === 0 ? 0 : average(options.map(s => randomPlay(s.rest, target)))
}

export interface Rate {
  rate: number
  interval: Interval
}
export interface FamilyResult {
  family: Family
  split: Split
  puzzles: number
  samples: number
  /** One answer at temperature 0. Wilson interval. */
  greedy: Rate
  /** By k, from `samples` samples at temperature 1; bootstrap over puzzles. */
  pass: Record<number, Rate>
  /** The same for uniformly random legal play. */
  random: Record<number, Rate>
}

/** What a call outside any search is told: streams by its number. */
export function liveAt(seed: number, number: number, purpose = 'seedling evaluation'): Live {
  return {
    index: 0,
    random: new AddressedRandom(seed, number, 0, purpose),
    randomAt: index => new AddressedRandom(seed, number, index + 1, purpose),
    signal: new AbortController().signal,
    idempotencyKey: `${number}`,
    now: () => 0,
    sleep: async () => {},
  }
}

const ks = [1, 8, 32]

/** Solves puzzles with a model of the dialect `tokens`, whole solutions at a time. */
export async function evaluatePuzzles(
  model: Provider,
  family: Family,
  split: Split,
  o: { n?: number; samples?: number; seed?: number } = {},
): Promise<FamilyResult> {
  const { n = 400, samples = 32, seed = 1 } = o
  const set = puzzles(family, split, n, seed)
  const ask = async (p: Puzzle, i: number, count: number, temperature: number): Promise<number> => {
    const messages = [{ role: 'user' as const, content: decode(promptTokens(p.numbers, p.target)) }]
    const { samples: out } = await model.sample(messages, { n: count, temperature, stop: ['$'], logprobs: false }, liveAt(seed, i))
    return out.filter((s: Sample) => solves(p, s.text)).length
  }
  const greedy = (await Promise.all(set.map((p, i) => ask(p, i, 1, 0)))).filter(c => c > 0).length
  const right = await Promise.all(set.map((p, i) => ask(p, i, samples, 1)))
  const shares = set.map(p => randomPlay(ascending(p.numbers), p.target))
  const over = (xs: readonly number[]): Rate => ({
    rate: average(xs),
    interval: bootstrap(xs, average, new AddressedRandom(seed, 0, 0, 'seedling intervals'), { times: 1000 }),
  })
  const fit = ks.filter(k => k <= samples)
  return {
    family,
    split,
    puzzles: set.length,
    samples,
    greedy: { rate: greedy / set.length, interval: wilson(greedy, set.length) },
    pass: Object.fromEntries(fit.map(k => [k, over(right.map(c => passAtK(samples, c, k)))])),
    random: Object.fromEntries(fit.map(k => [k, over(shares.map(p => 1 - (1 - p) ** k))])),
  }
}

export interface CriticResult {
  split: Split
  family: Family
  /** Steps taken before the state. */
  depth: number
  states: number
  /** Share of the states from which the target can still be made. */
  good: number
  auc: Rate
  /** Mean squared error of the value as a probability. */
  brier: number
}

/** How well P(good) ranks unfinished states: those the model itself comes to, one sampled solution a puzzle, cut after each step. */
export async function evaluateCritic(
  model: Provider,
  family: Family,
  split: Split,
  o: { n?: number; samples?: number; seed?: number } = {},
): Promise<CriticResult[]> {
  const { n = 400, samples = 4, seed = 2 } = o
  const set = puzzles(family, split, n, seed)
  const byDepth = new Map<number, Map<string, { prefix: string; good: boolean }>>()
  await Promise.all(
    set.map(async (p, i) => {
      const content = decode(promptTokens(p.numbers, p.target))
      const { samples: out } = await model.sample(
        [{ role: 'user', content }],
        { n: samples, temperature: 1, stop: ['$'], logprobs: false },
        liveAt(seed, i),
      )
      for (const { text } of out) {
        let left = ascending(p.numbers)
        let prefix = content
        let ids = encode(text)
        for (let depth = 1; left.length > 2; depth++) {
          const [a, op, b, , c] = ids
          const step = steps(left).find(s => s.a === a && s.op === op && s.b === b && s.c === c)
          const said = step && stepTokens(step)
          if (!said || said.some((id, k) => ids[k] !== id)) break
          left = step.rest
          prefix += ` ${decode(said)}`
          ids = ids.slice(said.length)
          const states = byDepth.get(depth) ?? new Map()
          byDepth.set(depth, states.set(prefix, { prefix, good: solvable(left, p.target) }))
        }
      }
    }),
  )
  const out: CriticResult[] = []
  for (const [depth, found] of [...byDepth].sort(([a], [b]) => a - b)) {
    const states = [...found.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
    const values = await Promise.all(
      states.map(async (s, i) => {
        const messages = [{ role: 'user' as const, content: `${s.prefix} ${words[token.judge]}` }]
        return Math.exp((await model.score!(messages, words[token.good], liveAt(seed, i))).logprob)
      }),
    )
    const of = (good: boolean): number[] => values.filter((_, i) => states[i].good === good)
    const area = auc(of(true), of(false))
    out.push({
      split,
      family,
      depth,
      states: states.length,
      good: of(true).length / states.length,
      auc: { rate: area.auc, interval: area.interval },
      brier: average(values.map((v, i) => (v - (states[i].good ? 1 : 0)) ** 2)),
    })
  }
  return out
}
