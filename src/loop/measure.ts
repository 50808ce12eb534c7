// How good a round's weights are on held-out problems: at the first try, and by a fixed search at a fixed budget, the same for every loop.
import type { Split } from '../contract/index.ts'
import { type Interval, wilson } from '../kernel/index.ts'
import { frameOf, grade, solve } from '../run/index.ts'
import type { Named } from '../world/index.ts'
import { type Searching, Stopped } from './harvest.ts'
import type { LoopSearch } from './spec.ts'

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

/** @throws Stopped */
export async function measure(
  w: Searching,
  problems: readonly Named<unknown>[],
  split: Split,
  calls: number,
  at: number,
): Promise<Measured> {
  const rate = async (search: LoopSearch): Promise<{ rate: number; interval: Interval; calls: number }> => {
    let right = 0
    let spent = 0
    for (let i = 0; i < problems.length; i += at) {
      if (w.signal?.aborted) throw new Stopped()
      const part = await Promise.all(
        problems.slice(i, i + at).map(async problem => {
          const { frame, task } = await frameOf(
            {
              world: w.entry.world.id,
              task: w.entry.showTask(problem.task),
              method: search.method,
              ...(search.knobs === undefined ? {} : { knobs: { ...search.knobs } }),
              models: { policy: w.models.policy.spec, critic: w.models.critic.spec },
              budget: search.budget,
            },
            { policy: w.models.policy.provider, critic: w.models.critic.provider },
          )
          const r = await solve(frame, task, { seed: w.seed, concurrency: 1 })
          const item = w.entry.item?.(problem.task, split)
          const correct =
            item === undefined ? Number(r.solved ?? 0) : (await grade(w.entry.grader!(split), r.answer, item.key, frame.model)).correct
          return { correct: correct >= 1, calls: r.spent.calls ?? 0 }
        }),
      )
      right += part.filter(p => p.correct).length
      spent += part.reduce((n, p) => n + p.calls, 0)
    }
    return { rate: right / problems.length, interval: wilson(right, problems.length), calls: spent }
  }
  const { calls: _, ...greedy } = await rate(once)
  return { problems: problems.length, greedy, search: await rate(measuring(calls)) }
}
