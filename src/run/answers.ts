// Answers on record, for requests that are made again elsewhere: in another method's hands, in a fork.
import type { Journal, JournalRecord, Known } from '../runtime/index.ts'

/** The answers of some records, by address, request and ordinal. @param until so many completions and acts are read; default: all */
export function answersOf(records: Iterable<JournalRecord>, until = Number.POSITIVE_INFINITY): Map<string, Known> {
  const open = new Map<number, string>()
  const out = new Map<string, Known>()
  let delivered = 0
  for (const r of records) {
    if (delivered >= until) break
    if (r.t === 'open') open.set(r.k, `${r.hash}#${r.ord}`)
    else if (r.t === 'act') delivered++
    else if (r.t === 'done') {
      delivered++
      const key = open.get(r.k)
      open.delete(r.k)
      if (key !== undefined && r.status === 'ok') out.set(key, { payload: r.payload, usage: r.usage })
    }
  }
  return out
}
export const answers = (journal: Journal, until?: number): Map<string, Known> => answersOf(journal.read(), until)
