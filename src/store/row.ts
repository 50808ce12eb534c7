// A journal's row: a record as two texts and a sum. The payload stays as it is: a round trip through JSON would cost more than writing it.
import { hash } from 'node:crypto'
import { Failure } from '../kernel/index.ts'
import type { JournalRecord } from '../runtime/index.ts'
import { rowSum } from './sum.ts'

/** UTF-16 units up to which a payload lies in its row: half a page, so that rows do not spill over. */
const inline = 4096
/** What log.body holds; a number is the id of a blob. */
export type Body = string | Uint8Array | number | null
/** What is written for a record. */
export interface Row {
  head: string
  /** What goes into the row, or into the blob that the row names. */
  body: string | Uint8Array | null
  /** Of a body that is kept as a blob. */
  digest: string | null
  sum: number
}

const digestOf = (body: string | Uint8Array): string => hash('sha256', body, 'base64url')
const unmarked = (b: string | Uint8Array): string =>
  typeof b === 'string' ? b : Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('utf16le')

/** The text of a body that is no blob's number. */
export const textOf = (b: Body): string | null => (b === null || typeof b === 'number' ? null : unmarked(b))

/**
 * @param n the row's number, from 1
 * @param before the sum of the row before
 * @throws Failure `internal` for a number that JSON does not have
 */
export function encode(record: JournalRecord, n: number, before: number): Row {
  let head: string
  let body: string | Uint8Array | null = null
  if ('payload' in record) {
    const { payload, ...rest } = record
    head = JSON.stringify(rest)
    body = payload.isWellFormed() ? payload : Buffer.from(payload, 'utf16le')
  } else head = JSON.stringify(record)
  if (head.includes('null')) refuseNonFinite(record, '')
  const digest = body !== null && (body.length > inline || typeof body !== 'string') ? digestOf(body) : null
  return { head, body, digest, sum: rowSum(before, n, head, digest ?? (body as string | null)) }
}

/** JSON turns NaN and the infinities into null, and the run would go another way on replay. */
function refuseNonFinite(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Failure('internal', `a journal record holds ${value} at ${path}: JSON has no such number`)
  if (typeof value === 'object' && value !== null)
    for (const [k, v] of Object.entries(value)) refuseNonFinite(v, path === '' ? k : `${path}.${k}`)
}

/**
 * The record of a row.
 * @param n the number that the row must have
 * @param before the sum of the row before
 * @param found the row's columns
 * @param blob the body that an id names; undefined: there is none
 * @throws Error saying what is wrong with the row
 */
export function decode(
  n: number,
  before: number,
  found: readonly [at: number, head: string, body: Body, sum: number],
  blob: (id: number) => string | Uint8Array | undefined,
): { record: JournalRecord; sum: number } {
  const [at, head, body, stored] = found
  if (at !== n) throw new Error(`record ${n} is missing`)
  let text: string | null = null
  let summed: string | null = null
  if (typeof body === 'number') {
    const kept = blob(body)
    if (kept === undefined) throw new Error(`the payload of record ${n} is missing`)
    summed = digestOf(kept)
    text = unmarked(kept)
  } else if (body !== null) {
    summed = typeof body === 'string' && body.length <= inline ? body : digestOf(body)
    text = unmarked(body)
  }
  const sum = typeof head === 'string' ? rowSum(before, n, head, summed) : Number.NaN
  if (sum !== stored) throw new Error(`the sum of record ${n} does not match its content`)
  const record = JSON.parse(head) as JournalRecord
  if (text !== null) (record as { payload?: string }).payload = text
  return { record, sum }
}
