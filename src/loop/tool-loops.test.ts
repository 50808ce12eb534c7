import { expect, test } from 'vitest'
import { AddressedRandom } from '../kernel/index.ts'
import { decode } from '../model/seedling/index.ts'
import { handmade, illegal, right, wrong } from './fixture/hand.ts'
import { finePairs, grade, grades, itool } from './itool.ts'
import { tpLlama } from './tp-llama.ts'

const context = (round = 1, again: readonly unknown[] = []): never =>
  ({ round, again, hinted: [], settings: {}, random: new AddressedRandom(1, round, 0, 'test') }) as never
const steps = (text: string): string[] => text.match(/[^;$]+[;$]/g)!.map(s => s.trim())
const text = (r: { tokens: readonly number[]; segment: readonly string[] }, who = 'policy'): string =>
  decode(r.tokens.filter((_, t) => r.segment[t] === who))

const dfs = { method: 'toolllm-dfsdt', knobs: { width: 2, queries: 0 }, refused: 'step' } as const
const early = steps('4 + 9 = 13 : 10 13 13 ; 10 + 13 = 23 : 13 23 ; 13 + 23 = 36 $')
const other = steps('13 + 13 = 26 : 10 26 ; 10 + 26 = 36 $')
/** 4 + 9 and both ways below it fail, so does 13 - 9, 10 + 4; then the answer. */
const told = [...early, ...other, ...steps(wrong), ...steps(right).slice(1)]

test('tp-llama: the success path is imitated; each of its steps stands against the siblings that failed, and no deeper step does', async () => {
  const { first, policy } = tpLlama.rows([await handmade(told, dfs)], context())
  expect(first!.map(r => text(r))).toEqual([right])
  const pairs = [0, 2].map(i => policy.slice(i, i + 2))
  expect(policy).toHaveLength(4)
  expect(pairs.map(p => p.map(r => [r.label, text(r)]))).toEqual([
    [
      ['chosen', steps(right)[0]],
      ['rejected', early[0]],
    ],
    [
      ['chosen', steps(right)[1]],
      ['rejected', steps(wrong)[1]],
    ],
  ])
  for (const [w, l] of pairs) expect(text(w, 'prompt')).toBe(text(l, 'prompt'))
  expect(text(pairs[1][0], 'prompt')).toBe(`24 : 4 9 10 13 ; ${steps(right)[0]}`)
})
test('tp-llama: a sibling that nothing ended below is unknown; a tree without an answer teaches nothing', async () => {
  const unread = new Array(6).fill('10 + 10 = 21 : 1 ;')
  const h = await handmade([early[0], ...unread, ...steps(right)], dfs)
  expect(tpLlama.rows([h], context()).policy).toEqual([])
  const failed = tpLlama.rows([await handmade(told.slice(0, 5), dfs)], context())
  expect([failed.first, failed.policy]).toEqual([[], []])
})

test('itool: wrong calls are graded by operation and numbers, and never excellent', () => {
  const gold = steps(right)
  expect(grade(steps('13 - 9 = 4 : 4 4 10 ; 10 - 4 = 6 : 4 6 ; 6 + 4 = 10 $'), gold)).toBe(grades.acceptable)
  expect(grade(steps(wrong), gold)).toBe(grades.fair)
  expect(grade(early, gold)).toBe(grades.poor)
  expect(grade(gold, gold)).toBe(grades.acceptable)
})
test('itool: a wrong answer stands against the right one; those that differ in a fragment come first', async () => {
  const h = await handmade(told, dfs)
  const pairs = finePairs(h)
  expect(pairs.map(p => [p.rejected, p.chosen])).toEqual([
    [wrong, right],
    [early.join(' '), right],
    [[early[0], ...other].join(' '), right],
  ])
  expect(pairs.map(p => p.margin)).toEqual([2 / 3, 1, 1].map(x => expect.closeTo(x)))
  expect(finePairs(await handmade([wrong]))).toEqual([])
  const rows = itool.rows([], context(1, [h])).policy
  expect(rows.map(r => r.label)).toEqual(['chosen', 'rejected', 'chosen', 'rejected', 'chosen', 'rejected'])
})
test('itool: the warm-up goes from easy to hard; what is mastered is not searched', async () => {
  const easy = await handmade([right, right, wrong])
  const hard = { ...(await handmade([right, wrong, wrong, illegal])), name: 'hard' }
  expect([hard, easy].map(itool.again!.when)).toEqual([true, false])
  const { first } = itool.rows([hard, easy], context())
  expect(first).toHaveLength(2)
  expect(itool.first!.inOrder).toBe(true)
  // The easy one comes first: its own right answer was drawn twice.
  const other = { ...easy, task: 'x' }
  const order = itool.rows([hard, other], context()).first!
  expect(order).toEqual(itool.rows([other, hard], context()).first)
  // Later only some of what is mastered is gone over again.
  const many = Array.from({ length: 40 }, (_, i) => ({ ...easy, name: String(i) }))
  const later = itool.rows([...many, hard], context(2)).first!.length
  expect(later).toBeGreaterThan(0)
  expect(later).toBeLessThan(25)
})
