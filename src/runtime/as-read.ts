/** Something only the text itself can tell: a class instance, an own `toJSON`, a value that nests too deep, or in itself. */
const odd = Symbol('odd')
const deepest = 64

/**
 * What `JSON.parse(JSON.stringify(value) ?? 'null')` gives, without the text where there need be none: what is live is then what a record would give back.
 * @throws TypeError on what JSON cannot hold
 */
export function asRead(value: unknown): unknown {
  const copy = copied(value, deepest)
  if (copy === odd) return JSON.parse(JSON.stringify(value) ?? 'null')
  return copy === undefined ? null : copy
}

function copied(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value + 0 : null // -0 is written as 0
    case 'object':
      break
    case 'bigint':
      return odd
    default:
      return undefined
  }
  if (value === null) return null
  if (depth === 0 || typeof (value as { toJSON?: unknown }).toJSON === 'function') return odd
  if (Array.isArray(value)) {
    const out: unknown[] = []
    for (let i = 0; i < value.length; i++) {
      const x = copied(value[i], depth - 1)
      if (x === odd) return odd
      out.push(x === undefined ? null : x)
    }
    return out
  }
  const made = Object.getPrototypeOf(value)
  if (made !== Object.prototype && made !== null) return odd
  const out: Record<string, unknown> = {}
  for (const k of Object.keys(value)) {
    const x = copied((value as Record<string, unknown>)[k], depth - 1)
    if (x === odd || k === '__proto__') return odd
    if (x !== undefined) out[k] = x
  }
  return out
}
