// How good a round's weights are on held-out problems: at the first try, and by a fixed search at a fixed budget, the same for every loop.
import { join } from 'node:path'
import type { Split } from '../contract/index.ts'
import { type FlatTree, type Interval, wilson } from '../kernel/index.ts'
import { rightByReward } from '../learn/from-trees.ts'
import { frameOf, grade, solve, worldEntry } from '../run/index.ts'
import type { Named } from '../world/index.ts'
import { problemsOf, type Searching, Stopped } from './harvest.ts'
import { loopPlan } from './plan.ts'
import type { Now } from './round.ts'
import { type LoopSearch, sampled } from './spec.ts'
import { modelsOf } from './weights.ts'

export interface Measured {
  readonly problems: number
  readonly greedy: { readonly rate: number; readonly interval: Interval }
  readonly search: { readonly rate: number; readonly interval: Interval; readonly calls: number }
}
const once: LoopSearch = { method: 'greedy', budget: { calls: 64 } }

/** The search by which all loops are measured. */
export const measuring = (calls: number): LoopSearch => ({
  method: 'rest-mcts',
  knobs: { critic: 'none', iterations: 0, widening: 0.3 },
  budget: { calls },
})

/** What came of held-out problems, 0 or 1 for each. */
export interface Outcomes {
  readonly correct: readonly number[]
  readonly calls: number
}

/** One search of every problem, graded. @param abreast problems at once @throws Stopped */
export async function outcomesOf(
  w: Searching,
  search: LoopSearch,
  problems: readonly Named<unknown>[],
  split: Split,
  abreast: number,
): Promise<Outcomes> {
  const correct: number[] = []
  let calls = 0
  for (let i = 0; i < problems.length; i += abreast) {
    if (w.signal?.aborted) throw new Stopped()
    const part = await Promise.all(
      problems.slice(i, i + abreast).map(async problem => {
        const { frame, task } = await frameOf(
          {
            world: w.entry.world.id,
            task: w.entry.showTask(problem.task),
            method: search.method,
            ...(search.knobs === undefined ? {} : { knobs: { ...search.knobs } }),
            models: { policy: w.models.policy.spec, critic: w.models.critic.spec },
            ...(search.sampling === undefined ? {} : { sampling: search.sampling }),
            budget: search.budget,
          },
          { policy: w.models.policy.provider, critic: w.models.critic.provider },
        )
        const r = await solve(frame, task, { seed: w.seed, concurrency: 1 })
        const item = w.entry.item?.(problem.task, split)
        const right =
          item === undefined ? Number(r.solved ?? 0) : (await grade(w.entry.grader!(split), r.answer, item.key, frame.model)).correct
        return { right: right >= 1, calls: r.spent.calls ?? 0 }
      }),
    )
    for (const p of part) {
      correct.push(Number(p.right))
      calls += p.calls
    }
  }
  return { correct, calls }
}

/**
 * Answers drawn at temperature 1: how many of them are right, of each problem.
 * @throws Stopped
 */
export async function triesOf(w: Searching, problems: readonly Named<unknown>[], n: number, abreast: number): Promise<number[]> {
  const out: number[] = []
  for (let i = 0; i < problems.length; i += abreast) {
    if (w.signal?.aborted) throw new Stopped()
    out.push(
      ...(await Promise.all(
        problems.slice(i, i + abreast).map(async problem => {
          const { method, knobs, sampling, budget } = sampled(n)
          const { frame, task } = await frameOf(
            {
              world: w.entry.world.id,
              task: w.entry.showTask(problem.task),
              method,
              knobs: { ...knobs },
              models: { policy: w.models.policy.spec, critic: w.models.critic.spec },
              sampling: sampling!,
              budget,
            },
            { policy: w.models.policy.provider, critic: w.models.critic.provider },
          )
          const { tree } = await solve(frame, task, { seed: w.seed, concurrency: 1 })
          const right = rightByReward(tree as FlatTree)
          return (tree as FlatTree).nodes().reduce((sum, k) => sum + (right(k) ? Math.max(1, tree.M[k] || 1) : 0), 0)
        }),
      )),
    )
  }
  return out
}

/** Both measurements, problem by problem. @throws Stopped */
export async function outcomes(
  w: Searching,
  problems: readonly Named<unknown>[],
  split: Split,
  calls: number,
  abreast: number,
): Promise<{ greedy: Outcomes; search: Outcomes }> {
  const greedy = await outcomesOf(w, once, problems, split, abreast)
  return { greedy, search: await outcomesOf(w, measuring(calls), problems, split, abreast) }
}

/** @throws Stopped */
export async function measure(
  w: Searching,
  problems: readonly Named<unknown>[],
  split: Split,
  calls: number,
  abreast: number,
): Promise<Measured> {
  const { greedy, search } = await outcomes(w, problems, split, calls, abreast)
  const rate = ({ correct }: Outcomes) => {
    const right = correct.reduce((a, b) => a + b, 0)
    return { rate: right / correct.length, interval: wilson(right, correct.length) }
  }
  return { problems: problems.length, greedy: rate(greedy), search: { ...rate(search), calls: search.calls } }
}

/**
 * The weights of a round on held-out problems, outcome by outcome, with the draws that the loop itself is measured by: so rounds and loops of one seed can be
 * compared problem by problem. Problems in an order that no seed changes.
 * @param o.store folder of the weights @param o.calls of the search @param o.tries answers drawn at temperature 1; of them the right ones are told @throws Failure (usage) on names that are no seedling's
 */
export async function heldOut(
  now: Now,
  o: {
    store: string
    world: string
    seed: number
    split: 'dev' | 'test'
    problems: number
    calls: number
    tries: number
    abreast?: number
  },
): Promise<{ greedy: Outcomes; search: Outcomes; tries: number[] }> {
  const entry = await worldEntry(o.world)
  const models = modelsOf(now, join(o.store, 'models'), true)
  const w: Searching = { store: o.store, loop: 'held out', entry, models, seed: o.seed }
  const problems = problemsOf(entry, 0, o.split, o.problems)
  const abreast = o.abreast ?? loopPlan.abreast
  return { ...(await outcomes(w, problems, o.split, o.calls, abreast)), tries: await triesOf(w, problems, o.tries, abreast) }
}
