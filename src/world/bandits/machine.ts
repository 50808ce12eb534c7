// A bandit machine: what its arms pay in the mean, what each pull pays, and the regret of a choice of pulls.
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { normalCdf } from '../../kernel/special.ts'
import type { BanditTask } from './task.ts'

/** Uniform in (0, 1), and from it a standard normal number: one stream for what it is for. */
const stream = (t: BanditTask, ...at: (string | number)[]): AddressedRandom => {
  const { hi, lo } = chain(0, 0, `bandits ${t.law} ${t.arms} ${t.gap} ${at.join(' ')}`)
  return new AddressedRandom(t.seed, hi, lo, 'machine')
}

const kept = new Map<string, readonly number[]>()
/**
 * Mean payoff of each arm. With a gap of 0 they are drawn: uniform in [0, 1] (Bernoulli), standard normal (Gaussian). Else one arm, drawn, is better than
 * all others by the gap: 1/2 + gap/2 against 1/2 - gap/2, or gap against 0.
 */
export function means(t: BanditTask): readonly number[] {
  const name = `${t.law} ${t.arms} ${t.gap} ${t.seed}`
  let out = kept.get(name)
  if (out !== undefined) return out
  const r = stream(t, 'means')
  const bernoulli = t.law === 'bernoulli'
  if (t.gap > 0) {
    const best = r.int(t.arms)
    out = Array.from({ length: t.arms }, (_, i) => (bernoulli ? 0.5 + (i === best ? t.gap : -t.gap) / 2 : i === best ? t.gap : 0))
  } else out = Array.from({ length: t.arms }, () => (bernoulli ? r.next() : r.normal()))
  if (kept.size >= 5000) kept.clear()
  kept.set(name, out)
  return out
}

/**
 * What the n-th pull of an arm pays (n from 0): 1 or 0, or its mean plus a standard normal number. It lies ready before it is pulled (the stack of rewards
 * of Lattimore and Szepesvári 2020, section 4.6), whatever else is pulled between.
 */
export function payoff(t: BanditTask, arm: number, n: number): number {
  const r = stream(t, 'payoff', arm, n)
  const mean = means(t)[arm]
  return t.law === 'bernoulli' ? (r.next() < mean ? 1 : 0) : mean + r.normal()
}

/** By how much an arm is worse than the best one in the mean. */
export const gaps = (t: BanditTask): number[] => {
  const all = means(t)
  const best = Math.max(...all)
  return all.map(m => best - m)
}
/** Pseudo-regret: what the pulls of each arm forwent in the mean, luck apart. @param counts pulls of each arm */
export const regret = (t: BanditTask, counts: readonly number[]): number => gaps(t).reduce((sum, gap, i) => sum + gap * counts[i], 0)
/** The regret that is forgiven: that of trying each arm once. */
export const allowance = (t: BanditTask): number => gaps(t).reduce((a, gap) => a + gap, 0)

/** What the pulls of each arm have paid together. */
export const paid = (t: BanditTask, counts: readonly number[]): number[] =>
  counts.map((n, arm) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += payoff(t, arm, i)
    return sum
  })

/** A mean payoff as a reward in [0, 1]: itself, or of normal payoffs the share of the standard normal law below it. */
export const asReward = (t: BanditTask, mean: number): number => (t.law === 'bernoulli' ? mean : normalCdf(mean))
