import { describe, expect, test } from 'vitest'
import { scripted, search } from '../compose/fixture/letters.ts'
import type { Assessment, Message } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { method } from '../runtime/index.ts'
import { choiceIn, debate } from './debate.ts'

const held = async (say: (asked: string, i: number) => string, o: { agents?: number; rounds?: number } = {}) => {
  let marks: Assessment[] = []
  const m = method({
    id: 'm',
    knobs: {},
    async run(s) {
      const kids = await s.expand(s.tree.root, { n: 3, how: 'distinct' })
      marks = await s.rank(kids, { by: debate({ agents: 3, rounds: 1, ...o }) })
    },
  })
  const asked: string[] = []
  const judges = model((messages: readonly Message[]) => say(messages[0].content, asked.push(messages[0].content)))
  const { r } = await search(m, { apart: true, ...scripted(() => 'abc'), model: judges })
  return { marks, asked, calls: r.spent.calls }
}

describe('a choice in a reply', () => {
  test.each([
    ['Choice: 2', 2],
    ['Candidate 1 is long. **Choice:** 3', 3],
    ['I take 2', 2],
    ['choice 9, or rather 1', 1],
    ['none of them', undefined],
    ['7', undefined],
    ['It gives 1.5 of 2', 2],
  ])('%s', (text, n) => expect(choiceIn(text, 3)).toBe(n))
})
test('agents, rounds, and one conclusion', async () => {
  const { marks, asked, calls } = await held(asked => (asked.includes('Conclude.') ? 'Choice: 3' : 'Choice: 2'))
  expect(calls).toBe(3 * 2 + 1)
  expect(asked.filter(x => x.includes('The other judges said'))).toHaveLength(3)
  expect(asked.filter(x => x.includes('Conclude.'))).toHaveLength(1)
  expect(marks.map(m => m.value)).toEqual([0, 0.5, 0.5])
})
test('every candidate is shown once, fenced, with the task', async () => {
  const { asked } = await held(() => 'Choice: 1')
  for (const x of ['Candidate 1', 'Candidate 2', 'Candidate 3', 'The task']) expect(asked[0].split(`${x}`)).not.toHaveLength(1)
})
test('a judge who cannot be read has no vote; where nobody can be, it failed', async () => {
  const some = await held((asked, i) => (asked.includes('Conclude.') ? 'Choice: 1' : i % 2 === 0 ? '?' : 'Choice: 1'))
  expect(some.marks[0].value).toBe(1)
  const none = await held(() => '?')
  expect(none.marks.every(m => m.failed && Number.isNaN(m.value))).toBe(true)
})
test('without rounds it is a vote and a conclusion', async () => {
  expect((await held(() => 'Choice: 2', { rounds: 0 })).calls).toBe(4)
})
