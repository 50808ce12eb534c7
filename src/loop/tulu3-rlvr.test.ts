import { expect, test } from 'vitest'
import type { TuneRow } from '../learn/from-trees.ts'
import { encode, seedling } from '../model/seedling/index.ts'
import { handmade, illegal, right, says } from './fixture/hand.ts'
import { said } from './look.ts'
import type { Look } from './spec.ts'
import { tulu3Rlvr } from './tulu3-rlvr.ts'

const context = { round: 1, again: [], hinted: [], settings: {} } as never

test('10 where it is right, 0 where it is not, -10 where it has no end; a verdict before every word', async () => {
  const h = await handmade([right, illegal, says('13 - 9 = 4 :', true)])
  const { policy } = tulu3Rlvr.rows([h], context)
  expect(policy.map(r => r.reward)).toEqual([10, 0, -10])
  const spoken = policy[0].segment.flatMap((s, t) => (s === 'policy' ? [t] : []))
  expect(policy[0].verdicts!.map(v => v.at)).toEqual(spoken)
})
test('the penalty is in the reward, advantages are of the value model and whitened, the value learns the returns', async () => {
  const h = await handmade([right, illegal])
  const rows = tulu3Rlvr.rows([h], context)
  // The policy says every word with log-probability -1, the reference -3; the critic knows nothing: 5 of 10.
  const look: Look = async (who, xs) =>
    xs.map(r => ({
      lp: new Float64Array(r.tokens.length).fill(who === 'start' ? -3 : -1),
      good: new Float64Array(r.verdicts?.length ?? 0),
      bad: new Float64Array(r.verdicts?.length ?? 0),
    }))
  const { policy, value } = await tulu3Rlvr.weigh!(rows, look)
  const n = policy[0].segment.filter(s => s === 'policy').length
  // By hand, from the last word on: each word costs 0.05 * 2.
  const raw = [10, 0].map(R => {
    const out: number[] = []
    for (let t = n - 1, next = 0; t >= 0; t--) out.unshift((next = (t === n - 1 ? R - 0.1 - 5 : -0.1) + 0.95 * next))
    return out
  })
  const all = raw.flat()
  const mean = all.reduce((s, x) => s + x, 0) / all.length
  const spread = Math.sqrt(all.reduce((s, x) => s + (x - mean) ** 2, 0) / (all.length - 1))
  policy.forEach((r, i) => {
    const found = (r.advantage as number[]).filter((_, t) => r.segment[t] === 'policy')
    expect(found).toEqual(raw[i].map(x => expect.closeTo((x - mean) / spread, 5)))
    expect(r.verdicts).toBeUndefined()
    expect(value[i].verdicts!.map(v => v.value)).toEqual(raw[i].map(x => expect.closeTo(Math.min(1, Math.max(0, (x + 5) / 10)), 5)))
    expect(value[i].segment.every(s => s === 'prompt')).toBe(true)
  })
})
test('what a network says of rows is what its decoder would say', async () => {
  const model = seedling()
  const tokens = encode(`24 : 4 9 10 13 ; ${right}`)
  const row: TuneRow = {
    tokens,
    segment: tokens.map((_, t) => (t < 7 ? 'prompt' : 'policy')),
    verdicts: [{ at: 7 }, { at: tokens.length }],
  }
  const [seen] = await said(model, [row])
  const live = { signal: new AbortController().signal } as never
  const { tokens: scored } = await model.score([{ role: 'user', content: '24 : 4 9 10 13 ;' }], right, live)
  expect([...seen.lp.subarray(7)]).toEqual(scored!.map(t => expect.closeTo(t.logprob, 4)))
  expect([...seen.lp.subarray(0, 7)]).toEqual([0, 0, 0, 0, 0, 0, 0])
  const good = await model.score([{ role: 'user', content: `24 : 4 9 10 13 ; ${right} <judge>` }], '<good>', live)
  expect(seen.good[1]).toBeCloseTo(good.logprob, 4)
})
