// From the law of the next token to a token.
import type { Random } from '../../contract/index.ts'

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

/** KL(uniform || p): how far a law is from not knowing. -log V - mean log p, in nats, 0 for the uniform law. (Kang et al. 2025, Scalable Best-of-N, eq. 5) */
export function certainty(law: Float32Array): number {
  let sum = 0
  for (let i = 0; i < law.length; i++) sum += law[i]
  return -Math.log(law.length) - sum / law.length
}
