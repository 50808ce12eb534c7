import type { Effect } from '../contract/index.ts'
import { argmax, commonSubsequence, likeness } from '../kernel/index.ts'

/** Steps of a solved task, as one writes them. */
export type WrittenPlan = readonly string[]

/** Plans of solved tasks that outlive a run: what is remembered after one task is known in the next. Both ways are recorded effects. */
export interface PlanMemory {
  readonly recall: Effect<void, readonly WrittenPlan[]>
  readonly remember: Effect<WrittenPlan, null>
  /** What is known now. */
  readonly plans: readonly WrittenPlan[]
}

/** @param seed plans known from the start: demonstrations. A plan known already is not kept twice. */
export function planMemory(seed: readonly WrittenPlan[] = []): PlanMemory {
  const plans = seed.map(p => [...p])
  const same = (a: WrittenPlan, b: WrittenPlan): boolean => a.length === b.length && a.every((x, i) => x === b[i])
  return {
    plans,
    recall: { id: 'recall plans', run: async asked => asked.map(() => plans.map(p => [...p])) },
    remember: {
      id: 'remember plan',
      async run(given) {
        for (const p of given) if (p.length > 0 && !plans.some(q => same(p, q))) plans.push([...p])
        return given.map(() => null)
      },
    },
  }
}

/** How much of a beginning is found in some plan: max over plans of |longest common subsequence| / the shorter length, in [0, 1]. 0 without plans. */
export function familiarity(steps: WrittenPlan, plans: readonly WrittenPlan[]): number {
  let best = 0
  for (const m of plans) {
    const shorter = Math.min(steps.length, m.length)
    if (shorter > 0) best = Math.max(best, commonSubsequence(steps, m) / shorter)
  }
  return best
}

/**
 * How far on in a plan a step usually stands: the mean over the plans that have it of its place (1 the last) over their length, in (0, 1]. A step that no
 * plan has stands where the one that looks most like it does. 0 without plans.
 */
export function relativePosition(step: string, plans: readonly WrittenPlan[]): number {
  const known = [...new Set(plans.flat())]
  const like = known.includes(step) ? step : argmax(known, x => likeness(x, step))
  const places = like === undefined ? [] : plans.flatMap(m => (m.includes(like) ? [(m.lastIndexOf(like) + 1) / m.length] : []))
  return places.length === 0 ? 0 : places.reduce((sum, x) => sum + x, 0) / places.length
}
