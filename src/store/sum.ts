// Sums of journal rows, chained: SQLite's pages carry none, so a flipped bit in a payload would otherwise be read as truth.
import { endianness } from 'node:os'
import { mix } from '../kernel/hash.ts'

/** The sum before the first row. */
export const sumStart = 0

/** Texts are summed as UTF-8, four bytes a step: half the time of going over their characters. */
let scratch = Buffer.alloc(16_384)
let words = new Int32Array(scratch.buffer, scratch.byteOffset, scratch.length >> 2)
const bigEndian = endianness() === 'BE'

/** Puts a text into the scratch, filled up with zeros to whole words. Returns its bytes. */
function fill(text: string): number {
  if (text.length * 3 + 4 > scratch.length) {
    scratch = Buffer.alloc((text.length * 3 + 4 + 16_383) & ~16_383)
    words = new Int32Array(scratch.buffer, scratch.byteOffset, scratch.length >> 2)
  }
  const n = scratch.write(text)
  scratch[n] = scratch[n + 1] = scratch[n + 2] = 0
  if (bigEndian) scratch.subarray(0, (n + 3) & ~3).swap32()
  return n
}

/**
 * The sum of a row: 53 bits over the row before it, the row's number and its two texts. Each 32-bit lane takes a word by an invertible map (FNV-1a
 * and a shift), so that a change within four bytes is seen for certain, and any other with probability 1 - 2^-53.
 * @param before the sum of the row before
 * @param n the row's number
 * @param head the record without its payload
 * @param body the payload, or its digest; null: the record has none
 */
export function rowSum(before: number, n: number, head: string, body: string | null): number {
  let a = mix((before / 4294967296) >>> 0, n)
  let b = mix(before >>> 0, (n / 4294967296) >>> 0)
  for (let part = 0; part < 2; part++) {
    const text = part === 0 ? head : body
    if (text === null) continue
    const bytes = fill(text)
    const end = (bytes + 3) >> 2
    for (let i = 0; i < end; i++) {
      const w = words[i]
      a = Math.imul(a ^ w, 0x01000193)
      b = Math.imul(b ^ w, 0x85ebca6b)
      a ^= a >>> 15
      b ^= b >>> 13
    }
    a = mix(a, bytes)
    b = mix(b, bytes + part)
  }
  return (mix(a, 0) >>> 11) * 4294967296 + mix(b, 0)
}
