import { expect, test } from 'vitest'
import type { Context, KnobValue, NodeId, Tree } from '../contract/index.ts'
import { scripted } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { sequence } from '../world/index.ts'
import { ballot, spar } from './spar.ts'

const task = 'count=4 sum=31 drafts=4'
const draftOf = (prompt: string): string => /Draft: (.+)\n/.exec(prompt.slice(prompt.lastIndexOf('\nNow\n')))![1]
/** An actor, a refiner who is asked with a hint, and a judge, all by what is written. */
async function search(
  o: { actor: string[]; refine: (draft: string, time: number) => string; judge: (draft: string, time: number) => string },
  knobs: Record<string, KnobValue> = {},
) {
  const times = new Map<string, number>()
  const count = (key: string): number => {
    const n = times.get(key) ?? 0
    times.set(key, n + 1)
    return n
  }
  const hints: string[] = []
  const model = scripted(ms => {
    const world = ms.find(m => m.content.includes('\nNow\n'))!.content
    const draft = draftOf(world)
    if (world.includes('Verdict:') && world.trimEnd().endsWith('Verdict:')) return o.judge(draft, count(`judge ${draft}`))
    if (draft === 'none yet') return o.actor[Math.min(o.actor.length - 1, count('actor'))]
    hints.push(ms.at(-1)!.content)
    return o.refine(draft, count(`refine ${draft}`))
  })
  const r = await run({ world: sequence, method: spar, model, knobs: { samples: 2, votes: 3, branch: 2, ...knobs } }, task, {
    seed: 1,
    concurrency: 1,
  })
  const t = r.tree as Tree<any, any>
  const paths = Array.from({ length: t.size }, (_, e) => e as NodeId)
    .filter(e => t.taken(e) && e !== t.root)
    .map(n =>
      t
        .path(n)
        .slice(1)
        .map(e => t.action(e).join(' '))
        .join(' > '),
    )
  const at = (path: string): NodeId =>
    t.nodes().find(
      n =>
        t
          .path(n)
          .slice(1)
          .map(e => t.action(e).join(' '))
          .join(' > ') === path,
    )!
  return { r, t, paths, at, hints }
}
const sum = (draft: string): number => draft.split(' ').reduce((a, x) => a + Number(x), 0)
const honest = (draft: string): string => (sum(draft) === 31 ? 'all is met\nyes' : `the sum is ${sum(draft)}\nno`)
const nearer = (draft: string, time: number): string => {
  const xs = draft.split(' ').map(Number)
  const at = time % xs.length
  return xs.with(at, xs[at] - Math.sign(sum(draft) - 31)).join(' ')
}

test('a failing response is refined by its critique until one passes, and only the failing one', async () => {
  const { t, paths, at, hints, r } = await search({ actor: ['5 7 9 10', '5 7 9 12'], refine: nearer, judge: honest })
  expect(t.V[at('5 7 9 10')]).toBe(1)
  expect(t.V[at('5 7 9 12')]).toBe(0)
  expect(t.judged(at('5 7 9 12'))!.critique).toBe('the sum is 33\nno')
  expect(hints[0]).toContain('the sum is 33')
  // Two refinements, then two of each of those, one of which passes.
  expect(paths.slice(0, 4)).toEqual(['5 7 9 10', '5 7 9 12', '5 7 9 12 > 4 7 9 12', '5 7 9 12 > 5 6 9 12'])
  const goal = t.nodes().find(n => t.depth(n) > 1 && t.V[n] > 0.5)!
  expect(t.depth(goal)).toBe(3)
  expect(r.solved).toBe(true)
})
test('where every response passes nothing is refined', async () => {
  const { paths, hints } = await search({ actor: ['5 7 9 10', '4 7 9 11'], refine: nearer, judge: honest })
  expect([paths, hints]).toEqual([['5 7 9 10', '4 7 9 11'], []])
})
test('no deeper than `depth`, `keep` of a level; depth first goes down the best at once', async () => {
  const never = { actor: ['5 7 9 20'], refine: nearer, judge: () => 'no' }
  const bfs = await search(never, { depth: 2, keep: 1 })
  const depths = (paths: string[]): number[] => paths.map(p => p.split(' > ').length)
  expect(depths(bfs.paths)).toEqual([1, 2, 2, 3, 3])
  const dfs = await search(never, { depth: 2, order: 'dfs' })
  expect(depths(dfs.paths)).toEqual([1, 2, 2, 3, 3, 3, 3])
  const few = await search(never, { depth: 3, order: 'dfs', nodes: 2 })
  expect(few.paths).toHaveLength(3)
})
test('the votes: share of yes, a critique of the majority; a tie is voted on again', async () => {
  const vote = async (n: number, replies: string[]) => {
    let calls = 0
    const io = {
      model: () => ({
        dialect: 'text',
        sample: async (_: unknown, o: { n: number }) => {
          calls++
          return replies.splice(0, o.n).map(text => ({ text, finish: 'stop' }))
        },
      }),
    }
    const at = { messages: () => [{ role: 'user', content: 'x' }] } as unknown as Context
    return { calls: () => calls, said: await ballot(n, 0.7, { promising: ['yes'], lost: ['no'] }).value(at, io as never) }
  }
  const three = await vote(3, ['bad\nno', 'fine\nyes', 'worse\nno'])
  expect(three.said).toEqual({ value: 1 / 3, parts: { yes: 1, no: 2 }, critique: 'bad\nno' })
  const tied = await vote(2, ['a\nyes', 'b\nno', 'c\nyes', 'd\nyes'])
  expect([tied.said.value, tied.calls()]).toEqual([3 / 4, 2])
  expect((await vote(2, ['a yes', 'b no', 'c yes', 'd no'])).said.critique).toBeUndefined()
  expect((await vote(2, ['hm', 'well', 'so', 'what'])).said).toMatchObject({ failed: true })
})
