// Several runs side by side, whatever they were: how often each method was right, how good it was, and what that cost.
import type { Limits, Usage } from '../contract/index.ts'
import { AddressedRandom, average, bootstrap, canonical, measures } from '../kernel/index.ts'
import type { RunMeta } from '../store/index.ts'
import type { CellRecord } from './compare-cell.ts'
import { checkpoints, clusteredRate, gradeAt, meanUsage, spentIn, unitOf } from './compare-statistics.ts'
import type { Plan } from './plan.ts'

export interface Summary {
  unit: string
  methods: {
    method: string
    runs: number
    /** Share solved of the runs that something verified, with Wilson's interval; tasks tried several times count once (clustered). null: none was. */
    solved: { rate: number; low: number; high: number } | null
    /** Mean over tasks with its bootstrap interval; null: a run of it has none, and the mean of the others would flatter it. */
    score: { mean: number; low: number; high: number } | null
    /** Share solved for at most `x` spent; a run without a record of its answers counts from its end on. */
    curve: { x: number; y: number; low: number; high: number }[]
    /** Mean of a run; null: unknown for one of them. */
    spent: Partial<Usage>
  }[]
  tasks: {
    task: string
    world: string
    runs: { run: string; method: string; solved: boolean | null; score: number | null; calls: number }[]
  }[]
}

/** Under what name a run's method is counted: its preset belongs to it. */
const nameOf = (m: RunMeta): string => {
  const preset = (m.options.plan as Plan | undefined)?.preset
  return preset === undefined ? m.method.id : `${m.method.id}@${preset}`
}
const taskOf = (m: RunMeta): string => {
  const task = (m.options.plan as Plan | undefined)?.task ?? m.task
  return typeof task === 'string' ? task : canonical(task)
}
/** How right the best answer so far was for what had been spent: as a comparison graded it, else as the run itself knew at its end. */
function trailOf(m: RunMeta, unit: keyof Limits): CellRecord['curve'] {
  const graded = m.options.graded as CellRecord | undefined
  if (graded !== undefined && unitOf(m.limits) === unit) return graded.curve
  return m.solved === true ? [[spentIn(m.spent as Usage, unit) || 0, 1]] : []
}

/**
 * @param runs of any worlds and methods; those under way count with what they have
 * @param o.seed of the bootstrap: the same runs give the same intervals
 */
export function summarise(runs: readonly RunMeta[], o: { seed?: number } = {}): Summary {
  const units = runs.map(m => unitOf(m.limits) ?? 'calls')
  // What all of them were limited in, else what every run counts.
  const unit = units.length > 0 && units.every(u => u === units[0]) ? units[0] : 'calls'
  const spends = runs.map(m => spentIn(m.spent as Usage, unit) || 0)
  const limit = Math.max(...spends, ...runs.map(m => m.limits[unit] ?? 0).filter(Number.isFinite), 0)
  const whole = !['usd', 'seconds', 'workingSeconds'].includes(unit)
  const places = limit > 0 ? checkpoints(limit, whole) : []
  const methods = new Map<string, RunMeta[]>()
  const tasks = new Map<string, Summary['tasks'][number]>()
  for (const m of runs) {
    const name = nameOf(m)
    methods.set(name, [...(methods.get(name) ?? []), m])
    const task = taskOf(m)
    const key = `${m.world} ${task}`
    const row = tasks.get(key) ?? { task, world: m.world, runs: [] }
    row.runs.push({ run: m.id, method: name, solved: m.solved, score: m.score, calls: m.spent.calls ?? 0 })
    tasks.set(key, row)
  }
  const clustered = (some: readonly RunMeta[], read: (m: RunMeta) => number | null): number[][] => {
    const out = new Map<string, number[]>()
    for (const m of some) {
      const x = read(m)
      if (x === null) continue
      const key = `${m.world} ${taskOf(m)}`
      out.set(key, [...(out.get(key) ?? []), x])
    }
    return [...out.values()]
  }
  return {
    unit,
    methods: [...methods].map(([method, mine], i) => {
      const solved = clustered(mine, m => (m.solved === null ? null : Number(m.solved)))
      const scores = mine.some(m => m.score === null) ? [] : clustered(mine, m => m.score).map(average)
      const trails = new Map(mine.map(m => [m, trailOf(m, unit)]))
      const verified = mine.filter(m => m.solved !== null)
      const rate = clusteredRate(solved)
      const [low, high] =
        scores.length < 2
          ? [average(scores), average(scores)]
          : bootstrap(scores, average, new AddressedRandom(o.seed ?? 1, i, 0, 'summary'))
      return {
        method,
        runs: mine.length,
        solved: solved.length === 0 ? null : { rate: rate.rate, low: rate.interval[0], high: rate.interval[1] },
        score: scores.length === 0 ? null : { mean: average(scores), low, high },
        curve:
          verified.length === 0
            ? []
            : places.map(x => {
                const at = clusteredRate(clustered(verified, m => gradeAt({ curve: trails.get(m)! }, x)))
                return { x, y: at.rate, low: at.interval[0], high: at.interval[1] }
              }),
        spent: meanSpent(mine.map(m => m.spent)),
      }
    }),
    tasks: [...tasks.values()],
  }
}

const nothing = Object.fromEntries(measures.map(m => [m, 0])) as unknown as Usage
/** What is not counted is nothing; an unknown price makes the mean unknown. */
const meanSpent = (all: readonly Partial<Usage>[]): Partial<Usage> => meanUsage(all.map(u => ({ ...nothing, ...u })))
