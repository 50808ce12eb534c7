import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId, Search } from '../contract/index.ts'
import { scripted as model } from '../model/index.ts'
import { draftWeights, processCritic, seedling } from '../model/seedling/index.ts'
import { method, run } from '../runtime/index.ts'
import { game24 } from '../world/index.ts'
import { letters, scripted, search } from './fixture/letters.ts'
import { rankByElimination } from './rank-by-elimination.ts'
import { reflector } from './reflect.ts'

const doing = (body: (s: Search<string, string, string>) => Promise<void>) =>
  method({ id: 'doing', knobs: {}, run: s => body(s as Search<string, string, string>) })
const world = letters(2, 'bb')

describe('reflection', () => {
  const once = (reply: string, most: number) => {
    const said = model(() => reply)
    const prompts: string[] = []
    const learnt: boolean[] = []
    const run = search(
      doing(async s => {
        const reflected = reflector(s, { most })
        for (const way of ['ab', 'ac', 'ab', 'bb']) {
          let n: NodeId = s.tree.root
          for (const a of way) [n] = (await s.step([s.insert(n, a)])) as [NodeId]
          await s.reward([n])
          learnt.push(await reflected(n))
        }
        const open = (await s.step([s.insert(s.tree.root, 'c')]))[0]
        learnt.push(await reflected(open))
        await s.at(open).ask({
          id: 'look',
          prompt(_, at) {
            prompts.push(...at.messages().map(m => m.content))
            return at.messages()
          },
          parse: x => x,
        })
      }),
      { length: 2, right: 'bb', model: said },
    )
    return run.then(({ t }) => ({ t, said, learnt, prompts }))
  }
  test('a failed end is asked once, and what it says stands in prompts elsewhere', async () => {
    const { said, learnt, prompts } = await once('go to b first', 4)
    expect(learnt).toEqual([true, true, false, false, false])
    expect(said.calls.slice(0, 2).map(c => c.messages.at(-1)!.content)).toEqual(
      Array(2).fill('Not a verdict this time. This attempt failed. What went wrong, and which short plan avoids it?'),
    )
    expect(prompts.at(-1)).toContain('An earlier attempt failed: a; b. Learnt from it: go to b first')
    expect(prompts.at(-1)).toContain('An earlier attempt failed: a; c.')
    // The second reflection was made with the first one in sight.
    expect(said.calls[1].messages.some(m => m.content.includes('An earlier attempt failed: a; b'))).toBe(true)
  })
  test('no more than there may be; an empty reply is not kept', async () => {
    expect((await once('x', 1)).learnt).toEqual([true, false, false, false, false])
    expect((await once('x', 0)).said.calls).toHaveLength(1)
    const mute = await once('', 4)
    expect(mute.learnt.every(x => !x)).toBe(true)
    expect(mute.prompts.join()).not.toContain('earlier attempt')
  })
})

describe('ranks by elimination', () => {
  const ranked = async (replies: (items: string[]) => string) => {
    let asked = 0
    const said = model(messages => {
      asked++
      return replies([...messages.at(-1)!.content.matchAll(/^\d+\. (.+)$/gm)].map(m => m[1]))
    })
    const { policy } = scripted(() => 'abc')
    const { t } = await search(
      doing(async s => rankByElimination(s, (await s.propose(s.tree.root, { n: 3 })) as EdgeId[])),
      { length: world.actions!('').length, policy, model: said },
    )
    return { asked, F: Object.fromEntries(t.edges(t.root).map(e => [t.action(e), t.F[e]])) }
  }
  test('the best is picked, then the best of the rest: 1 / rank, for one call less than there are actions', async () => {
    const { asked, F } = await ranked(items => String(items.indexOf([...items].sort().at(-1)!) + 1))
    expect(F).toEqual({ c: 1, b: 1 / 2, a: 1 / 3 })
    expect(asked).toBe(2)
  })
  test('what a critic leaves unsaid stays unknown', async () => {
    const { F } = await ranked(items => (items.length === 3 ? 'number 2' : 'none of them'))
    expect(F).toEqual({ b: 1, a: Number.NaN, c: Number.NaN })
  })
  test('a critic of tokens ranks by its verdict of the place after each action, which is not taken', async () => {
    const draft = seedling(draftWeights)
    let asked: EdgeId[] = []
    const ranks = method({
      id: 'ranks',
      knobs: {},
      async run(s) {
        asked = [...new Set(await s.propose(s.tree.root, { n: 8 }))]
        await rankByElimination(s, asked)
      },
    })
    const critic = processCritic('policy')
    const r = await run({ world: game24, method: ranks, model: draft, budget: { calls: 100 } }, '4 9 10 13', { seed: 2 })
    const t = r.tree as unknown as Search<string, string>['tree']
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.every(e => !t.taken(e))).toBe(true)
    expect(r.spent.calls).toBe(8 + asked.length)
    const F = asked.map(e => t.F[e])
    expect([...F].sort((a, b) => b - a)).toEqual(asked.map((_, i) => 1 / (i + 1)))
    // The value of the place, once it is there, orders them alike.
    let V: number[] = []
    const values = method({
      id: 'ranks',
      knobs: {},
      async run(s) {
        const edges = [...new Set(await s.propose(s.tree.root, { n: 8 }))]
        const nodes = await s.step(edges)
        V = (await s.value(nodes, { by: critic })).map(x => x.value)
      },
    })
    await run({ world: game24, method: values, model: draft, budget: { calls: 100 } }, '4 9 10 13', { seed: 2 })
    const order = (xs: number[]) => xs.map((_, i) => i).sort((a, b) => xs[b] - xs[a])
    expect(order(F)).toEqual(order(V))
  })
})
