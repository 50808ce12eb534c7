import { expect, test } from 'vitest'
import { method } from '../runtime/index.ts'
import { complete } from './complete.ts'
import { critic, letters, scripted, search } from './fixture/letters.ts'
import { worthOf } from './worth.ts'

const tried = (steps: number) =>
  method({
    id: 'tried',
    knobs: {},
    async run(s) {
      const [a] = await s.expand(s.tree.root, { n: 1 })
      const end = await complete(s, a, { steps })
      s.note(a, end === undefined ? 'none' : String(s.tree.state(end)))
      if (end !== undefined) s.note(a, String((await complete(s, end)) === end))
    },
  })

test('steps from a node to an end, all of it aside; an answer completes itself', async () => {
  const { t, at } = await search(tried(9), { apart: true, ...scripted(() => 'b'), length: 4 })
  expect(t.notes(at('b')).map(n => n.text)).toEqual(['bbbb', 'true'])
  expect(t.children(at('b'))).toEqual([])
  expect(t.is(at('bb'), 'aside')).toBe(true)
  expect(t.answers()).toEqual([at('bbbb')])
})
test('what does not end in time is no answer', async () => {
  const { t, at } = await search(tried(2), { apart: true, ...scripted(() => 'b'), length: 4 })
  expect(t.notes(at('b')).map(n => n.text)).toEqual(['none'])
})
test('one sample where the world reads whole attempts', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'b' : 'c'))
  const world = { ...letters(2), grains: ['step', 'attempt'] as const, key: (x: string) => x }
  const { t, at } = await search(tried(9), { world, policy })
  expect(asked.map(x => x.sampling.grain)).toEqual([undefined, 'attempt'])
  expect(t.is(at('bc'), 'aside')).toBe(true)
})

test('worth: the reward of what can be answered with, the value of what cannot', async () => {
  const judge = critic({ a: 0.4 })
  const worths: number[] = []
  const m = method({
    id: 'worths',
    knobs: {},
    async run(s) {
      const worth = worthOf(s)
      const [a] = await s.expand(s.tree.root, { n: 1 })
      const [end] = await s.expand(a, { n: 1 })
      worths.push(await worth(a), await worth(end), await worth(a))
    },
  })
  await search(m, { apart: true, ...scripted(at => (at === '' ? 'a' : 'b')), value: judge.value, length: 2, right: 'ab' })
  expect(worths).toEqual([0.4, 1, 0.4])
  expect(judge.judged).toEqual(['a'])
})
