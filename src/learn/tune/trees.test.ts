import { expect, test } from 'vitest'
import type { NodeId } from '../../contract/index.ts'
import type { FlatTree } from '../../kernel/index.ts'
import { bestOfN, mctsDpo, restMcts, treepo } from '../../method/index.ts'
import { decode, encode, processCritic, seedling } from '../../model/seedling/index.ts'
import { run } from '../../runtime/index.ts'
import { game24 } from '../../world/index.ts'
import { distanceLabels, imitationsOf, pairsOf, softLabels, Teller, taken } from '../data/index.ts'
import { stepPairs } from '../step-pairs.ts'
import { checkTuneRow, unitsOf } from './row.ts'
import { groupRows, imitationRows, pairRows, stepPairRows, verdictRows } from './trees.ts'

const model = seedling()
const searched = async (
  method: Parameters<typeof run>[0]['method'],
  knobs: Record<string, never | boolean | number | string>,
  calls: number,
) => {
  const r = await run({ world: game24, method, model, knobs, value: processCritic('policy'), budget: { calls } }, '4 9 10 13', { seed: 3 })
  return new Teller(r.tree as FlatTree, game24, { dialect: 'tokens', drawnIn: 'tokens' })
}
const rest = await searched(restMcts, { data: true, critic: 'none' }, 150)
const sizes = { vocabulary: 128, context: 64 }
const whole = (rows: readonly unknown[]): void => {
  expect(rows.length).toBeGreaterThan(0)
  for (const r of rows) checkTuneRow(r, sizes, 'row')
  unitsOf(rows as never)
}

test('what is learnt is what was said: ids of the draws, and the prompt of the state they led to', () => {
  const t = rest.tree
  let seen = 0
  for (const n of taken(t)) {
    if (n === t.root) continue
    const text = rest.step(n)
    expect(`${rest.prompt(t.parent(n)!)} ${text}`).toBe(rest.prompt(n))
    const ids = rest.drawn(n)?.tokens?.map(x => x.id)
    if (ids === undefined) continue
    expect(encode(text)).toEqual(ids)
    seen++
  }
  expect(seen).toBeGreaterThan(5)
})
test('imitation: prompt, then every step to the end; only right ones', () => {
  const rows = imitationRows(rest)
  whole(rows)
  expect(rows).toHaveLength(imitationsOf(rest).length)
  for (const r of rows) {
    expect(decode(r.tokens)).toMatch(/^24 : 4 9 10 13 ; .* = 24 \$$/)
    expect(r.segment.indexOf('policy')).toBe(7)
    expect(r.segment.lastIndexOf('prompt')).toBe(6)
  }
  expect(imitationRows(rest, { as: 'demo' })[0].segment).toContain('demo')
})
test('pairs of steps share their prompt and differ in what is said', () => {
  const rows = pairRows(pairsOf(rest), 'a')
  whole(rows)
  for (let i = 0; i < rows.length; i += 2) {
    const [w, l] = rows.slice(i, i + 2)
    expect([w.label, l.label, w.unit]).toEqual(['chosen', 'rejected', l.unit])
    const shared = w.segment.indexOf('policy')
    expect(w.tokens.slice(0, shared)).toEqual(l.tokens.slice(0, shared))
    expect(w.tokens).not.toEqual(l.tokens)
  }
})
test('verdicts: each labelled state once, at the end of its prompt, with its label', () => {
  const labels = distanceLabels(rest.tree)
  const rows = verdictRows(rest, labels)
  whole(rows)
  const found = rows.flatMap(r => r.verdicts!.map(v => [decode(r.tokens.slice(0, v.at)), v.value] as const))
  const t = rest.tree
  const expected = taken(t).filter(n => n !== t.root && !Number.isNaN(labels[n]))
  expect(found).toHaveLength(expected.length)
  const at = new Map(expected.map(n => [rest.prompt(n as NodeId), labels[n]]))
  for (const [text, value] of found) expect(value).toBeCloseTo(at.get(text)!, 12)
  expect(verdictRows(rest, labels, { ends: false }).flatMap(r => r.verdicts!).length).toBeLessThan(found.length)
  expect(
    verdictRows(
      rest,
      labels.map(x => 2 * x - 1),
      { scale: [-1, 1] },
    ),
  ).toEqual(rows.map(r => expect.objectContaining({ tokens: r.tokens })))
})
test('what the judge is asked in use ends where the verdict stands', async () => {
  const asked: string[] = []
  const spy = {
    ...model,
    score(m: { content: string }[], ...rest: [string, never]) {
      asked.push(m[0].content)
      return model.score(m as never, ...rest)
    },
  }
  const r = await run(
    {
      world: game24,
      method: restMcts,
      model: spy as never,
      knobs: { data: true, critic: 'none' },
      value: processCritic('policy'),
      budget: { calls: 60 },
    },
    '4 9 10 13',
    { seed: 3 },
  )
  const teller = new Teller(r.tree as FlatTree, game24, { dialect: 'tokens' })
  const prefixes = new Set(
    verdictRows(
      teller,
      softLabels(r.tree, n => (r.tree.is(n, 'end') ? false : null)),
    ).flatMap(x => x.verdicts!.map(v => `${decode(x.tokens.slice(0, v.at))} <judge>`)),
  )
  const judged = asked.filter(a => prefixes.has(a))
  expect(judged.length).toBeGreaterThan(3)
})
test('step pairs with noise stand in both orders', async () => {
  const teller = await searched(mctsDpo, { nIters: 6, n1: 4, n2: 3, temperature: 1, untilSolved: false }, 200)
  const pairs = stepPairs(teller.tree)
  const rows = stepPairRows(teller, pairs, 'b')
  whole(rows)
  expect(rows).toHaveLength(4 * pairs.length)
  expect(rows[0].tokens).toEqual(rows[3].tokens)
  expect(rows[0].weight! + rows[2].weight!).toBeCloseTo(2)
})
test('groups: advantages of right answers above those of wrong ones; groups of one mind teach nothing', async () => {
  const teller = await searched(treepo, { W: 16, untilSolved: false }, 200)
  for (const by of ['tree', { centre: 'group', scale: 'batch' }] as const) {
    const rows = groupRows([{ teller, name: 'c' }], by)
    whole(rows)
    const of = (reward: number) => rows.filter(r => r.reward === reward).map(r => r.advantage as number)
    expect(Math.min(...of(1))).toBeGreaterThan(Math.max(...of(0)))
    expect(rows.reduce((s, r) => s + (r.advantage as number), 0)).toBeCloseTo(0, 1)
  }
  expect(groupRows([{ teller, name: 'c', right: n => (teller.tree.is(n, 'end') ? false : null) }], 'tree')).toEqual([])
})

test('answers that could not be read lower the mean of their group, and have no row', async () => {
  const teller = await searched(bestOfN, { n: 40, untilSolved: false }, 40)
  const [plain, less] = [0, 60].map(unread => groupRows([{ teller, name: 'a', unread }], { centre: 'group', scale: 'none' }))
  whole(less)
  expect(less).toHaveLength(plain.length)
  const mean = (unread: number) => plain.filter(r => r.reward === 1).length / (plain.length + unread)
  for (const [rows, unread] of [
    [plain, 0],
    [less, 60],
  ] as const)
    for (const r of rows) expect(r.advantage).toBeCloseTo((r.reward as number) - mean(unread), 12)
  // All that could be read is right: with what could not, there is something to prefer.
  const right = (n: number) => (teller.tree.is(n as never, 'end') ? true : null)
  expect(groupRows([{ teller, name: 'b', right }], { centre: 'others', scale: 'none' })).toEqual([])
  for (const r of groupRows([{ teller, name: 'b', right, unread: 3 }], { centre: 'others', scale: 'none' }))
    expect(r.advantage as number).toBeGreaterThan(0)
})
