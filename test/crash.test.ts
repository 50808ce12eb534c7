import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FlatTree } from '../src/kernel/index.ts'
import { grower, kitchen } from '../src/runtime/fixture/methods.ts'
import { toy, toyModel, toyValue } from '../src/runtime/fixture/toy.ts'
import { run } from '../src/runtime/index.ts'
import { openStore } from '../src/store/index.ts'
import { survive } from './crash/crash.ts'
import { type Counting, counting } from './crash/server.ts'

// A few kills of each kind at every test; a thousand of them in `npm run bench -- crash`.
describe('kill -9 at random moments, then resume', () => {
  const store = mkdtempSync(join(tmpdir(), 'espalier-crash-'))
  let server: Counting
  beforeAll(async () => {
    server = await counting(3)
  })
  afterAll(() => {
    server.close()
    rmSync(store, { recursive: true, force: true })
  })
  for (const method of ['grower', 'kitchen']) {
    for (const concurrency of [1, 8]) {
      test(`${method}, ${concurrency} in flight`, async () => {
        const o = { store, method, concurrency, calls: 90, seed: 5 }
        const killed = await survive(server, { ...o, kills: 6 })
        expect(killed.kills).toBe(6)
        // One in flight: the order of completions is the order of requests, so nothing may differ from a run that was left alone.
        if (concurrency === 1) {
          const whole = await survive(server, { ...o, kills: 0 })
          expect(killed.digest).toBe(whole.digest)
          expect(killed.spent.calls).toBe(whole.spent.calls)
        }
        // In any order: exactly a replay of its own journal, with the same spend.
        const s = openStore(store)
        const again = run(
          {
            world: toy(5),
            method: method === 'kitchen' ? kitchen() : grower,
            model: { ...toyModel(), id: 'counted' },
            value: toyValue,
            budget: { calls: 90 },
          },
          '',
          {
            journal: s.open(killed.run).journal,
            replayOnly: true,
            seed: 5,
            concurrency,
          },
        )
        const r = await again
        s.close()
        expect((r.tree as FlatTree).digest()).toBe(killed.digest)
        expect([r.spent.calls, r.inDoubt.calls]).toEqual([killed.spent.calls, killed.inDoubt.calls])
        // No completed call was made again that is not named as in doubt.
        for (const [key, times] of server.answered)
          if (key.startsWith(`${killed.run}-`) && times > 1) expect(killed.doubted, key).toContain(key)
        expect(killed.spent.calls).toBeLessThanOrEqual(90)
      })
    }
  }
})
