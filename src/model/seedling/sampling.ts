// From the law of the next token to a token.
import type { Random, Token } from '../../contract/index.ts'

/** The most likely token; of equals the first. */
export function likeliest(law: Float32Array): number {
  let best = 0
  for (let i = 1; i < law.length; i++) if (law[i] > law[best]) best = i
  return best
}

/**
 * Unnormalised weights of the law that is sampled from: at temperature 0 all on the likeliest; else the law raised to 1 / temperature.
 * @param law log-probabilities
 * @param topP in (0, 1]: only the likeliest tokens that together reach this share, after the temperature (Holtzman et al. 2020, nucleus sampling)
 */
export function tempered(law: Float32Array, temperature: number, topP: number): number[] {
  const best = likeliest(law)
  if (temperature <= 0) return Array.from(law, (_, i) => (i === best ? 1 : 0))
  const top = law[best]
  const weights = Array.from(law, x => Math.exp((x - top) / temperature))
  if (topP < 1) {
    const order = weights.map((_, i) => i).sort((a, b) => weights[b] - weights[a] || a - b)
    const total = weights.reduce((a, b) => a + b, 0)
    let sum = 0
    for (const i of order) {
      if (sum >= topP * total) weights[i] = 0
      else sum += weights[i]
    }
  }
  return weights
}

/** A token drawn from a law with one random number; at temperature 0 the likeliest, with none. */
export const drawToken = (law: Float32Array, temperature: number, topP: number, random: Random): number =>
  temperature <= 0 ? likeliest(law) : random.weighted(tempered(law, temperature, topP))

/** The k likeliest tokens of a law, likeliest first; of equals the first. */
export function topOf(law: Float32Array, k: number): { id: number; logprob: number }[] {
  const out: { id: number; logprob: number }[] = []
  if (k < 1) return out
  for (let id = 0; id < law.length; id++) {
    if (out.length === k && !(law[id] > out[k - 1].logprob)) continue
    let at = out.length
    while (at > 0 && law[id] > out[at - 1].logprob) at--
    out.splice(at, 0, { id, logprob: law[id] })
    if (out.length > k) out.pop()
  }
  return out
}

/** A token of a law as it is told. @param top how many of the likeliest are told beside it */
export const wordOf = (law: Float32Array, id: number, top = 0): Token & { certainty: number } => ({
  id,
  logprob: law[id],
  certainty: certainty(law),
  ...(top > 0 ? { top: topOf(law, top) } : {}),
})

/** KL(uniform || p): how far a law is from not knowing. -log V - mean log p, in nats, 0 for the uniform law. (Kang et al. 2025, Scalable Best-of-N, eq. 5) */
export function certainty(law: Float32Array): number {
  let sum = 0
  for (let i = 0; i < law.length; i++) sum += law[i]
  return -Math.log(law.length) - sum / law.length
}
