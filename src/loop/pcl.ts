// A value of prompts: how likely the policy succeeds, told from the prompt alone. PCL (arXiv:2510.01135).
import type { Live, Random } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { encode } from '../model/seedling/index.ts'
import type { Named } from '../world/index.ts'
import type { Searching } from './harvest.ts'
import { type Harvest, successOf } from './spec.ts'

/** Weights of the linear value, the bias last. */
export type PromptValue = readonly number[]
/** Prompts of a round's problems, as the policy reads them, and what was known of them before it. */
export interface ReadPrompts {
  readonly features: ReadonlyMap<string, Float64Array>
  readonly before: PromptValue
}

/**
 * A prompt as features. The law of the next word after it: log-probabilities, centred and of length 1; the head is one matrix, so they are a linear picture of the
 * network's last hidden state there. Then how hard the world itself thinks the problem is, and 1 for the bias.
 * @param hard from -1, the easiest, to 1
 */
export function promptFeatures(law: ArrayLike<number>, hard: number): Float64Array {
  const n = law.length
  const out = new Float64Array(n + 2)
  let mean = 0
  for (let i = 0; i < n; i++) mean += law[i] / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (law[i] - mean) ** 2
  for (let i = 0; i < n; i++) out[i] = (law[i] - mean) / Math.sqrt(squares || 1)
  out[n] = hard
  out[n + 1] = 1
  return out
}
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
/** Expected success, from 0 to 1. */
export const promptValue = (w: PromptValue, x: ArrayLike<number>): number => Math.min(1, Math.max(0, dot(w, x)))
/** One half of everything. */
const unknown = (n: number): PromptValue => Array.from({ length: n }, (_, i) => (i === n - 1 ? 0.5 : 0))

/**
 * The value after a round: least squares of w x - p over its problems, held to the former value by `ridge` |w - before|^2.
 * @param p mean success of the answers to each
 */
export function fitted(before: PromptValue, xs: readonly ArrayLike<number>[], p: readonly number[], ridge = 1): PromptValue {
  const n = before.length
  /** (X'X + ridge) v */
  const times = (v: ArrayLike<number>): Float64Array => {
    const out = Float64Array.from(v, x => ridge * x)
    for (const x of xs) {
      const s = dot(x, v)
      for (let i = 0; i < n; i++) out[i] += s * x[i]
    }
    return out
  }
  // Conjugate gradients on what is still wrong: as many steps as there are numbers at most.
  const d = new Float64Array(n)
  const r = new Float64Array(n)
  xs.forEach((x, k) => {
    const miss = p[k] - dot(x, before)
    for (let i = 0; i < n; i++) r[i] += miss * x[i]
  })
  let along = r.slice()
  let rr = dot(r, r)
  for (let step = 0; step < 2 * n && rr > 1e-18; step++) {
    const image = times(along)
    const far = rr / dot(along, image)
    for (let i = 0; i < n; i++) {
      d[i] += far * along[i]
      r[i] -= far * image[i]
    }
    const next = dot(r, r)
    along = along.map((x, i) => r[i] + (next / rr) * x)
    rr = next
  }
  return before.map((x, i) => x + d[i])
}

/**
 * The policy reads all prompts, once.
 * @param rank where each problem stands, easiest first @param before what was learnt so far @throws Failure (usage) where it gives no laws, or a prompt has no tokens
 */
export async function readPrompts(
  s: Searching,
  problems: readonly Named<unknown>[],
  rank: ReadonlyMap<string, number>,
  before: PromptValue | undefined,
): Promise<ReadPrompts> {
  const { provider } = s.models.policy
  const { world } = s.entry
  if (provider.next === undefined)
    throw new Failure('usage', '--select pcl: the model gives no laws of the next word', 'take --select mopps')
  const prompts = problems.map(p =>
    encode(
      world
        .dialects!.tokens.render({ state: world.start(p.task), parent: null } as never, { for: 'step' })
        .map(m => m.content)
        .join(' '),
    ),
  )
  const { laws } = await provider.next(prompts, { signal: s.signal ?? new AbortController().signal } as Live)
  const hard = (id: string): number => (2 * ((rank.get(id) ?? rank.size / 2) + 0.5)) / rank.size - 1
  const features = new Map(problems.map((p, i) => [p.id, promptFeatures(laws[i], hard(p.id))]))
  const n = (laws[0]?.length ?? 0) + 2
  return { features, before: before?.length === n ? before : unknown(n) }
}
/** What the round's own searches say of its prompts. No search is made for it. */
export function learntPrompts({ features, before }: ReadPrompts, trees: readonly Harvest[]): PromptValue {
  const known = trees.map(h => ({ x: features.get(h.name), p: successOf(h) })).filter(k => k.x !== undefined && !Number.isNaN(k.p))
  return fitted(
    before,
    known.map(k => k.x!),
    known.map(k => k.p),
  )
}

/**
 * Of a pool of problems those first whose expected success is nearest to the target, then the rest.
 * @param pool how many are drawn into it: k m, for m problems of a round
 */
export function byPcl<T extends { id: string }>(
  problems: readonly T[],
  { features, before }: ReadPrompts,
  o: { pool: number; random: Random; target?: number },
): T[] {
  const far = (x: T): number => Math.abs(promptValue(before, features.get(x.id)!) - (o.target ?? 0.5))
  const drawn = o.random.shuffle(problems)
  const sorted = (xs: readonly T[]): T[] =>
    xs
      .map(x => ({ x, far: far(x) }))
      .sort((a, b) => a.far - b.far)
      .map(y => y.x)
  return [...sorted(drawn.slice(0, o.pool)), ...sorted(drawn.slice(o.pool))]
}
