// Exact rationals as reduced pairs of safe integers. The arithmetic of both number worlds.

/** n / d, reduced, d > 0. Both safe integers. As JSON: [8, 3]. */
export type Rational = readonly [n: number, d: number]
export type Op = '+' | '-' | '*' | '/'
export const ops: readonly Op[] = ['+', '-', '*', '/']

const gcd = (a: number, b: number): number => {
  while (b !== 0) [a, b] = [b, a % b]
  return a < 0 ? -a : a
}

/** n / d reduced; null where d is 0 or the reduced pair leaves the safe integers. Arguments are safe integers. */
export function ratio(n: number, d = 1): Rational | null {
  if (d === 0 || !Number.isSafeInteger(n) || !Number.isSafeInteger(d)) return null
  if (n === 0) return [0, 1]
  if (d === 1) return [n, 1]
  const g = d < 0 ? -gcd(n, d) : gcd(n, d)
  return [n / g, d / g]
}

const wide = (n: bigint, d: bigint): Rational | null => {
  if (d === 0n) return null
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d]
  while (b !== 0n) [a, b] = [b, a % b]
  const g = d < 0n ? -a : a
  return n === 0n ? [0, 1] : ratio(Number(n / g), Number(d / g))
}

/** a op b, exactly. null: division by zero, or a result outside the safe integers (products that only pass through there are taken the long way). */
export function combine(a: Rational, op: Op, b: Rational): Rational | null {
  const [an, ad] = a
  const [bn, bd] = b
  let n: number
  let d: number
  if (op === '+' || op === '-') {
    const x = an * bd
    const y = bn * ad
    n = op === '+' ? x + y : x - y
    d = ad * bd
    if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y)) n = Number.NaN
  } else if (op === '*') {
    n = an * bn
    d = ad * bd
  } else {
    if (bn === 0) return null
    n = an * bd
    d = ad * bn
  }
  if (Number.isSafeInteger(n) && Number.isSafeInteger(d)) return ratio(n, d)
  const [p, q, r, s] = [BigInt(an), BigInt(ad), BigInt(bn), BigInt(bd)]
  if (op === '+') return wide(p * s + r * q, q * s)
  if (op === '-') return wide(p * s - r * q, q * s)
  if (op === '*') return wide(p * r, q * s)
  return wide(p * s, q * r)
}

export const whole = (n: number): Rational => [n, 1]
export const same = (a: Rational, b: Rational): boolean => a[0] === b[0] && a[1] === b[1]
/** Ascending. */
export const order = (a: Rational, b: Rational): number => {
  if (a[1] === b[1]) return a[0] - b[0]
  const x = a[0] * b[1] - b[0] * a[1]
  if (Number.isSafeInteger(x)) return x
  const y = BigInt(a[0]) * BigInt(b[1]) - BigInt(b[0]) * BigInt(a[1])
  return y < 0n ? -1 : y > 0n ? 1 : 0
}

/** `6`, `-2`, `8/3`. */
export const show = (r: Rational): string => (r[1] === 1 ? String(r[0]) : `${r[0]}/${r[1]}`)
/** Several, with spaces between. */
export const showAll = (rs: readonly Rational[]): string => rs.map(show).join(' ')

/** Reads `6`, `-2`, `8/3`, `(-2)`, and decimals, which are taken exactly (0.5 is 1/2; 2.667 is not 8/3). null: no number. */
export function read(text: string): Rational | null {
  let t = text.trim()
  while (t.startsWith('(') && t.endsWith(')')) t = t.slice(1, -1).trim()
  const m = /^([+-]?) ?(\d{1,15})(?:\.(\d{1,9}))?(?: ?\/ ?(\d{1,15}))?$/.exec(t)
  if (!m) return null
  const scale = 10 ** (m[3]?.length ?? 0)
  const n = Number(m[2]) * scale + Number(m[3] ?? 0)
  return ratio(m[1] === '-' ? -n : n, Number(m[4] ?? 1) * scale)
}
