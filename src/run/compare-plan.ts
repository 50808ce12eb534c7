// A comparison as data: everything by name, so that it can be written down, sent, and started again.
import { availableParallelism } from 'node:os'
import type { Limits, Method, Provider, Sampling, Split } from '../contract/index.ts'
import { canonical, Failure } from '../kernel/index.ts'
import { methodIds } from '../method/index.ts'
import { openStore } from '../store/index.ts'
import type { Wish, WorldEntry } from '../world/index.ts'
import { type CompareAct, type CompareItem, type CompareOptions, type Comparing, compare } from './compare.ts'
import { crew } from './compare-crew.ts'
import type { Contestant } from './compare-field.ts'
import { comparisonId } from './compare-store.ts'
import { frameOf, methodNamed, modelsOf, type Plan, worldEntry } from './plan.ts'

export interface ComparePlan {
  world: string
  /** Tasks as one writes them, with the answer where the world does not know it, or a wish for made ones (default: 100 of the test split). */
  tasks?: readonly { id: string; task: unknown; answer?: unknown }[] | Wish
  /** Ids, `id@preset`, `id@*` (all presets of a method), or files; 'all': every registered method. */
  methods: readonly string[] | 'all'
  /** Model by role. */
  models: Record<string, string>
  reward?: string
  /** Where the API of models that have one is, if it is not the usual place. */
  baseUrl?: string
  sampling?: Sampling
  budget: Limits
  seeds?: number
  /** The first seed. Default 1. */
  seed?: number
  concurrency?: number
  inFlight?: number
  /** Folder of users' own weights: STORE/models. */
  weights?: string
  /** Name of the key that asked for it, where a server with keys was asked. */
  by?: string
}
export type Ways = Pick<
  CompareOptions<any, any, any, any, any>,
  'store' | 'resume' | 'signal' | 'onEvent' | 'onRun' | 'clock' | 'durability' | 'strict' | 'curve'
> & {
  /** Threads that share the runs. Default: one a core where all models are local (simulated, or the seedling) and there is much to do, else one. Results do not depend on it. */
  threads?: number
}

/**
 * Makes a plan whole and runs it. Models whose waiting is simulated are made anew for each cell, others once for each seed; all are closed at the end.
 * @throws Failure as `compare`; `usage` for a name that is none
 */
export const comparePlan = (plan: ComparePlan, o: Ways = {}): Comparing => comingUp(() => begin(plan, o))

/** Goes on with a comparison of the store that was asked for by names. */
export const resumeComparison = (id: string, o: Ways & { store: string }): Comparing =>
  comingUp(async () => {
    const { run, plan } = planOf(id, o.store)
    return begin(plan, { ...o, resume: run })
  })

interface Begun {
  comparing: Comparing
  close(): Promise<void>
}

/** A comparison that has yet to be made. It can be interrupted already. */
function comingUp(make: () => Promise<Begun>): Comparing {
  let comparing: Comparing | undefined
  let interrupts = 0
  const acts: CompareAct[] = []
  const result = make().then(async begun => {
    comparing = begun.comparing
    for (const act of acts) comparing.act(act)
    for (let i = 0; i < interrupts; i++) comparing.interrupt()
    try {
      return await comparing
    } finally {
      await begun.close()
    }
  })
  result.catch(() => {})
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited like the result it stands for
    then: (a, b) => result.then(a, b),
    catch: f => result.catch(f),
    finally: f => result.finally(f),
    interrupt() {
      interrupts++
      comparing?.interrupt()
    },
    act(act) {
      if (comparing === undefined) acts.push(act)
      else comparing.act(act)
    },
  }
}

async function begin(plan: ComparePlan, o: Ways): Promise<Begun> {
  const { options, close } = await assemble(plan, o)
  const cells = options.methods.length * options.items.length * (options.seeds ?? 1)
  const threads = o.threads ?? (isLocal(plan) && cells >= 300 ? availableParallelism() : 1)
  if (!Number.isInteger(threads) || threads < 1) throw new Failure('usage', `threads: expected a whole number from 1, found ${threads}`)
  if (threads === 1) return { comparing: compare(options), close }
  const { store, clock, durability, strict, curve } = o
  const others = crew(threads, { plan, ways: { store, clock, durability, strict, curve } })
  return {
    comparing: compare({ ...options, elsewhere: others, inFlight: Math.max(options.inFlight ?? 8, 2 * threads) }),
    async close() {
      await Promise.all([others.close(), close()])
    },
  }
}

/** Nothing is asked of another machine, and nothing that is made here would be shared. */
const isLocal = (plan: ComparePlan): boolean =>
  Object.values(plan.models).every(spec => /^(simulated|seedling)(?![\w./-])/.test(spec)) &&
  !/[./]/.test(plan.world) &&
  !/\b(verify|judge):/.test(plan.reward ?? '') &&
  (plan.methods === 'all' || plan.methods.every(m => !/[./]/.test(m)))

/** A plan's parts, as a comparison takes them. Who asks for them closes them. */
export async function assemble(
  plan: ComparePlan,
  o: Ways,
): Promise<{ options: CompareOptions<any, any, any, any, any>; close(): Promise<void> }> {
  const entry = await worldEntry(plan.world)
  const split = splitOf(plan)
  if (entry.grader === undefined || entry.item === undefined)
    throw new Failure(
      'usage',
      `world ${entry.world.id} has no grader, so nothing can be compared on it`,
      'give its entry `item` and `grader`',
    )
  const given = tasksOf(plan, entry)
  const methods: Contestant[] = []
  const names = new Map<Method, string>()
  for (const name of plan.methods === 'all' ? methodIds : plan.methods)
    for (const one of await contestants(name)) {
      methods.push(one)
      if (one.preset === undefined) names.set(one.method, name)
    }
  const { seed = 1 } = plan
  const perSeed = new Map<number, Promise<Record<string, Provider>>>()
  const open = new Set<Provider>()
  const planFor = (task: unknown, seed: number): Plan => ({
    world: plan.world,
    task,
    method: 'greedy',
    models: plan.models,
    seed,
    ...(plan.reward === undefined ? {} : { reward: plan.reward }),
    ...(plan.baseUrl === undefined ? {} : { baseUrl: plan.baseUrl }),
    ...(plan.sampling === undefined ? {} : { sampling: plan.sampling }),
    ...(plan.weights === undefined ? {} : { store: plan.weights }),
    ...(plan.by === undefined ? {} : { by: plan.by }),
  })
  const make = async (seed: number): Promise<Record<string, Provider>> => {
    const models = await modelsOf(planFor(null, seed), entry)
    for (const p of Object.values(models)) if (p.close !== undefined) open.add(p)
    return models
  }
  const frame: CompareOptions<any, any, any, any, any>['frame'] = async cell => {
    let first = perSeed.get(cell.seed)
    if (first === undefined) perSeed.set(cell.seed, (first = make(cell.seed)))
    const shared = await first
    // What waits in simulated time is cheap to make, and must not meet another run's time.
    const models = Object.values(shared).some(p => p.clock === 'virtual') ? await make(cell.seed) : shared
    const { method: _, ...rest } = (await frameOf(planFor(cell.task, cell.seed), models)).frame
    return rest
  }
  const { threads: _, ...ways } = o
  const options: CompareOptions<any, any, any, any, any> = {
    ...ways,
    frame,
    methods,
    items: given.map(({ id, task, answer }): CompareItem<any, any> => ({ id, ...entry.item!(task, split, answer) })),
    grader: entry.grader(split),
    budget: plan.budget,
    seeds: plan.seeds ?? 1,
    seed,
    ...(plan.concurrency === undefined ? {} : { concurrency: plan.concurrency }),
    ...(plan.inFlight === undefined ? {} : { inFlight: plan.inFlight }),
    plan,
    cellPlan: ({ task, seed, entrant: { method, knobs, preset } }) => ({
      ...planFor(written(task, entry), seed),
      method: names.get(method) ?? method.id,
      ...(knobs === undefined ? {} : { knobs }),
      ...(preset === undefined ? {} : { preset }),
      budget: plan.budget,
      ...(plan.concurrency === undefined ? {} : { concurrency: plan.concurrency }),
    }),
    shown: { models: plan.models, reward: plan.reward ?? (entry.exact === false ? 'critic' : 'exact') },
  }
  return {
    options,
    async close() {
      for (const p of open) await p.close?.()
    },
  }
}

/** A task as one would type it, where that says all of it. */
function written(task: unknown, entry: WorldEntry): unknown {
  const text = entry.showTask(task)
  try {
    return canonical(entry.parseTask(text)) === canonical(task) ? text : task
  } catch {
    return task
  }
}

function planOf(id: string, folder: string): { run: string; plan: ComparePlan } {
  const store = openStore(folder)
  try {
    const meta = store.get(id)
    if (meta.method.id !== comparisonId) throw new Failure('usage', `run ${meta.id} is no comparison`, `espalier resume ${meta.id}`)
    const plan = meta.options.comparePlan as ComparePlan | undefined
    if (plan === undefined)
      throw new Failure(
        'usage',
        `comparison ${meta.id} was started by a program with parts of its own`,
        'resume it from that program: compare({ ..., store, resume })',
      )
    return { run: meta.id, plan }
  } finally {
    store.close()
  }
}

const isWish = (x: ComparePlan['tasks']): x is Wish => x !== undefined && !Array.isArray(x)
const splitOf = (plan: ComparePlan): Split => {
  if (!isWish(plan.tasks)) return 'test'
  const { split = 'test' } = plan.tasks
  return split === 'all' ? 'test' : split
}

function tasksOf(plan: ComparePlan, entry: WorldEntry): { id: string; task: any; answer?: unknown }[] {
  if (plan.tasks !== undefined && !isWish(plan.tasks)) return plan.tasks.map(t => ({ ...t, task: entry.parseTask(t.task) }))
  if (entry.tasks === undefined)
    throw new Failure('usage', `world ${entry.world.id} makes no tasks of its own`, 'give a file of tasks: --tasks FILE')
  const wish: Wish = { split: 'test', ...(plan.tasks ?? { n: 100 }) }
  const made = entry.tasks(wish)
  if (made.length === 0) throw new Failure('usage', `world ${entry.world.id} has no task of the split ${wish.split}`, 'take another split')
  return made.map(t => ({ id: t.id, task: t.task }))
}

/** The method of a name; `id@preset` with settings by name, `id@*` once with each of its presets: a suite, where they are different methods. */
async function contestants(name: string): Promise<Contestant[]> {
  const m = /^([^./][^@]*)@([\w-]+|\*)$/.exec(name)
  const method = await methodNamed(m?.[1] ?? name)
  if (m === null) return [{ method }]
  if (m[2] !== '*') return [{ method, preset: m[2] }]
  const presets = Object.keys(method.presets ?? {})
  if (presets.length === 0) throw new Failure('usage', `${method.id} has no presets`, `compare ${method.id} itself`)
  return presets.map(preset => ({ method, preset }))
}
