// Rewards of progress: what a step changed, not where it stands (process advantage verifiers, arXiv:2410.08146).

/** Chance that the best of k tries succeeds, 1 - (1 - q)^k: the value of the prover best-of-k of a policy of value q in [0, 1]. NaN stays. */
export const bestOfK = (q: number, k: number): number => -Math.expm1(k * Math.log1p(-Math.min(1, Math.max(0, q))))

/** Values of a policy and of a prover, before a step and after it. */
export interface Progress {
  /** Of the policy, after the step: Q(s, a). */
  readonly q: number
  /** Of the prover, after and before the step; both judged in the same way, or their difference is mostly noise. */
  readonly prover: number
  readonly before: number
}
/**
 * What a step is worth to a search: Q(s, a) + alpha x A(s, a), the policy's value and the prover's advantage, its Q less its V at the prefix before (eq. 5).
 * With the policy as its own prover nothing new is said. @param alpha 0.5 for search; 3 to 5 as a reward in training
 */
export const effectiveReward = ({ q, prover, before }: Progress, alpha: number): number => q + alpha * (prover - before)
