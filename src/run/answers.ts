// Answers on record, for requests that are made again elsewhere: in another method's hands, in a fork.
import type { Journal, JournalRecord, Known } from '../runtime/index.ts'

/** Every answer of some records, by address, request and ordinal. */
export function answersOf(records: Iterable<JournalRecord>): Map<string, Known> {
  const open = new Map<number, string>()
  const out = new Map<string, Known>()
  for (const r of records) {
    if (r.t === 'open') open.set(r.k, `${r.hash}#${r.ord}`)
    else if (r.t === 'done') {
      const key = open.get(r.k)
      open.delete(r.k)
      if (key !== undefined && r.status === 'ok') out.set(key, { payload: r.payload, usage: r.usage })
    }
  }
  return out
}
export const answers = (journal: Journal): Map<string, Known> => answersOf(journal.read())
