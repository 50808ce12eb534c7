// A request as a search: its world, its frame, its limits.
import type { Limits, Provider } from '../contract/index.ts'
import { parseModel } from '../model/index.ts'
import { frameOf, methodNamed, type Plan, type Planned, parseKnobs } from '../run/index.ts'
import { type WorldEntry, worldNamed, worlds } from '../world/index.ts'
import type { Chosen } from './choose.ts'
import type { Former } from './former.ts'
import { Refusal } from './refusal.ts'
import type { Asked } from './request.ts'
import { atMost, type ServeSettings } from './settings.ts'

/** `game24: 4 9 10 13` names a world and a task of it. */
const named = /^\s*([a-z0-9][a-z0-9-]*)\s*:\s*(\S[\s\S]*?)\s*$/i

/** The worlds that a model knows, if it knows some only; null: it takes any words. */
function known(spec: string, provider: Provider): readonly WorldEntry[] | null {
  const all = Object.values(worlds)
  // Weights of one's own may know any world of their dialect; those that ship know what they were trained on.
  if (provider.dialect !== 'text')
    return all.filter(w => w.world.dialects?.[provider.dialect] !== undefined && (spec !== 'seedling' || w.model === spec))
  return /^simulated\b/.test(spec) && parseModel(spec).kind === 'simulated' ? all.filter(w => w.world.oracle !== undefined) : null
}

/** What a model is asked for and cannot do is said, not passed over. @throws Refusal (400) that names the field */
export function checkAble({ sampling }: Asked, chosen: Chosen, { can }: Provider): void {
  const refuse = (what: string, param: string): never => {
    throw new Refusal(400, 'unsupported', `${chosen.name} has no ${what}`, { param })
  }
  if (sampling.tools !== undefined && !can.includes('tools')) refuse('tools', sampling.toolChoice === undefined ? 'tools' : 'tool_choice')
  if (sampling.schema !== undefined && !can.includes('schema')) refuse('replies of a given form', 'response_format')
  if (sampling.logprobs && !can.includes('logprobs')) refuse('logprobs', 'logprobs')
}

/** Which world and task a request is about. `said`: words that need no search. */
export type Topic = { readonly world: string; readonly task: unknown } | { readonly said: string }

/** @param provider of the model, which says what it reads @throws Failure (usage): a world that is none; Refusal: a verifier that is none */
export function topicOf(asked: Asked, chosen: Chosen, provider: Provider, settings: ServeSettings): Topic {
  if (asked.verifier !== undefined && !Object.hasOwn(settings.verifiers ?? {}, asked.verifier))
    throw new Refusal(400, 'verifier', `no verifier is called '${asked.verifier}' here`, { param: 'verifier' })
  const last = asked.messages.findLast(m => m.role === 'user')?.content.trim() ?? ''
  const able = known(chosen.spec, provider)
  const match = named.exec(last)
  if (asked.world !== undefined && asked.world !== 'chat') {
    worldNamed(asked.world)
    return { world: asked.world, task: match?.[1].toLowerCase() === asked.world ? match[2] : last }
  }
  if (able === null) return { world: 'chat', task: { messages: asked.messages } }
  if (match !== null && able.some(w => w.world.id === match[1].toLowerCase())) return { world: match[1].toLowerCase(), task: match[2] }
  const examples = able.filter(w => w.examples.length > 0).map(w => `${w.world.id}: ${w.examples[0]}`)
  return {
    said: `I am ${chosen.name}, a small model that knows only some puzzles, and no conversation. Name one of them and a task, such as:\n${examples.join('\n')}`,
  }
}

/** What a search may spend: what was asked for or else the usual, less what the runs before it in the same exchange spent, and never more than `most`. */
export function limitsOf(asked: Asked, chosen: Chosen, settings: ServeSettings, former: Former | null): Limits {
  const own = Object.keys(asked.budget).length > 0
  const limits = own ? asked.budget : chosen.method === null ? { calls: asked.n } : (settings.budget ?? { calls: 20 })
  const left: Record<string, number> = { ...limits }
  if (own && former !== null)
    for (const [k, x] of Object.entries(limits) as [keyof Limits, number][]) {
      left[k] = x - (former.spent[k] ?? 0)
      if (left[k] <= 0)
        throw new Refusal(
          400,
          'budget',
          `the budget of this exchange is used up: ${k}=${x}, and run ${former.run} and those before it spent it`,
        )
    }
  return atMost(left, settings.most)
}

/**
 * The plan of a request, and its frame.
 * @param model made for the world of the topic @param judge the judge's model, where there is one @throws Failure (usage), Refusal
 */
export async function planOf(
  asked: Asked,
  chosen: Chosen,
  topic: { world: string; task: unknown },
  o: { limits: Limits; models: { policy: Provider; judge?: Provider }; settings: ServeSettings; by?: string | undefined },
): Promise<{ plan: Plan; planned: Planned }> {
  const { settings } = o
  const { verifier } = asked
  // A model alone under a limit: as many attempts as replies were asked for.
  const method = chosen.method ?? 'best-of-n'
  const alone = chosen.method === null
  const judge = settings.judge === undefined ? undefined : (settings.models[settings.judge] ?? settings.judge)
  const exact = worlds[topic.world]?.exact !== false
  const reward =
    verifier !== undefined
      ? `verify:${settings.verifiers![verifier]}`
      : (asked.reward ?? (exact ? undefined : alone || judge === undefined ? 'votes' : 'judge'))
  const knobs = {
    ...(alone ? { n: asked.n, untilSolved: false } : {}),
    ...asked.knobs,
    ...parseKnobs(asked.knobTexts, await methodNamed(method), 'x-espalier-knobs'),
  }
  const preset = asked.preset ?? chosen.preset
  const plan: Plan = {
    world: topic.world,
    task: topic.task,
    method,
    ...(preset === undefined ? {} : { preset }),
    ...(Object.keys(knobs).length === 0 ? {} : { knobs }),
    models: { policy: chosen.spec, ...(judge === undefined ? {} : { judge }) },
    ...(reward === undefined ? {} : { reward }),
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    ...(Object.keys(asked.sampling).length === 0 ? {} : { sampling: asked.sampling }),
    budget: o.limits,
    seed: asked.seed ?? 1,
    concurrency: settings.concurrency ?? 8,
    ...(settings.store === null ? {} : { store: `${settings.store}/models` }),
    ...(o.by === undefined ? {} : { by: o.by }),
  }
  return { plan, planned: await frameOf(plan, o.models) }
}
