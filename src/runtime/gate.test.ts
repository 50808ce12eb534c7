import { describe, expect, test } from 'vitest'
import type { Provider } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { grower } from './fixture/methods.ts'
import { toy, toyModel, toyValue } from './fixture/toy.ts'
import { MemoryJournal, type RunSetup, run } from './index.ts'

const start = (model: Provider, o: RunSetup & { calls?: number } = {}) => {
  const { calls = 200, ...setup } = o
  return run({ world: toy(6), method: grower, model, value: toyValue, budget: { calls } }, '', { concurrency: 16, ...setup })
}
const fault = (code: string, o: object = {}) => Object.assign(new Error(`the server said ${code}`), { code, ...o })

/** At most `most` calls at once; others are answered with 429. */
function crowded(most: number, retryAfter?: number): Provider & { refused: number; peak: number } {
  const model = toyModel({ latency: 100 })
  let inside = 0
  const out = {
    ...model,
    refused: 0,
    peak: 0,
    async sample(...[m, o, live]: Parameters<Provider['sample']>) {
      if (inside >= most) {
        out.refused++
        throw fault('limited', retryAfter === undefined ? {} : { retryAfter })
      }
      inside++
      out.peak = Math.max(out.peak, inside)
      try {
        return await model.sample(m, o, live)
      } finally {
        inside--
      }
    },
  }
  return out
}

describe('a crowded server', () => {
  for (const retryAfter of [undefined, 0.5]) {
    test(`is given fewer calls at a time; none is lost (Retry-After ${retryAfter})`, async () => {
      const server = crowded(4, retryAfter)
      const waits: number[] = []
      const r = await start(server, { onEvent: e => void (e.kind === 'model.limited' && waits.push((e.data as { slots: number }).slots)) })
      expect(r.spent.calls).toBe(200)
      expect(r.yield).toBe(1)
      expect(server.refused).toBeLessThan(150)
      expect(Math.min(...waits)).toBeLessThanOrEqual(4)
    })
  }
  test('waiting is no work', async () => {
    const r = await start(crowded(1, 5), { calls: 20, concurrency: 4 })
    expect(r.spent.seconds).toBeGreaterThan(5)
    expect(r.spent.workingSeconds).toBeLessThan(r.spent.seconds)
  })
})

describe('faults', () => {
  test('are tried again, and cost nothing more', async () => {
    const retries: number[] = []
    const r = await start(toyModel({ latency: 100, faults: 0.3 }), { onEvent: e => void (e.kind === 'model.retry' && retries.push(1)) })
    expect([r.spent.calls, r.yield]).toEqual([200, 1])
    expect(retries.length).toBeGreaterThan(20)
  })
  test('what a failed try cost is charged', async () => {
    const model = toyModel()
    const seen = new Set<string>()
    const server: Provider = {
      ...model,
      max: (m, o) => ({ ...model.max(m, o), outputTokens: 100 }),
      async sample(m, o, live) {
        if (seen.has(live.idempotencyKey)) return model.sample(m, o, live)
        seen.add(live.idempotencyKey)
        throw fault('fault', { usage: { outputTokens: 2 } })
      },
    }
    const r = await start(server, { calls: 10 })
    expect(r.spent.outputTokens).toBe(10 * (8 + 2))
  })
  for (const [code, tries] of [
    ['refused', 1],
    ['fault', 6],
  ] as const) {
    test(`${code} for good ends the run with one line; what was paid for stays, and it resumes when the cause is mended`, async () => {
      const model = toyModel({ latency: 100 })
      let n = 0
      let broken = true
      let after = 0
      const server: Provider = {
        ...model,
        async sample(m, o, live) {
          if (broken && ++n > 60) {
            after++
            throw fault(code)
          }
          return model.sample(m, o, live)
        },
      }
      const journal = new MemoryJournal()
      const error = (await start(server, { journal }).catch((e: unknown) => e)) as Failure & { partial: { spent: { calls: number } } }
      expect(error).toBeInstanceOf(Failure)
      expect([error.code, error.message.split('\n').length]).toEqual(['model', 1])
      expect(error.partial.spent.calls).toBeGreaterThan(40)
      expect(after).toBeGreaterThanOrEqual(tries)
      broken = false
      const r = await start(server, { journal })
      expect(r.spent.calls).toBe(200)
      expect(r.inDoubt.calls).toBeGreaterThan(0)
    })
  }
})
