// When are two answers the same? Each is read as a number, an expression, a choice, a list, JSON or words, and brought to one key.
import { canonical } from '../../kernel/hash.ts'
import { evaluate, real, type Value, valueKey } from './arithmetic.ts'
import { closing, plain } from './markup.ts'
import { currencies, unitOf } from './units.ts'

/** An answer understood. `key`: equal for equal answers. */
export interface Form {
  readonly kind: 'number' | 'expression' | 'choice' | 'list' | 'json' | 'text'
  readonly key: string
  readonly value?: Value
  /** Of a known kind: `5 km`, not `5 apples`. */
  readonly unit?: string
  /** As written, before the division by 100. */
  readonly percent?: Value
}

/** Longer texts are compared as words. */
const longest = 4000
const deepest = 12

const hundredth: Value = { n: 1n, d: 100n }
const scaled = (v: Value, by: string): Value | null => {
  const r = evaluate(`(${typeof v === 'number' ? v : `${v.n}/${v.d}`})*${by}`)
  return r !== null && 'value' in r ? r.value : null
}
const number = (value: Value, more: Partial<Form> = {}): Form => ({ kind: 'number', key: valueKey(value), value, ...more })

/** Wrappers that say nothing: `$...$`, `\(...\)`, quotes, Markdown, `\boxed{...}`, a full stop, all of them as often as they come. */
export function unwrap(text: string): string {
  let t = text.trim()
  for (let i = 0; i < 20; i++) {
    const before = t
    t = t
      .replace(/^(?:\*\*|__|`+)(?=[\s\S]*\S)/, '')
      .replace(/(?:\*\*|__|`+)$/, '')
      .trim()
    if (t.length > 1 && /^(["']).*\1$/s.test(t) && !t.slice(1, -1).includes(t[0])) t = t.slice(1, -1)
    if (/^\$\$[\s\S]*\$\$$/.test(t) && t.length > 4) t = t.slice(2, -2)
    else if (/^\$[^$]*\$$/.test(t) && t.length > 2) t = t.slice(1, -1)
    else if (/^\\\([\s\S]*\\\)$/.test(t) || /^\\\[[\s\S]*\\\]$/.test(t)) t = t.slice(2, -2)
    const dressed = /^\\(?:boxed|fbox|text|textbf|mathrm|mathbf|displaystyle)\s*(?=\{)/.exec(t)
    if (dressed !== null && closing(t, dressed[0].length) === t.length) t = t.slice(dressed[0].length + 1, -1)
    if (/[^.\d\s][.;!]$/.test(t) && !/\b[ap]\.m\.$/i.test(t)) t = t.slice(0, -1)
    else if (/\d[.;]$/.test(t)) t = t.slice(0, -1)
    t = t.trim()
    if (t === before) break
  }
  return t
}

/** Splits at commas (or another sign) that stand outside of brackets and quotes. */
function parts(t: string, at: RegExp): string[] {
  const out: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < t.length; i++) {
    const c = t[i]
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (depth === 0) {
      at.lastIndex = i
      const m = at.exec(t)
      if (m !== null) {
        out.push(t.slice(from, i))
        i += m[0].length - 1
        from = i + 1
      }
    }
  }
  out.push(t.slice(from))
  return out.map(x => x.trim())
}
const thousands = /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/
/** `1,000, 2,000` are two where every comma between them has a space after it; `1,2,3` are three. */
function items(t: string): string[] {
  const spaced = parts(t, /,\s|;/y)
  const tight = parts(t, /[,;]/y)
  return spaced.length > 1 && spaced.every(x => !x.includes(',') || thousands.test(x) || /[([{]/.test(x)) ? spaced : tight
}

/** A bracket that opens the text and closes at its end. */
function bracketed(t: string): boolean {
  if (t.length < 2 || !'([{'.includes(t[0]) || !')]}'.includes(t[t.length - 1])) return false
  let depth = 0
  for (let i = 0; i < t.length; i++) {
    if ('([{'.includes(t[i])) depth++
    else if (')]}'.includes(t[i]) && --depth === 0) return i === t.length - 1
  }
  return false
}

const words = (t: string): Form => {
  const key = t
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .replace(/\s*([-+*/=<>^(),:;.!?'"])\s*/g, '$1')
    .replace(/[.!?;:,'"]+$/g, '')
    .replace(/^['"]+/, '')
    .replace(/^(?:the|an?)\s+(?=\S{2})/, '')
    .trim()
  return { kind: 'text', key }
}

/** An answer read. Total: every text has a form. */
export function formOf(text: string): Form {
  const t = text.length > 2 * longest ? text.trim() : unwrap(text)
  if (t.length > longest) return { kind: 'text', key: t.toLowerCase().split(/\s+/).join(' ') }
  if (/^[[{]/.test(t)) {
    const json = parsed(t)
    if (json !== undefined && !(Array.isArray(json) && json.every(x => typeof x === 'number' || typeof x === 'string')))
      return { kind: 'json', key: canonical(json) }
  }
  return read(unwrap(plain(t)), 0)
}
function parsed(t: string): unknown {
  try {
    const x: unknown = JSON.parse(t)
    return typeof x === 'object' && x !== null ? x : undefined
  } catch {
    return undefined
  }
}

function read(t: string, depth: number): Form {
  if (depth > deepest) return words(t)
  const choice = /^\(([A-Za-z])\)\.?$/.exec(t) ?? /^([A-Z])[.)]$/.exec(t) ?? /^(?:option|choice|answer)\s+\(?([A-Za-z])\)?\.?$/i.exec(t)
  if (choice) return { kind: 'choice', key: choice[1].toLowerCase() }
  const told = /^\(([A-Z])\)\s+\S/.exec(t) ?? /^([A-Z])\)\s*\S/.exec(t)
  if (told) return { kind: 'choice', key: told[1].toLowerCase() }
  // `x = 5`, `f(x) = 2x`, `x in [0, 1)`: what it is, not what it is called. Two equations are a list of both.
  const named = /^[A-Za-z](?:_\(?\w{1,8}\)?|')?(?:\([\w, ]{1,8}\))?\s*(?:=|\bin\b)\s*([^=<>]+)$/.exec(t)
  if (named && (!named[1].includes(',') || bracketed(named[1].trim()) || !/[A-Za-z]\s*=/.test(named[1])))
    return read(named[1].trim(), depth + 1)
  const amount = quantity(t)
  if (amount !== null) return amount
  if (bracketed(t)) {
    const inner = t.slice(1, -1).trim()
    const listed = items(inner)
    if (listed.length > 1 || t[0] !== '(') {
      const keys = inner === '' ? [] : listed.map(x => read(unwrap(x), depth + 1).key)
      const set = t[0] === '{'
      const sorted = set ? [...new Set(keys)].sort() : keys
      return { kind: 'list', key: set ? `{${sorted.join(',')}}` : `${t[0]}${sorted.join(',')}${t[t.length - 1]}` }
    }
    return read(inner, depth + 1)
  }
  const united = parts(t, /\sU\s/y)
  if (united.length > 1) return { kind: 'list', key: `U{${[...new Set(united.map(x => read(x, depth + 1).key))].sort().join(',')}}` }
  return several(t, depth) ?? words(t)
}

/** `1, 2 and 3`, `x = 1 or x = 2`, `+-3`: some values in no order. */
function several(t: string, depth: number): Form | null {
  const sign = /^([A-Za-z]\s*=\s*)?([^\u00B1]*)\u00B1\s*(.+)$/.exec(t)
  if (sign) {
    const [plus, minus] = ['+', '-'].map(s => evaluate(`${sign[2]}${s}(${sign[3]})`))
    if (plus !== null && minus !== null && 'value' in plus && 'value' in minus)
      return { kind: 'list', key: `{${[valueKey(plus.value), valueKey(minus.value)].sort().join(',')}}` }
  }
  const listed = parts(t, /,?\s+(?:and|or)\s+|[,;]\s*(?:and\s+|or\s+)?/y).filter(x => x !== '')
  if (listed.length < 2 || listed.length > 200) return null
  const names = listed.map(x => /^([A-Za-z])\s*=/.exec(x)?.[1] ?? '')
  const keep = new Set(names).size > 1
  const forms = listed.map((x, i) => {
    const f = read(x, depth + 1)
    return { ...f, key: keep && names[i] !== '' ? `${names[i]}=${f.key}` : f.key }
  })
  if (!forms.every(f => f.kind === 'number' || f.kind === 'expression' || f.kind === 'list')) return null
  return { kind: 'list', key: `{${[...new Set(forms.map(f => f.key))].sort().join(',')}}` }
}

/** A number with what may stand around it, or an expression. */
function quantity(t: string): Form | null {
  const percent = /^(.*\S)\s*(?:%|percent(?:age points)?)$/is.exec(t)
  if (percent) {
    const v = evaluate(percent[1])
    if (v === null || !('value' in v)) return null
    const value = scaled(v.value, '(1/100)') ?? real(v.value) * real(hundredth)
    return number(value, { percent: v.value })
  }
  const money = new RegExp(`^([-+]?)\\s*(?:US)?([${currencies}])\\s*([-+]?[\\d.,]*\\d.*)$`, 's').exec(t)
  if (money) {
    const inner = quantity(`${money[1]}${money[3]}`)
    return inner?.kind === 'number' ? { ...inner, unit: unitOf(money[2])?.unit ?? inner.unit } : null
  }
  // A number and words behind it: units before unknowns, so that `5 m` is five metres and `5x` five x.
  const counted = /^([-+]?[\d.,]*\d[\d.,/&()\s^*+-]*?)(\s*)((?:[A-Za-z\u00A2][A-Za-z'./^()23\s-]*)|[\u20AC\u00A3\u00A5\u00A2$])$/.exec(t)
  if (counted && (counted[2] !== '' || counted[3].length > 1 || currencies.includes(counted[3]))) {
    const v = evaluate(counted[1].replace(/[,.]$/, ''))
    const unit = unitOf(counted[3])
    if (v !== null && 'value' in v && unit !== undefined) {
      const value = unit.scale === 0 ? v.value : scaled(v.value, `10^${unit.scale}`)
      if (value !== null) return number(value, unit.unit === undefined ? {} : { unit: unit.unit })
    }
  }
  const found = evaluate(t)
  if (found === null) return /^[-+]?\s*inf(?:inity)?$/.test(t) ? { kind: 'expression', key: t.startsWith('-') ? '-inf' : 'inf' } : null
  if ('value' in found) return number(found.value)
  // The letter alone is a word (or a choice), not a function.
  return /^[A-Za-z]$/.test(t) ? null : { kind: 'expression', key: `${found.free}:${found.at.map(x => x.toPrecision(10)).join(',')}` }
}

/** What equal answers share: the key of votes. It leaves units out: `5 km` and `5` are one answer to one question. `50 %` is 1/2. */
export const answerKey = (text: string): string => formOf(text).key

/**
 * Whether two answers to one question are the same: numbers by value (`1,000` is `1000`, `0.5` is `1/2`, `2^{3}` is `8`), expressions by their values,
 * lists item by item (sets in any order), JSON deeply, words without regard to case, space and punctuation. `50%` is 0.5, and is taken for 50 too, since
 * a question may ask for percent. Known units that differ tell answers apart; one that is left out does not. Symmetric. Never throws.
 */
export function sameAnswer(a: string, b: string): boolean {
  const [f, g] = [formOf(a), formOf(b)]
  if (f.unit !== undefined && g.unit !== undefined && f.unit !== g.unit) return false
  if (f.key === g.key) return true
  if ((f.percent === undefined) !== (g.percent === undefined) && f.value !== undefined && g.value !== undefined)
    return valueKey(f.percent ?? f.value) === valueKey(g.percent ?? g.value)
  if (typeof f.value === 'number' || typeof g.value === 'number') {
    const [x, y] = [real(f.value ?? Number.NaN), real(g.value ?? Number.NaN)]
    return Number.isFinite(x) && Number.isFinite(y) && Math.abs(x - y) <= 1e-11 * Math.max(Math.abs(x), Math.abs(y))
  }
  return false
}

/** An answer as people write it: wrappers gone, plain numbers without separators and idle zeros, a choice as its letter. Nothing that is understood is lost. */
export function tidy(text: string): string {
  const t = text.length > 2 * longest ? text.trim() : unwrap(text)
  if (t.length > longest) return t
  const f = formOf(t)
  const named = /^[A-Za-z]\s*=\s*([^=]+)$/.exec(t)
  if (named && f.kind === 'number') return tidy(named[1])
  if (f.kind === 'choice') return f.key.toUpperCase()
  const p = plain(t)
  if (f.kind === 'number' && /^[-+]?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d+)?$/.test(p)) {
    const m = /^([-+]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(p.replaceAll(',', ''))
    if (m !== null) {
      const body = `${m[2] === '' ? '0' : m[2]}${m[3] ? `.${m[3]}` : ''}`
      return m[1] === '-' && body !== '0' ? `-${body}` : body
    }
  }
  const fraction = /^([-+]?)\(\((\d+)\)\/\((\d+)\)\)$/.exec(p)
  if (fraction) return `${fraction[1] === '-' ? '-' : ''}${fraction[2]}/${fraction[3]}`
  return /[\\$]/.test(t) && f.kind === 'text' ? p : t
}
