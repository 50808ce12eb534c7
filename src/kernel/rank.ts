import type { Random } from '../contract/index.ts'

/**
 * The item of the greatest value. NaN (unknown) never wins; undefined where nothing is known.
 * @param f value of an item @param rng draws one of equals; without it the first of equals wins
 */
export function argmax<T>(xs: readonly T[], f: (x: T) => number, rng?: Random): T | undefined {
  let best: T | undefined
  let high = Number.NaN
  let ties = 0
  for (const x of xs) {
    const v = f(x)
    if (Number.isNaN(v) || v < high) continue
    if (v !== high) {
      best = x
      high = v
      ties = 1
    } else if (rng !== undefined && rng.int(++ties) === 0) best = x
  }
  return best
}

/** The k items of greatest value, best first; equals in their order. Items of unknown value (NaN) are left out, so there may be fewer than k. */
export function top<T>(xs: readonly T[], k: number, f: (x: T) => number): T[] {
  const known: { x: T; v: number }[] = []
  for (const x of xs) {
    const v = f(x)
    if (!Number.isNaN(v)) known.push({ x, v })
  }
  // Not a difference: that of two infinities is NaN.
  known.sort((a, b) => (a.v > b.v ? -1 : a.v < b.v ? 1 : 0))
  return known.slice(0, Math.max(0, k)).map(p => p.x)
}

/**
 * exp(x / temperature), normalised to sum 1. Unknown (NaN) gets 0. Temperature 0: all on the greatest, shared among equals; Infinity: even.
 * All zero where nothing is known.
 */
export function softmax(xs: readonly number[], temperature = 1): number[] {
  if (!(temperature >= 0)) throw new RangeError(`softmax: expected a temperature of at least 0, found ${temperature}`)
  let high = Number.NEGATIVE_INFINITY
  let known = 0
  for (const x of xs) {
    if (Number.isNaN(x)) continue
    known++
    if (x > high) high = x
  }
  if (known === 0) return xs.map(() => 0)
  const sharp = temperature === 0 || !Number.isFinite(high)
  const out = xs.map(x =>
    Number.isNaN(x) ? 0 : sharp ? (x === high ? 1 : 0) : temperature === Number.POSITIVE_INFINITY ? 1 : Math.exp((x - high) / temperature),
  )
  let total = 0
  for (const w of out) total += w
  return out.map(w => w / total)
}

/**
 * Weights max(x, floor)^exponent, normalised to sum 1: how a frontier node is drawn by V^(1/r), r the share of the budget that is left
 * (arXiv:2603.12634). Exponent 0: even; Infinity: all on the greatest. What is unknown (NaN), or not above 0 after the floor, gets 0.
 * @param exponent at least 0 @param o.floor least base, default 0
 */
export function powerTilt(xs: readonly number[], exponent: number, o: { floor?: number } = {}): number[] {
  if (!(exponent >= 0)) throw new RangeError(`powerTilt: expected an exponent of at least 0, found ${exponent}`)
  const floor = o.floor ?? 0
  // In logarithms: small values to large exponents would underflow together.
  const logs = xs.map(x => (!Number.isNaN(x) && Math.max(x, floor) > 0 ? Math.log(Math.max(x, floor)) : Number.NaN))
  return softmax(logs, 1 / exponent)
}
