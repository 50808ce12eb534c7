// The value of an expression: exact where it is rational, else a double; where letters stand for unknowns, its values at fixed points.

/** A rational in lowest terms, denominator above 0. */
export interface Exact {
  readonly n: bigint
  readonly d: bigint
}
export type Value = Exact | number
/** What an expression comes to. `free`: letters in it, in order; `at`: its values at points that depend on the letters only. */
export type Result = { readonly value: Value } | { readonly free: string; readonly at: readonly number[] }

/** Rationals of more bits than this are carried on as doubles. */
const widest = 2048
/** Longest expression looked at, and how deep brackets go. */
const longest = 600
const deepest = 40

const bits = (x: bigint): number => x.toString(16).length * 4
const abs = (x: bigint): bigint => (x < 0n ? -x : x)
function exact(n: bigint, d: bigint): Value {
  if (d === 0n) return Number.NaN
  let [a, b] = [abs(n), abs(d)]
  if (bits(a) > widest || bits(b) > widest) return Number(n) / Number(d)
  while (b !== 0n) [a, b] = [b, a % b]
  const g = d < 0n ? -a : a
  return { n: n / g, d: d / g }
}
/** As a double. */
export const real = (v: Value): number => (typeof v === 'number' ? v : quotient(v))
function quotient({ n, d }: Exact): number {
  // Both may be beyond what a double holds though their quotient is not.
  const shift = BigInt(Math.max(0, Math.min(bits(abs(n)), bits(d)) - 600))
  return Number(n >> shift) / Number(d >> shift)
}

const both = (a: Value, b: Value, e: (a: Exact, b: Exact) => Value, f: (a: number, b: number) => number): Value =>
  typeof a === 'number' || typeof b === 'number' ? f(real(a), real(b)) : e(a, b)
const add = (a: Value, b: Value): Value =>
  both(
    a,
    b,
    (x, y) => exact(x.n * y.d + y.n * x.d, x.d * y.d),
    (x, y) => x + y,
  )
const multiply = (a: Value, b: Value): Value =>
  both(
    a,
    b,
    (x, y) => exact(x.n * y.n, x.d * y.d),
    (x, y) => x * y,
  )
const negate = (a: Value): Value => (typeof a === 'number' ? -a : { n: -a.n, d: a.d })
const inverse = (a: Value): Value => (typeof a === 'number' ? 1 / a : exact(a.d, a.n))
function root(x: bigint): bigint | null {
  let r = BigInt(Math.round(Math.sqrt(Number(x))))
  for (let i = 0; i < 64 && r > 0n; i++) {
    const next = (r + x / r) >> 1n
    if (next === r) break
    r = next
  }
  return r * r === x ? r : null
}
function power(a: Value, b: Value): Value {
  if (typeof a !== 'number' && typeof b !== 'number') {
    if (b.d === 1n && abs(b.n) <= 512n) {
      const k = abs(b.n)
      if (Math.max(bits(abs(a.n)), bits(a.d)) * Number(k) <= widest) {
        const p = exact(a.n ** k, a.d ** k)
        return b.n < 0n ? inverse(p) : p
      }
    } else if (b.n === 1n && b.d === 2n && a.n >= 0n) {
      const [n, d] = [root(a.n), root(a.d)]
      if (n !== null && d !== null) return exact(n, d)
    } else if (b.d % 2n === 1n && a.n < 0n) return -((-real(a)) ** real(b)) * (abs(b.n) % 2n === 0n ? -1 : 1)
  }
  return real(a) ** real(b)
}

const calls: Readonly<Record<string, (x: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  ln: Math.log,
  log: Math.log10,
  exp: Math.exp,
}

/** A number as written: `1,000`, `1 000`, `.5`, `3.`, `1.5e3`. null: it is none. */
function numeral(text: string): Value | null {
  const t = text.trim()
  if (t.length > 400) return null
  if (/^[-+]?\d{1,3}(?:[, ]\d{3})+(?:\.\d*)?$/.test(t)) return numeral(t.replace(/[, ]/g, ''))
  const m = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?$/.exec(t)
  if (m === null || (m[2] === '' && (m[3] ?? '') === '')) return null
  const digits = BigInt(`${m[2]}${m[3] ?? ''}`)
  const scale = Number(m[4] ?? 0) - (m[3]?.length ?? 0)
  const n = m[1] === '-' ? -digits : digits
  return scale >= 0 ? exact(n * 10n ** BigInt(scale), 1n) : exact(n, 10n ** BigInt(-scale))
}

class Reader {
  readonly #t: string
  readonly #letters: ReadonlyMap<string, number>
  #i = 0
  #depth = 0
  constructor(text: string, letters: ReadonlyMap<string, number>) {
    this.#t = text
    this.#letters = letters
  }
  whole(): Value | null {
    const v = this.#sum()
    this.#space()
    return v !== null && this.#i === this.#t.length ? v : null
  }
  #space(): void {
    while (this.#t[this.#i] === ' ') this.#i++
  }
  #sum(): Value | null {
    let v = this.#product()
    for (; v !== null; ) {
      this.#space()
      const c = this.#t[this.#i]
      if (c !== '+' && c !== '-') return v
      this.#i++
      const w = this.#product()
      v = w === null ? null : add(v, c === '-' ? negate(w) : w)
    }
    return v
  }
  #product(): Value | null {
    let v = this.#signed()
    for (; v !== null; ) {
      this.#space()
      const c = this.#t[this.#i]
      if (c === '*' || c === '/') {
        this.#i++
        const w = this.#signed()
        v = w === null ? null : multiply(v, c === '/' ? inverse(w) : w)
      } else if (c !== undefined && /[(A-Za-z]/.test(c)) {
        const w = this.#power() // 2(3), 3pi, 2x: a product without a sign
        v = w === null ? null : multiply(v, w)
      } else return v
    }
    return v
  }
  #signed(): Value | null {
    let minus = false
    for (;;) {
      this.#space()
      const c = this.#t[this.#i]
      if (c !== '-' && c !== '+') break
      minus = minus !== (c === '-')
      this.#i++
    }
    const v = this.#power()
    return v !== null && minus ? negate(v) : v
  }
  #power(): Value | null {
    const v = this.#primary()
    this.#space()
    if (v === null || this.#t[this.#i] !== '^') return v
    this.#i++
    if (++this.#depth > deepest) return null
    const w = this.#signed()
    this.#depth--
    return w === null ? null : power(v, w)
  }
  #primary(): Value | null {
    this.#space()
    const t = this.#t
    const c = t[this.#i]
    if (c === '(') {
      if (++this.#depth > deepest) return null
      this.#i++
      const v = this.#sum()
      this.#space()
      this.#depth--
      return v !== null && t[this.#i++] === ')' ? v : null
    }
    const rest = t.slice(this.#i)
    const digits = /^(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?/.exec(rest)?.[0]
    if (digits !== undefined) {
      this.#i += digits.length
      const v = numeral(digits)
      if (v === null || t[this.#i] !== '&') return v
      this.#i++ // 1&(3/4): one and three quarters
      const w = this.#primary()
      return w === null ? null : add(v, w)
    }
    const word = /^[A-Za-z]+/.exec(rest)?.[0]
    if (word === undefined) return null
    const name = word.startsWith('sqrt') ? 'sqrt' : word.startsWith('pi') ? 'pi' : calls[word] !== undefined ? word : word[0]
    this.#i += name.length
    if (name === 'pi') return Math.PI
    if (name === 'sqrt' || calls[name] !== undefined) {
      if (++this.#depth > deepest) return null
      const v = this.#primary()
      this.#depth--
      if (v === null) return null
      return name === 'sqrt' ? power(v, { n: 1n, d: 2n }) : calls[name](real(v))
    }
    return this.#letters.get(name) ?? null
  }
}

const mixed = /^([-+]?)\s*(\d+)\s+(\d+)\s*\/\s*(\d+)$/

/**
 * What an expression in plain text comes to: `3/4`, `1 3/4`, `2*sqrt(3)`, `2(x + 1)`. Single letters are unknowns, and only beside a digit or a sign of
 * arithmetic, so that words stay words. null: it is no expression, or has no value.
 */
export function evaluate(text: string): Result | null {
  const t = text.trim()
  if (t.length === 0 || t.length > longest || !/^[-+*/^&().,\d\sA-Za-z]+$/.test(t)) return null
  const alone = numeral(t)
  if (alone !== null) return { value: alone }
  const m = mixed.exec(t)
  const source = m === null ? t : `${m[1]}${m[2]}&(${m[3]}/${m[4]})`
  // Letters that are no function are unknowns; a run of them is a word.
  const words = source.replace(/(?<=\d)[eE](?=[-+]?\d)/g, ' ').match(/[A-Za-z]+/g) ?? []
  const free = new Set<string>()
  for (const w of words) {
    const rest = w.replace(/^(?:sqrt|pi|sin|cos|tan|ln|log|exp)/, '')
    if (rest.length > 2) return null
    for (const c of rest) free.add(c)
  }
  const letters = [...free].sort()
  if (letters.length > 4) return null
  if (letters.length === 0) {
    const v = new Reader(source, new Map()).whole()
    return v === null || (typeof v === 'number' && !Number.isFinite(v)) ? null : { value: v }
  }
  if (!/[\d*/^+]|.-/.test(source)) return null
  const at = [0, 1, 2].map(k => {
    const values = new Map(letters.map(c => [c, 1.1 + ((c.charCodeAt(0) * 0.6180339887 + k * 0.7548776662) % 1)]))
    const v = new Reader(source, values).whole()
    return v === null ? Number.NaN : real(v)
  })
  return at.every(Number.isFinite) ? { free: letters.join(''), at } : null
}

/** A text that equal values share: `3`, `7/4`, `~1.41421356237`. */
export function valueKey(v: Value): string {
  if (typeof v !== 'number') return v.d === 1n ? String(v.n) : `${v.n}/${v.d}`
  const near = Math.round(v)
  if (Math.abs(v) < 1e15 && Math.abs(v - near) <= 1e-11 * Math.max(1, Math.abs(v))) return String(near === 0 ? 0 : near)
  return `~${v.toPrecision(12)}`
}
