// Special functions behind the intervals and tests of statistics.ts. Accuracy is stated at each; checked against published values.

/** ln Gamma(x), x > 0 (Lanczos, g = 7, 9 terms; relative error below 1e-13). */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const z = x - 1
  let a = lanczos[0]
  const t = z + 7.5
  for (let i = 1; i < 9; i++) a += lanczos[i] / (z + i)
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(a)
}
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Regularised incomplete beta function I_x(a, b): P(X <= x) for X ~ Beta(a, b), a, b > 0 (continued fraction by Lentz; about 1e-13). */
export function betaCdf(x: number, a: number, b: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  // The fraction converges fast left of the mean only.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const away = (y: number): number => (Math.abs(y) < tiny ? tiny : y)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 100_000; m++) {
    const m2 = 2 * m
    const even = (m * (b - m) * x) / ((a + m2 - 1) * (a + m2))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + m2) * (a + m2 + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return h
}

/** The x with I_x(a, b) = p (bisection; to the last bits). */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0 || p === 1) return p
  let low = 0
  let high = 1
  for (let i = 0; i < 1100; i++) {
    const mid = (low + high) / 2
    if (mid <= low || mid >= high) break
    if (betaCdf(mid, a, b) < p) low = mid
    else high = mid
  }
  return (low + high) / 2
}

/** P(Z <= z) for a standard normal Z (relative error below 1e-13, tails included). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const upper = 0.5 * erfc(x)
  return z > 0 ? 1 - upper : upper
}

/** Complementary error function for x >= 0: series of erf below 2, continued fraction above. */
function erfc(x: number): number {
  if (x < 2) {
    let term = x
    let sum = x
    for (let n = 1; n < 200 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n
      sum += term / (2 * n + 1)
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum
  }
  let f = 0
  for (let k = 120; k >= 1; k--) f = k / 2 / (x + f)
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + f)
}

/** The z with P(Z <= z) = p (rational approximation of Acklam, refined by one Halley step; about 1e-14). 0 and 1 give infinities. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 1) return Number.POSITIVE_INFINITY
  if (p > 0.5) return -normalQuantile(1 - p)
  let z: number
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    z = polynomial(tailTop, q) / (polynomial(tailBottom, q) * q + 1)
  } else {
    const q = p - 0.5
    const r = q * q
    z = (polynomial(midTop, r) * q) / (polynomial(midBottom, r) * r + 1)
  }
  const e = (normalCdf(z) - p) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2)
  return z - e / (1 + (z * e) / 2)
}
const polynomial = (c: readonly number[], x: number): number => c.reduce((sum, k) => sum * x + k, 0)
const midTop = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239]
const midBottom = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
const tailTop = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]
const tailBottom = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416]
