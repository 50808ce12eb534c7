import { describe, expect, test } from 'vitest'
import { critic, letters, scripted, search } from '../compose/fixture/letters.ts'
import { particleIts } from './particle-its.ts'
import { particleItsGibbs } from './particle-its-gibbs.ts'

const all = scripted(at => (at.length === 0 ? 'abababab' : 'aaaaaaaa'))
const half = (s: string) => (s.startsWith('a') ? 0.8 : 0.2)
const standing = (asked: readonly { at: string; n: number }[], level: number) =>
  Object.fromEntries(asked.filter(x => x.at.length === level).map(x => [x.at, x.n]))

describe('the particle filter', () => {
  test('every level moves N particles; good ones are copied, in proportion to the odds', async () => {
    const { policy, asked } = scripted(at => (at.length === 0 ? 'ab'.repeat(500) : 'a'.repeat(1000)))
    await search(particleIts, { policy, value: critic(half).value, knobs: { N: 1000 } })
    const level = standing(asked, 1)
    expect(level.a + level.b).toBe(1000)
    // Odds 4 : 1/4, so 16 of 17.
    expect(level.a / 1000).toBeGreaterThan(0.92)
    expect(level.a / 1000).toBeLessThan(0.96)
  })
  test('temperature is how little the critic is trusted', async () => {
    const share = async (T: number) => {
      const { policy, asked } = scripted(at => (at.length === 0 ? 'ab'.repeat(500) : 'a'.repeat(1000)))
      await search(particleIts, { policy, value: critic(half).value, knobs: { N: 1000, T } })
      return standing(asked, 1).a / 1000
    }
    // Odds to the power 1 / T: 16^(1/2) = 4 to 1, and nearly even.
    expect(await share(2)).toBeCloseTo(0.8, 1)
    expect(await share(1000)).toBeCloseTo(0.5, 1)
  })
  test('a value of 1 does not weigh without end, one that failed weighs nothing', async () => {
    const { policy, asked } = scripted(at => (at.length === 0 ? 'abc' : 'aaa'))
    const worth = (s: string) => (s.startsWith('a') ? Number.NaN : s.startsWith('b') ? 1 : 0.99)
    await search(particleIts, { policy, value: critic(worth).value, knobs: { N: 3, clip: 0.01 } })
    expect(standing(asked, 1).a).toBeUndefined()
    expect(Object.values(standing(asked, 1)).reduce((x, y) => x + y, 0)).toBe(3)
  })
  test('finished particles stay in the resampling, or leave it', async () => {
    const outcome = (s: string) => (s.startsWith('a') || s.length === 3 ? { answer: s, reward: 0.9 } : null)
    const world = { ...letters(3), outcome, key: (s: string) => s }
    const moving = async (keepFinished: boolean) => {
      const { policy, asked } = scripted(at => (at.length === 0 ? 'ab'.repeat(50) : 'b'.repeat(100)))
      await search(particleIts, { policy, world, value: critic(() => 0.1).value, knobs: { N: 100, keepFinished } })
      return standing(asked, 1).b ?? 0
    }
    // Half of them ended well: they crowd the others out, or leave them to themselves.
    expect(await moving(true)).toBeLessThan(10)
    expect(await moving(false)).toBe(50)
  })
  test('the answer has the highest value, or most of the final weight', async () => {
    const outcome = (s: string) => (s.length < 2 ? null : { answer: s.slice(-1), reward: s.endsWith('z') ? 0.9 : 0.8 })
    const o = { policy: scripted(at => (at === '' ? 'abcdefgh' : at === 'a' ? 'z' : 'y')).policy, value: critic(() => 0.5).value }
    const go = async (choose: string) =>
      (
        await search(particleIts, {
          ...o,
          world: { ...letters(2), outcome, key: (s: string) => s },
          knobs: { N: 8, choose, resample: 'systematic' },
        })
      ).r
    expect((await go('best')).answer).toBe('z')
    expect((await go('weighted')).answer).toBe('y')
  })
  test('says how many first steps its particles descend from', async () => {
    const { t } = await search(particleIts, {
      policy: all.policy,
      value: critic(s => (s[0] === 'a' ? 0.999 : 0.001)).value,
      knobs: { N: 8 },
    })
    expect(t.column('first')[t.root]).toBe(1)
  })
})

describe('particle Gibbs', () => {
  const value = critic(s => (s === '' ? 0.5 : s.startsWith('b') ? 0.9 : 0.3)).value
  test('one of N is the reference after the first iteration: it is not drawn for at the root', async () => {
    const { policy, asked } = scripted(at => (at.length === 0 ? 'abababab' : 'aaaaaaaa'))
    await search(particleItsGibbs, { policy, value, knobs: { N: 6, iterations: 3 } })
    expect(asked.filter(x => x.at === '').map(x => x.n)).toEqual([6, 5, 5])
  })
  test('the reference may be forked: a good one is gone on from though no fresh particle came there', async () => {
    // Only the first draw finds b.
    const { policy, asked } = scripted((at, time) => (at.length > 0 ? 'aaaa' : time === 0 ? 'bbbb' : 'aaaa'))
    const sure = critic(s => (s.startsWith('b') ? 0.999 : 0.001)).value
    await search(particleItsGibbs, { policy, value: sure, knobs: { N: 4, iterations: 2 } })
    expect(asked.filter(x => x.at === 'b').map(x => x.n)).toEqual([4, 3])
    expect(asked.filter(x => x.at === 'a')).toHaveLength(0)
  })
  test('chains at temperatures: each a filter of its own; one that is not above 0 is refused', async () => {
    const { policy, asked } = scripted(at => (at.length === 0 ? 'abababab' : 'aaaaaaaa'))
    await search(particleItsGibbs, { policy, value, knobs: { N: 4, iterations: 2, T: [2, 1] } })
    expect(asked.filter(x => x.at === '').map(x => x.n)).toEqual([4, 4, 3, 3])
    await expect(search(particleItsGibbs, { policy, value, knobs: { T: [1, 0] } })).rejects.toThrow(/temperatures above 0/)
  })
})
