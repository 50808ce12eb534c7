import type { Draw } from '../contract/index.ts'

/**
 * Self-certainty of a sample: mean over its tokens of KL(uniform || p), p the model's law at the token, at temperature 1 (arXiv:2502.18581, eq. 8).
 * NaN (unknown) without tokens, or where one has no certainty.
 */
export function certainty(d: Draw<any>): number {
  return meanOver(d, t => t.certainty ?? Number.NaN)
}

/**
 * Mean log-probability of a sample's tokens: of its text as a whole it is the logarithm over the length. NaN (unknown) without tokens.
 * @param lambda exponent of the length, default 1; above it long samples gain, 0 is the logarithm of the text itself (arXiv:2405.00451 has 1.25)
 */
export function meanLogprob(d: Draw<any>, lambda = 1): number {
  return meanOver(d, t => t.logprob) * (d.tokens?.length ?? 0) ** (1 - lambda)
}

function meanOver(d: Draw<any>, f: (t: { logprob: number; certainty?: number }) => number): number {
  const tokens = d.tokens ?? []
  return tokens.reduce((sum, t) => sum + f(t), 0) / tokens.length
}
