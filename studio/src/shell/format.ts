// Numbers, times and money as people read them. Unknown is a dash of the width of a digit, so that columns keep their line.
const unknown = '–'
type Maybe = number | null | undefined
const known = (x: Maybe): x is number => typeof x === 'number' && !Number.isNaN(x)

/** Words of a program as people write them: with a capital and a full stop. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/(?<![.!?])$/, '.')

/** A whole number with thin spaces between thousands: 12 345. */
export const count = (x: Maybe): string =>
  known(x)
    ? `${x < 0 ? '−' : ''}${Math.abs(Math.round(x))
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, '\u2009')}`
    : unknown

/** About four characters: 987, 12.3k, 4.56M. */
export function compact(x: Maybe): string {
  if (!known(x)) return unknown
  const a = Math.abs(x)
  if (a < 1000) return Number.isInteger(x) ? count(x) : x.toPrecision(3)
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (a >= size * 0.9995) {
      const v = x / size
      return `${v.toFixed(Math.abs(v) < 9.995 ? 2 : Math.abs(v) < 99.95 ? 1 : 0)}${unit}`
    }
  return count(x)
}
/** A value with fixed digits, so that a column of them is aligned; a true minus. */
export const fixed = (x: Maybe, digits = 3): string =>
  known(x)
    ? Number.isFinite(x)
      ? x
          .toFixed(digits)
          .replace(/^-(?=0\.?0*$)/, '')
          .replace('-', '−')
      : x > 0
        ? '∞'
        : '−∞'
    : unknown

/** Dollars: two digits of what counts, at least cents. */
export function usd(x: Maybe): string {
  if (!known(x)) return unknown
  if (x === 0) return '$0'
  if (x >= 0.1) return `$${x >= 1000 ? count(x) : x.toFixed(2)}`
  return `$${x.toFixed(Math.min(8, 1 - Math.floor(Math.log10(x))))}`
}
/** A length of time: 340 ms, 4.2 s, 3 min 05 s, 2 h 10 min. */
export function seconds(x: Maybe): string {
  if (!known(x)) return unknown
  if (x < 1) return `${Math.round(x * 1000)} ms`
  if (x < 59.95) return `${x.toFixed(x < 9.95 ? 1 : 0)} s`
  const s = Math.round(x)
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`
}
/** How long ago a Unix time (seconds) was. */
export function ago(unix: number, now = Date.now() / 1000): string {
  const s = Math.max(0, now - unix)
  if (s < 45) return 'just now'
  if (s < 3600) return `${Math.max(1, Math.round(s / 60))} min ago`
  if (s < 86_400) return `${Math.round(s / 3600)} h ago`
  if (s < 86_400 * 14) return `${Math.round(s / 86_400)} d ago`
  return new Date(unix * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}
/** A Unix time (seconds) in full. */
export const moment = (unix: number): string => new Date(unix * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
export const percent = (x: Maybe, digits = 0): string => (known(x) ? `${(x * 100).toFixed(digits)}\u2009%` : unknown)
/** A share that never says 100 % of what is not whole. */
export const share = (x: Maybe): string => (known(x) ? (x < 1 && x > 0.995 ? '99.9\u2009%' : percent(x, x < 0.1 ? 1 : 0)) : unknown)

const names: Record<string, string> = {
  calls: 'calls',
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'tokens in',
  cachedTokens: 'cached tokens',
  outputTokens: 'tokens out',
  reasoningTokens: 'reasoning tokens',
  usd: 'dollars',
  seconds: 'time',
  workingSeconds: 'working time',
  steps: 'steps',
  toolCalls: 'tool calls',
  nodes: 'nodes',
}
/** A unit of a budget in words. */
export const unitName = (unit: string): string => names[unit] ?? unit
/** An amount of a unit. */
export const amount = (unit: string, x: Maybe): string =>
  unit === 'usd' ? usd(x) : /seconds$/i.test(unit) ? seconds(x) : known(x) && x < 100_000 ? count(x) : compact(x)
