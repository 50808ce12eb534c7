import { expect, test } from 'vitest'
import { critic, scripted, search } from '../compose/fixture/letters.ts'
import type { NodeId } from '../contract/index.ts'
import { marks } from '../reward/index.ts'
import { run } from '../runtime/index.ts'
import { syntheticTree, treeModel } from '../world/index.ts'
import { ets } from './ets.ts'
import { rebase } from './rebase.ts'

const first = async (
  knobs: Record<string, number>,
  worth: Record<string, number>,
  cluster?: (s: any, leaves: readonly NodeId[]) => Promise<number[]>,
) => {
  const { policy, asked } = scripted(at => (at === '' ? [...Object.keys(worth)].join('') : ''))
  await search(ets, {
    policy,
    value: critic(worth).value,
    knobs: { width: 16, ...knobs },
    ...(cluster === undefined ? {} : { parts: { cluster } }),
  })
  return Object.fromEntries(asked.slice(1).map(x => [x.at, x.n]))
}
const worth = { a: 0.9, b: 0.88, c: 0.6, d: 0.5 }

test('without a price all leaves stay: REBASE', async () => {
  const { policy, asked } = scripted(at => (at === '' ? 'abcd' : ''))
  await search(rebase, { policy, value: critic(worth).value, knobs: { width: 16 } })
  expect(await first({ lambdaB: 0 }, worth)).toEqual(Object.fromEntries(asked.slice(1).map(x => [x.at, x.n])))
})
test('a price drops leaves of little mass, and the width stays', async () => {
  const some = await first({ lambdaB: 1, lambdaD: 0 }, worth)
  expect(Object.keys(some)).toEqual(['a', 'b'])
  expect(some.a + some.b).toBe(16)
})
test('of leaves that mean the same few are kept; a meaning of its own is kept for its worth', async () => {
  // a and b mean one thing, c and d another.
  const two = (_: unknown, leaves: readonly NodeId[]) => Promise.resolve(leaves.map((_, i) => (i < 2 ? 0 : 1)))
  expect(Object.keys(await first({ lambdaB: 3, lambdaD: 0 }, worth, two))).toEqual(['a'])
  expect(Object.keys(await first({ lambdaB: 3, lambdaD: 3 }, worth, two))).toEqual(['a', 'c'])
})
test('wordings of one step are one meaning to a model that embeds, and many without', async () => {
  const task = 'branching=2,depth=4,wordings=4,twins=0,density=0.2,seed=2'
  const go = async (embed: boolean) => {
    const { embed: f, ...plain } = treeModel()
    const r = await run(
      {
        world: syntheticTree,
        method: ets,
        model: embed ? { ...plain, embed: f! } : plain,
        value: marks(),
        knobs: { width: 32, lambdaB: 2 },
      },
      task,
      { seed: 1 },
    )
    return r.tree.children(r.tree.root).filter(n => r.tree.children(n).length > 0).length
  }
  expect(await go(true)).toBeLessThan(await go(false))
})
