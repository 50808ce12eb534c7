// `calls=200,time=20s`: limits as one types them, with short keys for the contract's names.
import type { Limits } from '../contract/index.ts'
import { Failure, nearest } from '../kernel/index.ts'

type Unit = 'count' | 'money' | 'time'
const keys: Readonly<Record<string, readonly [keyof Limits, Unit]>> = {
  calls: ['calls', 'count'],
  requests: ['requests', 'count'],
  tokens: ['tokens', 'count'],
  input: ['inputTokens', 'count'],
  output: ['outputTokens', 'count'],
  usd: ['usd', 'money'],
  time: ['seconds', 'time'],
  work: ['workingSeconds', 'time'],
  steps: ['steps', 'count'],
  tools: ['toolCalls', 'count'],
  nodes: ['nodes', 'count'],
}
/** Keys of limits as one types them, the usual first. */
export const budgetUnits: readonly string[] = Object.keys(keys)
const expected: Record<Unit, string> = {
  count: 'a whole number from 1, such as 200 or 50k',
  money: 'US dollars above 0, such as 0.25',
  time: 'a time above 0, such as 500ms, 20s, 5m or 1h',
}
const seconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, '': 1 }
const thousands: Record<string, number> = { '': 1, k: 1e3, M: 1e6 }

/**
 * @param texts each `K=V,...`; undefined or empty: no limits @param where it was written, for messages
 * @throws Failure (usage) that names the key, what it expects and what was found
 */
export function parseBudget(texts: readonly string[] = [], where = '--budget'): Limits {
  const out: Limits = {}
  for (const part of texts.flatMap(t => t.split(','))) {
    const at = part.indexOf('=')
    const key = (at < 0 ? part : part.slice(0, at)).trim()
    const value = at < 0 ? '' : part.slice(at + 1).trim()
    if (key === '') throw new Failure('usage', `${where}: expected K=V, found '${part.trim()}'`, 'as in calls=200,time=20s')
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (known === undefined) {
      const near = nearest(key, Object.keys(keys))
      throw new Failure(
        'usage',
        `${where}: no limit is called '${key}'`,
        `${near === undefined ? '' : `did you mean ${near}? `}limits: ${Object.keys(keys).join(', ')}`,
      )
    }
    const [name, unit] = known
    const amount = read(value, unit)
    if (amount === undefined)
      throw new Failure('usage', `${where} ${key}: expected ${expected[unit]}, found '${value}'`, `as in ${key}=${example[unit]}`)
    if (out[name] !== undefined) throw new Failure('usage', `${where} ${key} is given twice`, 'give each limit once')
    out[name] = amount
  }
  return out
}
const example: Record<Unit, string> = { count: '200', money: '0.25', time: '20s' }

function read(value: string, unit: Unit): number | undefined {
  const m = /^(\d+(?:\.\d+)?|\.\d+)([A-Za-z]*)$/.exec(value)
  if (m === null) return undefined
  const factor = unit === 'time' ? seconds[m[2]] : unit === 'count' ? thousands[m[2]] : m[2] === '' ? 1 : undefined
  if (factor === undefined) return undefined
  const n = unit === 'time' ? Number((Number(m[1]) * factor).toPrecision(12)) : Math.round(Number(m[1]) * factor * 1e9) / 1e9
  return n > 0 && Number.isFinite(n) && (unit !== 'count' || Number.isInteger(n)) ? n : undefined
}

/** Limits as one would type them: `calls=200,time=20s`. */
export function showBudget(limits: Limits): string {
  return Object.entries(keys)
    .filter(([, [name]]) => limits[name] !== undefined)
    .map(([key, [name, unit]]) => `${key}=${limits[name]}${unit === 'time' ? 's' : ''}`)
    .join(',')
}
/** The command's key of a limit. */
export const budgetKey = (name: keyof Limits): string => Object.keys(keys).find(k => keys[k][0] === name) ?? name
