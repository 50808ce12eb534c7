// Advantages: what a response, or a token, was better than.
import { average } from '../../kernel/index.ts'
import type { Numbers } from './row.ts'

/** Standard deviation. @param unbiased divides by n - 1 */
export const deviation = (xs: readonly number[], unbiased = true): number => {
  const m = average(xs)
  const n = unbiased ? xs.length - 1 : xs.length
  return n > 0 ? Math.sqrt(xs.reduce((s, x) => s + (x - m) ** 2, 0) / n) : 0
}

export interface AdvantageOptions {
  /** What is taken off: nothing, the mean of the batch or of the group, or the mean of the group's others. */
  centre: 'none' | 'batch' | 'group' | 'others'
  /** What it is divided by: nothing, or the deviation of the group's or of the batch's raw rewards. */
  scale: 'none' | 'group' | 'batch'
  epsilon?: number
  unbiased?: boolean
}
/** The usual ones by name. GRPO (arXiv:2402.03300), Lite PPO (arXiv:2508.08221), Dr. GRPO (arXiv:2503.20783), RLOO (arXiv:2402.14740), LOOP (arXiv:2502.01600). */
export const advantageKinds = {
  grpo: { centre: 'group', scale: 'group' },
  'lite-ppo': { centre: 'group', scale: 'batch' },
  'dr-grpo': { centre: 'group', scale: 'none' },
  rloo: { centre: 'others', scale: 'none' },
  loop: { centre: 'others', scale: 'none' },
  reinforce: { centre: 'batch', scale: 'none' },
} as const satisfies Record<string, AdvantageOptions>

/**
 * An advantage for each response. Responses that could not be scored (NaN) leave mean and deviation, and have NaN themselves: leave them out of the loss.
 * @param groups which prompt each answers @throws RangeError where lengths differ, and where leave-one-out has nobody to leave
 */
export function advantages(rewards: readonly number[], groups: readonly string[], o: AdvantageOptions): number[] {
  if (rewards.length !== groups.length)
    throw new RangeError(`advantages: expected a group for each reward, found ${groups.length} for ${rewards.length}`)
  const { epsilon = 1e-4, unbiased = true } = o
  const known = rewards.filter(r => !Number.isNaN(r))
  const of = (xs: readonly number[]) => ({ n: xs.length, mean: average(xs), deviation: deviation(xs, unbiased) })
  const batch = of(known)
  const byGroup = new Map(
    [...Map.groupBy(rewards.keys(), i => groups[i])].map(([g, at]) => [g, of(at.map(i => rewards[i]).filter(r => !Number.isNaN(r)))]),
  )
  return rewards.map((r, i) => {
    if (Number.isNaN(r)) return Number.NaN
    const group = byGroup.get(groups[i])!
    let centre = 0
    if (o.centre === 'batch') centre = batch.mean
    else if (o.centre === 'group') centre = group.mean
    else if (o.centre === 'others') {
      if (group.n < 2) throw new RangeError(`advantages: leaving one out needs two responses to a prompt, found one to '${groups[i]}'`)
      centre = (group.mean * group.n - r) / (group.n - 1)
    }
    const scale = o.scale === 'none' ? 1 : (o.scale === 'group' ? group : batch).deviation + epsilon
    return (r - centre) / scale
  })
}

/** Generalised advantage estimation (arXiv:1506.02438): A_t = sum_k (gamma lambda)^k (r_{t+k} + gamma v_{t+k+1} - v_{t+k}); nothing follows the last. */
export function gae(rewards: Numbers, values: Numbers, o: { gamma?: number; lambda?: number } = {}): Float64Array {
  const { gamma = 1, lambda = 0.95 } = o
  const out = new Float64Array(rewards.length)
  let next = 0
  for (let t = rewards.length - 1; t >= 0; t--) {
    const delta = rewards[t] + gamma * (t + 1 < values.length ? values[t + 1] : 0) - values[t]
    out[t] = next = delta + gamma * lambda * next
  }
  return out
}

/** Groups whose rewards all agree teach nothing: their indices are left out (DAPO's dynamic sampling). */
export function informative(rewards: readonly number[], groups: readonly string[]): number[] {
  const seen = new Map<string, [number, number]>()
  rewards.forEach((r, i) => {
    const [low, high] = seen.get(groups[i]) ?? [Infinity, -Infinity]
    if (!Number.isNaN(r)) seen.set(groups[i], [Math.min(low, r), Math.max(high, r)])
  })
  return rewards.flatMap((r, i) => {
    const span = seen.get(groups[i])
    return span !== undefined && span[1] > span[0] && !Number.isNaN(r) ? [i] : []
  })
}
/** Share of groups of n with an advantage where a response succeeds with chance p: 1 - p^n - (1 - p)^n. */
export const effectiveShare = (p: number, n: number): number => 1 - p ** n - (1 - p) ** n

/** Soft penalty of responses near the limit (DAPO): 0 up to limit - buffer, then falling to -1 at the limit. */
export const overlong = (length: number, limit: number, buffer: number): number =>
  length <= limit - buffer ? 0 : length >= limit ? -1 : (limit - buffer - length) / buffer

/**
 * Advantage of a hint's tokens (Prefix-RFT, arXiv:2507.01679): what its continuations reached above the mean of the free responses, shared among the
 * continuations of the hint.
 */
export const prefixAdvantage = (continuation: number, onPolicy: readonly number[], rollouts: number): number =>
  (continuation - average(onPolicy)) / rollouts
