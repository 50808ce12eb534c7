import { expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { pav } from './pav.ts'

const worth: Record<string, number> = { '': 0.3, a: 0.5, b: 0.2, aa: 0.55, ba: 0.5, ca: 0.1 }
const script = (at: string) => (at === '' ? 'ab' : 'a')

test('a step that changed much beats one that stands higher and changed little', async () => {
  const taken = async (alpha: number) => {
    const { policy, places } = scripted(script)
    await search(pav, { policy, value: critic(worth).value, apart: true, knobs: { B: 2, C: 1, K: 1, alpha, rounds: 2 } })
    const { t, at } = await search(pav, {
      policy: scripted(script).policy,
      value: critic(worth).value,
      apart: true,
      knobs: { B: 2, C: 1, K: 1, alpha },
    })
    return { effective: (s: string) => t.column('effective')[at(s)], places: places() }
  }
  const { effective } = await taken(1)
  // Q + alpha (Q - Q before): aa .55 + .05, ba .5 + .3.
  expect(effective('aa')).toBeCloseTo(0.6, 12)
  expect(effective('ba')).toBeCloseTo(0.8, 12)
  expect(effective('a')).toBeCloseTo(0.7, 12)
  expect((await taken(0)).effective('aa')).toBeCloseTo(0.55, 12)
})
test('the prover is best-of-K of the critic, or one of its own, judged at both ends of the step', async () => {
  const o = { value: critic(worth).value, apart: true, knobs: { B: 1, C: 2, K: 4, alpha: 0.5 } }
  const best = await search(pav, { ...o, policy: scripted(script).policy })
  expect(best.t.column('prover')[best.at('a')]).toBeCloseTo(1 - 0.5 ** 4, 12)
  const { value: other, judged } = critic(s => (s === '' ? 0.1 : s === 'b' ? 0.9 : 0.2))
  const own = await search(pav, { ...o, policy: scripted(script).policy, parts: { prover: other } })
  expect(judged.slice(0, 3)).toEqual(['', 'a', 'b'])
  // a: .5 + .5 x (.2 - .1); b: .2 + .5 x (.9 - .1).
  expect(own.t.column('effective')[own.at('a')]).toBeCloseTo(0.55, 12)
  expect(own.t.column('effective')[own.at('b')]).toBeCloseTo(0.6, 12)
  expect(own.has('ba')).toBe(true)
  expect(own.has('aa')).toBe(false)
})
test('answers with the best end by its reward, not by its progress', async () => {
  const outcome = (s: string) => (s.length < 2 ? null : { answer: s, reward: s === 'aa' ? 0.6 : 0.5 })
  const { r } = await search(pav, {
    policy: scripted(script).policy,
    value: critic({ a: 0.59, b: 0.01 }).value,
    world: { ...letters(2), outcome, key: (s: string) => s },
    knobs: { B: 2, C: 1 },
  })
  expect(r.answer).toBe('aa')
})
