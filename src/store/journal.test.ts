import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { JournalRecord } from '../runtime/journal.ts'
import { SqliteJournal } from './journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.db`)

const count = fc.nat({ max: 2 ** 40 })
const time = fc.double({ min: 0, max: 1e9, noNaN: true }).map(x => x + 0)
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: fc.nat(0xffff).map(c => String.fromCharCode(c)) }))
const limits = fc.dictionary(fc.constantFrom('calls', 'tokens', 'usd', 'seconds'), time)
const payload = fc.oneof(
  fc.constant(''),
  text,
  fc.json({ stringUnit: 'binary' }),
  text.map(s => s.repeat(Math.ceil(5000 / Math.max(1, s.length)))),
)
const act = fc.oneof(
  fc.constantFrom({ do: 'deadline' } as const, { do: 'land' } as const, { do: 'stop' } as const),
  fc.record({ do: fc.constant('raise' as const), limits }),
  fc.record({ do: fc.constantFrom('prune' as const, 'pin' as const, 'unpin' as const), key: text }),
)
const record = fc.oneof(
  fc.record({
    t: fc.constant('open' as const),
    k: count,
    after: count,
    at: text,
    kind: text,
    ord: count,
    hash: text,
    fp: count,
    time,
    max: limits,
  }),
  fc.record(
    {
      t: fc.constant('done' as const),
      k: count,
      status: fc.constantFrom('ok' as const, 'error' as const, 'timeout' as const, 'cancelled' as const),
      payload,
      usage: fc.record({ calls: count, usd: fc.option(time) }, { requiredKeys: [] }),
      time,
      cached: fc.boolean(),
    },
    { requiredKeys: ['t', 'k', 'status', 'payload', 'usage', 'time'] },
  ),
  fc.record({ t: fc.constant('act' as const), act, time }),
  fc.record({ t: fc.constant('session' as const), pid: count, wall: time, after: count, inDoubt: fc.array(count), charged: limits }),
) as fc.Arbitrary<JournalRecord>

test('every record comes back as it was written, in order, from the same journal and from a file opened again', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 8 }), batches => {
      const file = fresh()
      const journal = SqliteJournal.create(file)
      for (const batch of batches) journal.append(batch)
      const all = batches.flat()
      expect(journal.size).toBe(all.length)
      expect([...journal.read()]).toEqual(all)
      journal.close()
      const again = new SqliteJournal(file)
      expect(again.size).toBe(all.length)
      expect([...again.read()]).toEqual(all)
      expect(again.damage).toBe(null)
      again.close()
    }),
    { numRuns: 60 },
  )
})
