import { expect, test } from 'vitest'
import { greedy } from '../method/index.ts'
import { simulated } from '../model/index.ts'
import { game24 } from '../world/index.ts'
import { type Claim, type ClaimResult, overall, verdictOf } from './claim.ts'
import { runClaim } from './claim-lab.ts'
import { claimPage } from './claim-page.ts'
import { evidenceFor } from './claim-shelf.ts'

const claim = (o: Partial<Claim> = {}): Claim => ({
  id: 'x',
  paper: { title: 'X', id: 'arXiv:1' },
  evidence: ['greedy'],
  claim: 'x is better',
  hypothesis: 'x is better here',
  equal: { unit: 'calls', budget: 10 },
  async run(lab) {
    const a = lab.arm('a', [1, 1, 1, 1, 0, 1, 1, 1], { spent: 10 })
    const b = lab.arm('b', [0, 0, 0, 0, 0, 0, 1, 0], { spent: 9 })
    return { arms: [a, b], findings: [lab.paired('a beats b', a, b, { above: 0, least: 0.1 })] }
  },
  ...o,
})

test('a verdict follows from where the interval lies', () => {
  expect(verdictOf([0.1, 0.3], 'above', 0, 0.05)).toBe('reproduced')
  expect(verdictOf([-0.1, 0.3], 'above', 0, 0.05)).toBe('inconclusive')
  expect(verdictOf([-0.1, 0.04], 'above', 0, 0.05)).toBe('not reproduced')
  expect(verdictOf([-0.3, 0], 'above', 0, 0)).toBe('not reproduced')
  expect(verdictOf([0.1, 0.3], 'below', 0.5, 0)).toBe('reproduced')
  expect(verdictOf([0.48, 0.7], 'below', 0.5, 0.05)).toBe('not reproduced')
  expect(verdictOf([0.3, 0.7], 'below', 0.5, 0.05)).toBe('inconclusive')
})

test('all statements that count must hold', async () => {
  const of = (...fs: readonly (readonly [low: number, high: number, counts: boolean])[]) =>
    runClaim(
      claim({
        run: async lab => ({
          arms: [],
          findings: fs.map(([low, high, counts]) => lab.finding('f', { effect: 0, interval: [low, high], above: 0, counts })),
        }),
      }),
    ).then(r => r.verdict)
  expect(await of([1, 2, true], [1, 2, true])).toBe('reproduced')
  expect(await of([1, 2, true], [-1, 2, true])).toBe('inconclusive')
  expect(await of([1, 2, true], [-1, 2, true], [-2, -1, true])).toBe('not reproduced')
  expect(await of([1, 2, true], [-2, -1, false])).toBe('reproduced')
  expect(overall([])).toBe('inconclusive')
  const unknown = runClaim(
    claim({
      run: async lab => ({ arms: [], findings: [lab.finding('f', { effect: Number.NaN, interval: [Number.NaN, Number.NaN], above: 0 })] }),
    }),
  )
  expect((await unknown).verdict).toBe('inconclusive')
})

test('a result has its arms, its figures and the machine, and is the same again', async () => {
  const r = await runClaim(claim())
  expect(r).toMatchObject({ schema: 1, id: 'x', verdict: 'reproduced', effect: 0.75, seed: 1, quick: false })
  expect(r.interval[0]).toBeGreaterThan(0)
  expect(r.arms.map(a => [a.name, a.unit, a.n, a.mean])).toEqual([
    ['a', 'solved', 8, 7 / 8],
    ['b', 'solved', 8, 1 / 8],
  ])
  expect(JSON.stringify(r)).not.toContain('"values"')
  const { seconds: _, ...rest } = await runClaim(claim())
  expect(r).toMatchObject(rest)
})

test('what searches spend is counted', async () => {
  const frame = { world: game24, method: greedy, model: simulated({ oracle: game24.oracle! }), budget: { calls: 5 } }
  const r = await runClaim(
    claim({
      async run(lab) {
        const x = await lab.run(frame, '4 9 10 13')
        const a = lab.arm('greedy', [x.spent.calls], { spent: x.spent.calls })
        lab.spend({ toolCalls: 2 })
        return { arms: [a], findings: [lab.finding('it asks', { effect: a.mean, interval: a.interval, above: 0 })] }
      },
    }),
  )
  expect(r.spend.calls).toBe(r.arms[0].mean)
  expect(r.spend).toMatchObject({ toolCalls: 2 })
})

test('unequal spend, other items and an empty claim are faults', async () => {
  const broken = (run: Claim['run']) => runClaim(claim({ run }))
  await expect(broken(async lab => ({ arms: [lab.arm('a', [1], { spent: 11 })], findings: [] }))).rejects.toThrow('may spend 10')
  await expect(
    broken(async lab => ({
      arms: [],
      findings: [lab.paired('p', lab.arm('a', [1], { spent: 1 }), lab.arm('b', [1, 0], { spent: 1 }), { above: 0 })],
    })),
  ).rejects.toThrow('not of the same items')
  await expect(broken(async () => ({ arms: [], findings: [] }))).rejects.toThrow('no finding')
})

test('the page holds every claim, whatever its verdict, and evidence is found by part', async () => {
  const good = await runClaim(claim())
  const bad: ClaimResult = { ...good, id: 'y', verdict: 'not reproduced', evidence: ['uct'], notes: ['the critic | is wrong'] }
  const results = new Map([good, bad].map(r => [r.id, r]))
  const page = claimPage(results)
  expect(page).toContain('2 claims: 1 reproduced, 1 not reproduced, 0 inconclusive.')
  for (const text of ['## x', '## y', '**not reproduced**', 'a beats b', '0.75', good.machine]) expect(page).toContain(text)
  expect(evidenceFor('uct', results)).toEqual([
    { claim: 'y', verdict: 'not reproduced', effect: bad.effect, interval: bad.interval, date: bad.date },
  ])
  expect(evidenceFor('greedy', results)).toHaveLength(1)
  expect(evidenceFor('none', results)).toEqual([])
})
