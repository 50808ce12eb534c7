// Sums of journal rows, chained: SQLite's pages carry none, so a flipped bit in a payload would otherwise be read as truth.
import { mix } from '../kernel/hash.ts'

/** The sum before the first row. */
export const sumStart = 0

/**
 * The sum of a row: 53 bits over the row before it, the row's number and its two texts. Each 32-bit lane takes two UTF-16 units a step by an
 * invertible map (after FNV-1a), so that a change within one step is seen for certain, and any other with probability 1 - 2^-53.
 * @param before the sum of the row before
 * @param n the row's number
 * @param head the record without its payload
 * @param body the payload, or its digest; null: the record has none
 */
export function rowSum(before: number, n: number, head: string, body: string | null): number {
  let a = mix((before / 4294967296) >>> 0, n)
  let b = mix(before >>> 0, (n / 4294967296) >>> 0)
  for (let part = 0; part < 2; part++) {
    const s = part === 0 ? head : body
    if (s === null) continue
    const even = s.length & ~1
    for (let i = 0; i < even; i += 2) {
      const c = s.charCodeAt(i) | (s.charCodeAt(i + 1) << 16)
      a = Math.imul(a ^ c, 0x01000193)
      b = Math.imul(b ^ c, 0x85ebca6b)
      a ^= a >>> 15
      b ^= b >>> 13
    }
    if (even < s.length) {
      const c = s.charCodeAt(even)
      a = Math.imul(a ^ c, 0x01000193)
      b = Math.imul(b ^ c, 0x85ebca6b)
    }
    a = mix(a, s.length)
    b = mix(b, s.length + part)
  }
  return (mix(a, 0) >>> 11) * 4294967296 + mix(b, 0)
}
