import { expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { KnobValue, Policy, Reward } from '../contract/index.ts'
import { repexp } from './repexp.ts'

/** Texts of the strategies: those of one letter share all words but a number. */
const words: Record<string, string> = { a: 'add both numbers and go on', b: 'factor the polynomial first', c: 'draw a picture of it' }
const drawn = (text: string): Policy<string, string, void> => {
  const inner = scripted((_at, time) => text.slice(time === 0 ? 0 : 2 ** (time - 1))).policy
  return {
    ...inner,
    async propose(from, o, io) {
      const { draws } = await inner.propose(from, o, io)
      return { draws: draws.map((d, i) => ({ ...d, action: `${d.action}${o.n}.${i}`, text: `${words[d.action]} ${o.n}.${i}` })) }
    },
  }
}
const go = async (text: string, right: string, knobs: Record<string, KnobValue> = {}, seed = 1) => {
  const asked: string[] = []
  const reward: Reward<string, string, string> = {
    id: 'slow',
    verifies: true,
    async reward(_, o) {
      asked.push(o!.answer[0])
      return { value: o!.answer.startsWith(right) ? 1 : 0, verified: true }
    },
  }
  const { r } = await search(repexp, { length: 1, apart: true, policy: drawn(text), reward, knobs: { n: text.length, ...knobs }, seed })
  return { asked, r }
}
const text = `${'a'.repeat(20)}bb${'a'.repeat(9)}c`

test('nothing is verified before all are drawn; then the rare strategy is soon tried', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const { asked, r } = await go(text, 'c', {}, seed)
    expect(asked.length).toBeLessThanOrEqual(8)
    expect(r.answer).toMatch(/^c/)
    expect(r.ended).toBe('stopped')
  }
})
test('the rare one takes longer in random order', async () => {
  const count = async (order: string) => {
    let sum = 0
    for (let seed = 0; seed < 10; seed++) sum += (await go(text, 'c', { order }, seed)).asked.length
    return sum / 10
  }
  expect(await count('random')).toBeGreaterThan(2 * (await count('elliptic')))
})
test('at most k verifications, and unverified attempts do not win', async () => {
  const { asked, r } = await go(text, 'none', { k: 3, untilSolved: false })
  expect(asked).toHaveLength(3)
  expect(r.score).toBe(0)
})
test('modal: the most frequent attempt goes first', async () => {
  const same = (await search(repexp, {
    length: 1,
    apart: true,
    ...scripted((_at, time) => 'cabbbbab'.slice(time === 0 ? 0 : 2 ** (time - 1))),
    right: 'b',
    knobs: { n: 8, first: 'modal' },
  })) as Awaited<ReturnType<typeof search>>
  expect(
    same.t
      .answers()
      .filter(n => !Number.isNaN(same.t.R[n]))
      .map(n => same.t.state(n)),
  ).toEqual(['b'])
})
