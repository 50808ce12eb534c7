import type { Draw } from '../contract/index.ts'

/**
 * Self-certainty of a sample: mean over its tokens of KL(uniform || p), p the model's law at the token, at temperature 1 (arXiv:2502.18581, eq. 8).
 * NaN (unknown) without tokens, or where one has no certainty.
 */
export function certainty(d: Draw<any>): number {
  return meanOver(d, t => t.certainty ?? Number.NaN)
}

/** Mean log-probability of a sample's tokens: of its text as a whole it is the logarithm over the length. NaN (unknown) without tokens. */
export function meanLogprob(d: Draw<any>): number {
  return meanOver(d, t => t.logprob)
}

function meanOver(d: Draw<any>, f: (t: { logprob: number; certainty?: number }) => number): number {
  const tokens = d.tokens ?? []
  return tokens.reduce((sum, t) => sum + f(t), 0) / tokens.length
}
