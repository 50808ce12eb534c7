// A comparison as data: everything by name, so that it can be written down, sent, and started again.
import type { Limits, Provider, Sampling, Split } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { methodIds } from '../method/index.ts'
import { openStore } from '../store/index.ts'
import type { Wish, WorldEntry } from '../world/index.ts'
import { type Comparing, type CompareItem, type CompareOptions, compare, comparisonId, type Contestant } from './compare.ts'
import { frameOf, methodNamed, modelsOf, type Plan, worldEntry } from './plan.ts'

export interface ComparePlan {
  world: string
  /** Tasks as one writes them, or a wish for made ones (default: 100 of the test split). */
  tasks?: readonly { id: string; task: unknown }[] | Wish
  /** Ids, `id@preset`, or files; 'all': every registered method. */
  methods: readonly string[] | 'all'
  /** Model by role. */
  models: Record<string, string>
  reward?: string
  sampling?: Sampling
  budget: Limits
  seeds?: number
  /** The first seed. Default 1. */
  seed?: number
  concurrency?: number
  inFlight?: number
  /** Folder of users' own weights: STORE/models. */
  weights?: string
}
type Ways = Pick<CompareOptions<any, any, any, any, any>, 'store' | 'resume' | 'signal' | 'onEvent' | 'onRun' | 'clock' | 'durability' | 'strict' | 'curve'>

/**
 * Makes a plan whole and runs it. Models whose waiting is simulated are made anew for each cell, others once for each seed; all are closed at the end.
 * @throws Failure as `compare`; `usage` for a name that is none
 */
export async function comparePlan(plan: ComparePlan, o: Ways = {}): Promise<Comparing> {
  const entry = await worldEntry(plan.world)
  const split: Split = tasksSplit(plan)
  if (entry.grader === undefined || entry.item === undefined)
    throw new Failure('usage', `world ${entry.world.id} has no grader, so nothing can be compared on it`, 'give its entry `item` and `grader`')
  const given = tasksOf(plan, entry)
  const methods: Contestant[] = []
  for (const name of plan.methods === 'all' ? methodIds : plan.methods) methods.push(await contestant(name))
  const { seed = 1 } = plan
  const perSeed = new Map<number, Promise<Record<string, Provider>>>()
  const open = new Set<Provider>()
  const planFor = (task: unknown, s: number): Plan => ({
    world: plan.world,
    task,
    method: methods[0].method.id,
    models: plan.models,
    seed: s,
    ...(plan.reward === undefined ? {} : { reward: plan.reward }),
    ...(plan.sampling === undefined ? {} : { sampling: plan.sampling }),
    ...(plan.weights === undefined ? {} : { store: plan.weights }),
  })
  const make = async (s: number): Promise<Record<string, Provider>> => {
    const models = await modelsOf(planFor(null, s), entry)
    for (const p of Object.values(models)) if (p.close !== undefined) open.add(p)
    return models
  }
  const common: CompareOptions<any, any, any, any, any>['frame'] = async cell => {
    let first = perSeed.get(cell.seed)
    if (first === undefined) perSeed.set(cell.seed, (first = make(cell.seed)))
    const shared = await first
    // What waits in simulated time is cheap to make, and must not meet another run's time.
    const models = Object.values(shared).some(p => p.clock === 'virtual') ? await make(cell.seed) : shared
    const { frame } = await frameOf(planFor(cell.task, cell.seed), models)
    const { method: _, ...rest } = frame
    return rest
  }
  const comparing = compare({
    ...o,
    frame: common,
    methods,
    items: given.map(({ id, task }): CompareItem<any, any> => ({ id, ...entry.item!(task, split) })),
    grader: entry.grader(split),
    budget: plan.budget,
    seeds: plan.seeds ?? 1,
    seed,
    ...(plan.concurrency === undefined ? {} : { concurrency: plan.concurrency }),
    ...(plan.inFlight === undefined ? {} : { inFlight: plan.inFlight }),
    plan,
    shown: { models: plan.models, reward: plan.reward ?? (entry.exact === false ? 'critic' : 'exact') },
  })
  const closed = comparing.finally(async () => {
    for (const p of open) await p.close?.()
  })
  closed.catch(() => {})
  return { ...comparing, then: (a, b) => closed.then(a, b), catch: (f: (e: unknown) => any) => closed.catch(f), finally: (f: () => void) => closed.finally(f) }
}

/** Goes on with a comparison of the store that was asked for by names. */
export async function resumeComparison(id: string, o: Ways & { store: string }): Promise<Comparing> {
  const store = openStore(o.store)
  let plan: ComparePlan | undefined
  let run: string
  try {
    const meta = store.get(id)
    run = meta.id
    if (meta.method.id !== comparisonId) throw new Failure('usage', `run ${meta.id} is no comparison`, `espalier resume ${meta.id}`)
    plan = meta.options.comparePlan as ComparePlan | undefined
  } finally {
    store.close()
  }
  if (plan === undefined)
    throw new Failure(
      'usage',
      `comparison ${run} was started by a program with parts of its own`,
      'resume it from that program: compare({ ..., store, resume })',
    )
  return comparePlan(plan, { ...o, resume: run })
}

const isWish = (x: ComparePlan['tasks']): x is Wish => x !== undefined && !Array.isArray(x)
const tasksSplit = (plan: ComparePlan): Split => {
  if (!isWish(plan.tasks)) return 'test'
  const { split = 'test' } = plan.tasks
  return split === 'all' ? 'test' : split
}

function tasksOf(plan: ComparePlan, entry: WorldEntry): { id: string; task: any }[] {
  if (plan.tasks !== undefined && !isWish(plan.tasks)) return plan.tasks.map(t => ({ id: t.id, task: entry.parseTask(t.task) }))
  if (entry.tasks === undefined)
    throw new Failure('usage', `world ${entry.world.id} makes no tasks of its own`, 'give a file of tasks: --tasks FILE')
  const wish: Wish = { split: 'test', ...(plan.tasks ?? { n: 100 }) }
  const made = entry.tasks(wish)
  if (made.length === 0) throw new Failure('usage', `world ${entry.world.id} has no task of the split ${wish.split}`, 'take another split')
  return made.map(t => ({ id: t.id, task: t.task }))
}

async function contestant(name: string): Promise<Contestant> {
  const m = /^([^./][^@]*)@([\w-]+)$/.exec(name)
  if (m !== null) return { method: await methodNamed(m[1]), preset: m[2] }
  return { method: await methodNamed(name) }
}
