// What methods promise, on trees whose truth is known, at a thousand calls and more. A method gets its tests by what it declares; the conformance suite
// holds all methods to what none needs to promise.
//
// optimum    With an exact critic, of the best or of even play, it finds the one solution among 2,187 leaves. With a poor critic (noise of 2 logits)
//            it solves at most `margin` fewer trees than best-of-N at equal calls. With its preset `robust` where it has one, until the budget ends.
// orderFree  The same tree at any concurrency, whatever comes back first.
// anytime    More calls never make the answer worse.
// unbiased   What it estimates is right on average; what that is, is written in `estimates`.
// diverse    More different answers than independent attempts, at equal calls, of a policy that repeats itself. As for `optimum`.
import { describe, expect, test } from 'vitest'
import type { ActionValue, Context, Frame, KnobValue, Method, Promised, RunResult, Tree } from '../contract/index.ts'
import { average, type FlatTree } from '../kernel/index.ts'
import { asReward, markIn, marks } from '../reward/index.ts'
import { type RunSetup, run } from '../runtime/index.ts'
import { syntheticTree, type TreeModel, type TreeState, treeModel, truthOf } from '../world/index.ts'
import { bestOfN } from './best-of-n.ts'
import { methods } from './index.ts'

type AnyResult = RunResult<any, any, any>
const calls = 1000
const margin = 0.15
const trees = Array.from({ length: 20 }, (_, seed) => seed)

/** A critic asked about the state after each action. */
const byChild: ActionValue<TreeState, readonly number[]> = {
  id: 'by child',
  forecast: (at, actions, io) =>
    Promise.all(
      actions.map(async a => {
        const state = syntheticTree.step(at.state, a)
        const [reply] = await io.model('critic').sample(syntheticTree.render({ ...at, state } as Context<any, any>, { for: 'judgement' }))
        return { value: markIn(reply?.text ?? '') ?? Number.NaN }
      }),
    ),
}
/** What frames of methods need beside the common one. */
const own: Record<string, Partial<Frame<any, any>>> = {
  // Its words have no finer scale than three; here the critic's numbers judge.
  'tree-of-thoughts': { parts: { evaluator: () => undefined } },
  'q-star-search': { actionValue: byChild, knobs: { q: 'chance' } },
}
/** Counts that end a search before its budget does. */
const counts = ['passes', 'simulations', 'iterations', 'expansions', 'visits']
const unlimited = (m: Method): Record<string, KnobValue> => Object.fromEntries(counts.flatMap(k => (k in m.knobs ? [[k, 0]] : [])))

function go(m: Method, task: string, o: { model?: TreeModel; calls?: number; frame?: Partial<Frame<any, any>> } & RunSetup = {}) {
  const { model, calls: most = calls, frame, ...setup } = o
  const whole: Frame<any, any, any, any> = {
    world: syntheticTree,
    method: m,
    model: treeModel(model),
    value: marks(),
    budget: { calls: most },
    ...own[m.id],
    ...frame,
    knobs: { ...own[m.id]?.knobs, ...frame?.knobs },
  }
  return Promise.resolve(run(whole, task, { seed: 1, concurrency: 8, strict: true, ...setup })) as Promise<AnyResult>
}
const best = (m: Method) => ({ ...(m.presets?.robust === undefined ? {} : { preset: 'robust' }), knobs: unlimited(m) })
const solved = async (m: Method, task: (seed: number) => string, model: TreeModel, on = trees) => {
  let count = 0
  for (const seed of on) if ((await go(m, task(seed), { model, frame: best(m) })).solved) count++
  return count / on.length
}

const oneSolution = (seed: number) => `branching=3,depth=7,density=0,seed=${seed}`
const fewSolutions = (seed: number) => `branching=4,depth=6,density=0.0007,seed=${seed}`
let baseline: Promise<number> | undefined
const bestOfNSolves = () => (baseline ??= solved(bestOfN, fewSolutions, { sd: 2 }))

/** What a method estimates without bias: the estimate in its tree, and the truth. The tree is small enough to be counted out. */
const estimates: Record<
  string,
  { knobs?: Record<string, KnobValue>; estimate(t: Tree<any, any, any>): number; truth(value: (path: readonly number[]) => number): number }
> = {
  // E[product of the odds of the critic's value along a path of the policy's].
  'particle-its': {
    knobs: { N: 8, T: 4, untilSolved: false },
    estimate: t => Math.exp(t.column('evidence')[t.root]),
    truth: value => {
      const below = (path: readonly number[]): number => {
        const v = path.length === 0 ? 0.5 : value(path)
        const odds = (v / (1 - v)) ** (1 / 4)
        return odds * (path.length === small.depth ? 1 : average([0, 1, 2].map(i => below([...path, i]))))
      }
      return below([])
    },
  },
  // The share of an answer among the attempts is its probability under the policy.
  'self-consistency': {
    knobs: { n: 8 },
    estimate: t => {
      const all = t.answers()
      const right = all.filter(n => truthOf(smallTask).right(t.outcome(n)!.answer))
      return right.reduce((sum, n) => sum + t.M[n], 0) / all.reduce((sum, n) => sum + t.M[n], 0)
    },
    truth: () => truthOf(smallTask).success([]),
  },
}
const smallTask = 'branching=3,depth=4,density=0.2,seed=6'
const small = truthOf(smallTask).task

const promised = (p: Promised) => [...methods.values()].filter(m => m.promises?.includes(p)).map(m => [m.id, m] as const)

describe.each(promised('optimum'))('%s finds the optimum', (_, m) => {
  test('with an exact critic, among 2,187 leaves', async () => {
    for (const of of ['best', 'uniform'] as const) expect(await solved(m, oneSolution, { of }, trees.slice(0, 10))).toBe(1)
  })
  test(`with a poor one no more than ${margin} short of best-of-N`, async () => {
    expect(await solved(m, fewSolutions, { sd: 2 })).toBeGreaterThanOrEqual((await bestOfNSolves()) - margin)
  })
})

describe.each(promised('orderFree'))('%s is free of order', (_, m) => {
  test('the same tree at any concurrency, whatever comes back first', async () => {
    const digests = []
    for (const concurrency of [1, 3, 8, 32]) {
      const r = await go(m, fewSolutions(3), { model: { sd: 2, latency: 20 }, concurrency, frame: { knobs: unlimited(m) } })
      digests.push((r.tree as FlatTree).digest())
    }
    expect(new Set(digests).size).toBe(1)
  })
})

describe.each(promised('anytime'))('%s is never worse for more calls', (_, m) => {
  test('from 1 call to a thousand', async () => {
    for (const seed of trees.slice(0, 4)) {
      let before = Number.NEGATIVE_INFINITY
      for (const most of [1, 10, 30, 100, 300, calls]) {
        const task = `branching=4,depth=6,density=0.0007,graded=0.9,seed=${seed}`
        const r = await go(m, task, { model: { sd: 2 }, calls: most, frame: { knobs: unlimited(m) } })
        const score = Number.isNaN(r.score) ? Number.NEGATIVE_INFINITY : r.score
        expect(score, `tree ${seed}, ${most} calls`).toBeGreaterThanOrEqual(before)
        before = score
      }
    }
  })
})

describe.each(promised('unbiased'))('%s is right on average', (id, m) => {
  test('its estimate over 600 runs, within four standard errors', async () => {
    expect(estimates[id], 'what it estimates is written in `estimates`').toBeDefined()
    const { knobs, estimate, truth } = estimates[id]
    const model: TreeModel = { sd: 0.5 }
    const seen: number[] = []
    let spent = 0
    for (let seed = 0; seed < 600; seed++) {
      // Draws change from run to run, the critic does not: it is a part of what is estimated.
      const { policy, critic } = { policy: treeModel({ seed }), critic: treeModel(model) }
      const frame = { model: { policy, critic }, reward: critical, ...(knobs === undefined ? {} : { knobs }) }
      const r = await go(m, smallTask, { calls: 100_000, seed, frame })
      seen.push(estimate(r.tree))
      spent += r.spent.calls
    }
    expect(spent).toBeGreaterThan(1000)
    const values = await criticsValues(model)
    const right = truth(path => values.get(path.join('.'))!)
    const error = Math.sqrt(seen.reduce((sum, x) => sum + (x - average(seen)) ** 2, 0) / seen.length / (seen.length - 1))
    expect(error / right).toBeLessThan(0.05)
    expect(Math.abs(average(seen) - right)).toBeLessThan(4 * error)
  })
})
/** Ends are paid what the critic says of them, as other places are. */
const critical = asReward(marks())
/** What the critic says of every place of the small tree. */
async function criticsValues(model: TreeModel): Promise<Map<string, number>> {
  const all = methods.get('uct')!
  const r = await go(all, smallTask, {
    model,
    calls: 100_000,
    frame: { knobs: { how: 'all', simulations: 2000, untilSolved: false }, reward: critical },
  })
  return new Map(r.tree.nodes().map(n => [r.tree.state(n).path.join('.'), r.tree.V[n]]))
}

describe.each(promised('diverse'))('%s finds different answers', (_, m) => {
  test('more of them than independent attempts, at equal calls, of a policy that repeats itself', async () => {
    let [mine, theirs] = [0, 0]
    for (const seed of trees.slice(0, 3)) {
      const task = `branching=8,depth=6,density=0.01,answers=9000,seed=${seed}`
      const model: TreeModel = { skill: 1, whim: 3, sd: 1 }
      const off = (x: Method) => ({ ...best(x), knobs: { ...unlimited(x), ...('untilSolved' in x.knobs ? { untilSolved: false } : {}) } })
      const different = async (x: Method) => new Set((await answersOf(x)).map(a => a.key ?? a.answer)).size
      const answersOf = async (x: Method) => {
        const { tree } = await go(x, task, { model, frame: off(x) })
        return tree.answers().map(n => tree.outcome(n)!)
      }
      mine += await different(m)
      theirs += await different(bestOfN)
    }
    expect(mine).toBeGreaterThan(theirs)
  })
})
