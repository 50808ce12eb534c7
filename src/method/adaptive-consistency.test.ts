import { describe, expect, test } from 'vitest'
import type { Provider, PureWorld, Usage } from '../contract/index.ts'
import { scripted } from '../model/index.ts'
import { type RunSetup, run } from '../runtime/index.ts'
import { adaptiveConsistency } from './adaptive-consistency.ts'

const quiz: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'quiz',
  grains: ['attempt'],
  start: () => '',
  step: (_, a) => a,
  outcome: s => (s === '' ? null : { answer: s }),
  render: () => [{ role: 'user', content: 'What is it?' }],
  parse: text => text,
}
const saying = (answers: readonly string[]): Provider => {
  let i = 0
  return scripted(() => answers[Math.min(i++, answers.length - 1)])
}
const go = async (answers: readonly string[], knobs: Record<string, number | string> = {}, o: RunSetup = {}) =>
  run({ world: quiz, method: adaptiveConsistency, knobs, model: saying(answers) }, '', o)

describe('it stops', () => {
  test('as soon as the majority is settled, and not before', async () => {
    // Beta(v + 1, 1) above one half is 1 - 2^-(v + 1): 0.9375 after three, 0.969 after four.
    expect(await go(['a'])).toMatchObject({ answer: 'a', spent: { calls: 4 } })
    expect((await go(['a'], { threshold: 0.93 })).spent.calls).toBe(3)
    expect((await go(['a'], { threshold: 0.99 })).spent.calls).toBe(6)
  })
  test('later where there is dissent', async () => {
    const r = await go(['a', 'b', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'])
    // 3 : 1 is 0.81, 6 : 1 is 0.965.
    expect(r).toMatchObject({ answer: 'a', spent: { calls: 7 } })
  })
  test('at maxSamples, where nothing is settled', async () => {
    const r = await go(
      Array.from({ length: 99 }, (_, i) => 'abcd'[i % 4]),
      { maxSamples: 12 },
    )
    expect(r.spent.calls).toBe(12)
    expect(['a', 'b', 'c', 'd']).toContain(r.answer)
  })
  test('Dirichlet is no surer than Beta where there are third answers', async () => {
    const answers = ['a', 'b', 'c', 'a', 'a', 'a', 'd', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a']
    const beta = await go(answers)
    const dirichlet = await go(answers, { stopping: 'dirichlet' })
    expect(dirichlet.spent.calls).toBeGreaterThanOrEqual(beta.spent.calls)
  })
})

test('in a window it cancels what is in flight when it is settled', async () => {
  // The first four come at once; the others would take an hour.
  let asked = 0
  let cancelled = 0
  const model: Provider = {
    ...scripted(() => 'a'),
    clock: 'virtual',
    async sample(_, o, live) {
      const slow = asked++ >= 4
      await live.sleep(slow ? 3_600_000 : 10)
      if (live.signal.aborted) {
        cancelled++
        throw Object.assign(new DOMException('aborted', 'AbortError'), { usage: { calls: o.n, requests: 1 } as Partial<Usage> })
      }
      return { samples: [{ text: 'a', finish: 'stop' }], usage: { calls: 1, requests: 1 } }
    },
  }
  const r = await run({ world: quiz, method: adaptiveConsistency, knobs: { window: 8 }, model }, '', { concurrency: 8 })
  expect(r).toMatchObject({ answer: 'a', ended: 'stopped' })
  expect(r.spent.seconds).toBeLessThan(1)
  // Three came and were replaced; the fourth settled it, with seven in flight.
  expect(asked).toBe(11)
  expect(cancelled).toBe(7)
})
test('rounds draw nothing in vain: never more than one by one would', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const answers = Array.from({ length: 60 }, (_, i) => ((i * 7 + seed * 3) % 10 < 6 ? 'a' : `b${(i + seed) % 3}`))
    const rounds = (await go(answers)).spent.calls
    const single = (await go(answers, { window: 1 }, { concurrency: 1 })).spent.calls
    expect(rounds).toBe(single)
  }
})
