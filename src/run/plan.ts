// A run as data: what one can write down, send, and start again.
import { resolve as resolvePath } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Frame, KnobValue, Limits, Method, Provider, Sampling, Value } from '../contract/index.ts'
import { Failure, nearest } from '../kernel/index.ts'
import { methodIds, methods } from '../method/index.ts'
import { createModel } from '../model/index.ts'
import { createReward, defaultValue } from '../reward/index.ts'
import { type WorldEntry, worldNamed } from '../world/index.ts'
import { continuing } from './continuing.ts'

/** Everything that makes a run, by name. A name `./file.ts#thing` takes an own part from a file of the working folder. */
export interface Plan {
  world: string
  task: unknown
  method: string
  preset?: string
  knobs?: Record<string, KnobValue>
  /** Model by role: `policy`, and others such as `critic`, which fall back to it. */
  models: Record<string, string>
  /** exact, critic, judge:pairwise, votes, verify:COMMAND ...; default: exact where the world has a rule of its own. */
  reward?: string
  /** Where the API of models that have one is, if it is not the usual place. */
  baseUrl?: string
  sampling?: Sampling
  budget?: Limits
  /** Words that every whole answer begins with, in the dialect of tokens: a hint. */
  begin?: string
  seed?: number
  concurrency?: number
  /** Folder of users' own weights: STORE/models. */
  store?: string
  /** Name of the key that asked for it, where a server with keys was asked. */
  by?: string
}
export interface Planned {
  frame: Frame<any, any, any, any>
  task: any
  entry: WorldEntry
  reward: string
}

const isFile = (name: string): boolean => /^\.{0,2}\//.test(name) || /\.[cm]?[jt]s(#|$)/.test(name)

/** An own part: `./file.ts#name`, or the file's default export. Relative to the working folder. */
export async function loadPart<T>(name: string, what: string): Promise<T> {
  const [file, thing = 'default'] = name.split('#')
  let found: Record<string, unknown>
  try {
    found = (await import(pathToFileURL(resolvePath(file)).href)) as Record<string, unknown>
  } catch (e) {
    throw new Failure(
      'usage',
      `${what} ${name}: ${file} could not be loaded: ${(e as Error).message.split('\n')[0]}`,
      'give the path from the working folder',
      { cause: e },
    )
  }
  if (!(thing in found)) {
    throw new Failure(
      'usage',
      `${what} ${name}: ${file} exports no '${thing}'`,
      `it exports: ${Object.keys(found).join(', ') || 'nothing'}`,
    )
  }
  return found[thing] as T
}

/** The method of a name. */
export async function methodNamed(id: string): Promise<Method> {
  if (isFile(id)) return loadPart<Method>(id, 'method')
  const found = methods.get(id)
  if (found !== undefined) return found
  const like = nearest(id, methodIds)
  throw new Failure('usage', `no method is called '${id}'`, `${like === undefined ? '' : `did you mean ${like}? `}all: espalier methods`)
}

/** The world of a name, with how its tasks are written. */
export async function worldEntry(id: string): Promise<WorldEntry> {
  if (!isFile(id)) return worldNamed(id)
  const own = await loadPart<WorldEntry | WorldEntry['world']>(id, 'world')
  if ('world' in own) return own
  return {
    world: own,
    describe: id,
    grains: own.grains ?? ['step'],
    examples: [],
    parseTask: x => x,
    showTask: x => (typeof x === 'string' ? x : JSON.stringify(x)),
  }
}

/** The models of a plan by role. Who makes them closes them. */
export async function modelsOf(
  plan: Pick<Plan, 'models' | 'seed' | 'store' | 'baseUrl'>,
  { world }: Pick<WorldEntry, 'world'>,
): Promise<Record<string, Provider>> {
  const models: Record<string, Provider> = {}
  for (const [role, spec] of Object.entries(plan.models)) {
    models[role] = isFile(spec)
      ? await loadPart<Provider>(spec, 'model')
      : await createModel(spec, {
          world: world.id,
          ...(world.oracle === undefined ? {} : { oracle: world.oracle }),
          ...(plan.seed === undefined ? {} : { seed: plan.seed }),
          ...(plan.baseUrl === undefined ? {} : { baseUrl: plan.baseUrl }),
          ...(plan.store === undefined ? {} : { store: plan.store }),
        })
  }
  return models
}

/** Builds the frame of a plan, with the models `made` before, if there are. Nothing is spent; what is missing or misspelt is a Failure that names it. */
export async function frameOf(plan: Plan, made?: Readonly<Record<string, Provider>>): Promise<Planned> {
  const entry = await worldEntry(plan.world)
  const method = await methodNamed(plan.method)
  const task = entry.parseTask(plan.task)
  const { world } = entry
  const models = made ?? (await modelsOf(plan, entry))
  const { reward, id, sampling } = createReward(plan.reward, { entry, models, task: plan.task })
  const value: Value | undefined = defaultValue({ world, models })
  const frame: Frame<any, any, any, any> = {
    world: plan.begin === undefined ? world : continuing(world, plan.begin),
    method,
    ...(Object.keys(models).length === 0 ? {} : { model: models as { policy: Provider } & Record<string, Provider> }),
    ...(plan.knobs === undefined ? {} : { knobs: plan.knobs }),
    ...(plan.preset === undefined ? {} : { preset: plan.preset }),
    ...(plan.sampling === undefined && sampling === undefined ? {} : { sampling: { ...sampling, ...plan.sampling } }),
    ...(plan.budget === undefined ? {} : { budget: plan.budget }),
    ...(reward === undefined ? {} : { reward }),
    ...(value === undefined ? {} : { value }),
  }
  // A wrong knob is said before a run is made.
  method.with({ ...(plan.knobs === undefined ? {} : { knobs: plan.knobs }), ...(plan.preset === undefined ? {} : { preset: plan.preset }) })
  return { frame, task, entry, reward: id }
}
