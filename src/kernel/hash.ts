// Hashing for addresses and randomness: 32-bit mixing, and 64-bit hash chains kept as two Uint32 halves.

/** Avalanche of two 32-bit words into one (the finaliser of MurmurHash3 over h ^ x). Unsigned. */
export function mix(h: number, x: number): number {
  h = Math.imul((h ^ x) + 0x9e3779b9, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32-bit hash of a text (FNV-1a over UTF-16 units, then mixed with its length). Unsigned. */
export function hashText(s: string, h = 0x811c9dc5): number {
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193)
  return mix(h, s.length)
}

/** A 64-bit key as two unsigned halves. */
export interface Key64 {
  hi: number
  lo: number
}

/** One link of a hash chain: the key of what follows `hi:lo` by `text`. `salt` tells links of different kinds apart. */
export function chain(hi: number, lo: number, text: string, salt = 0): Key64 {
  const a = hashText(text, 0x811c9dc5 ^ salt)
  const b = hashText(text, 0x1b873593 ^ salt)
  return { hi: mix(mix(hi, a), lo ^ b), lo: mix(mix(lo ^ 0x27d4eb2f, b), hi ^ a) }
}

const quads = Array.from({ length: 65536 }, (_, i) => i.toString(16).padStart(4, '0'))

/** 16 hex digits. */
export const keyText = (hi: number, lo: number): string => quads[hi >>> 16] + quads[hi & 65535] + quads[lo >>> 16] + quads[lo & 65535]

/** A value as canonical JSON: object keys sorted, undefined left out, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || value === null || typeof value === 'boolean') return JSON.stringify(value)
  if (value === undefined) return 'null'
  if (typeof value === 'bigint') return `"${value}n"`
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return canonical((value as { toJSON(): unknown }).toJSON())
  const entries = Object.entries(value as object).filter(([, v]) => v !== undefined && typeof v !== 'function')
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
}
