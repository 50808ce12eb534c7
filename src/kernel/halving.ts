import type { Random } from '../contract/index.ts'

/**
 * Sequential halving (Karnin et al. 2013) as a schedule: entry i is the visit count of the actions among which simulation i chooses. So the best action of
 * that count, by whatever score, is the next to be visited, and halving needs no lists.
 *
 * Each of ceil(log2 m) phases visits every remaining action floor(n / (phases x remaining)) times, at least once; then half remain, at least two.
 * @param considered m, number of actions at the start @param simulations n @returns n counts
 */
export function consideredVisits(considered: number, simulations: number): number[] {
  if (considered <= 1) return Array.from({ length: simulations }, (_, i) => i)
  const phases = Math.ceil(Math.log2(considered))
  const visits = new Array<number>(considered).fill(0)
  const out: number[] = []
  for (let left = considered; out.length < simulations; left = Math.max(2, left >> 1)) {
    const each = Math.max(1, Math.floor(simulations / (phases * left)))
    for (let k = 0; k < each && out.length < simulations; k++) for (let a = 0; a < left; a++) out.push(visits[a]++)
  }
  out.length = simulations
  return out
}

/** Standard Gumbel noise for n actions, times `scale` (0: none). */
export const gumbels = (rng: Random, n: number, scale = 1): number[] => Array.from({ length: n }, () => scale * rng.gumbel())

/**
 * Gumbel-top-k (Kool et al. 2019): indices of k actions drawn without replacement from softmax(logits), best noisy logit first.
 * @param gumbel noise, one entry an action @returns fewer than k where fewer are possible (logit above -Infinity)
 */
export function gumbelTopK(logits: readonly number[], gumbel: readonly number[], k: number): number[] {
  const noisy = logits.map((l, a) => l + gumbel[a])
  return logits
    .map((_, a) => a)
    .filter(a => noisy[a] > Number.NEGATIVE_INFINITY)
    .sort((a, b) => noisy[b] - noisy[a] || a - b)
    .slice(0, k)
}

/**
 * gumbel + logits + q of the actions that have `visit` visits, -Infinity for the others: the score of sequential halving at the root of Gumbel MuZero
 * (Danihelka et al. 2022, algorithm 2).
 */
export function consideredScores(
  visit: number,
  o: { gumbel: readonly number[]; logits: readonly number[]; q: readonly number[]; visits: readonly number[] },
): number[] {
  const high = Math.max(...o.logits)
  // The bound lets an action of no probability be visited where it alone is left.
  return o.logits.map((l, a) => (o.visits[a] === visit ? Math.max(-1e9, o.gumbel[a] + (l - high) + o.q[a]) : Number.NEGATIVE_INFINITY))
}
