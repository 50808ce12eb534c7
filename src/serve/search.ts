// A request as a search: its world, its frame, its limits, and what came out.
import type { Limits, Provider } from '../contract/index.ts'
import { frameOf, type Plan, type Planned } from '../run/index.ts'
import { worldNamed, worlds } from '../world/index.ts'
import type { Chosen } from './choose.ts'
import { Refusal } from './refusal.ts'
import type { Asked } from './request.ts'
import { atMost, type ServeSettings } from './settings.ts'

/** What a request becomes: a search, or words that need none. */
export type Planning = { kind: 'search'; plan: Plan; planned: Planned } | { kind: 'said'; text: string }

/** `game24: 4 9 10 13` in the last word of the user names a world and a task of it. */
const named = /^\s*([a-z0-9][a-z0-9-]*)\s*:\s*(\S[\s\S]*?)\s*$/i

/** What a model of other tokens than words can do, said in words. */
function canDo(name: string, dialect: string): string {
  const able = Object.values(worlds).filter(w => w.world.dialects?.[dialect] !== undefined)
  const examples = able.map(w => `${w.world.id}: ${w.examples[0]}`)
  return `I am ${name}, a small model that knows only some puzzles, and no conversation. Name one of them and a task, such as:\n${examples.join('\n')}`
}

/**
 * The plan of a request.
 * @param provider of the model, which says what it reads @throws Failure (usage), Refusal
 */
export async function planOf(asked: Asked, chosen: Chosen, provider: Provider, settings: ServeSettings): Promise<Planning> {
  const text = provider.dialect === 'text'
  const last = asked.messages.findLast(m => m.role === 'user')?.content ?? ''
  const match =
    asked.world === undefined
      ? text
        ? null
        : named.exec(last)
      : ([last, asked.world, last.replace(new RegExp(`^\\s*${asked.world}\\s*:`), '').trim()] as const)
  const world = match === null ? 'chat' : match[1].toLowerCase()
  if (!text && (match === null || worlds[world]?.world.dialects?.[provider.dialect] === undefined))
    return { kind: 'said', text: canDo(chosen.name, provider.dialect) }
  if (match !== null) worldNamed(world)
  const verifier = asked.verifier
  if (verifier !== undefined && !Object.hasOwn(settings.verifiers ?? {}, verifier))
    throw new Refusal(400, 'verifier', `no verifier is called '${verifier}' here`, { param: 'verifier' })
  const method = chosen.method ?? 'greedy'
  const judge = settings.judge
  const exact = worlds[world]?.exact !== false
  const reward =
    verifier !== undefined
      ? `verify:${settings.verifiers![verifier]}`
      : (asked.reward ?? (exact ? undefined : judge === undefined ? 'votes' : 'judge'))
  const budget: Limits = atMost(
    chosen.method === null ? { calls: asked.n } : Object.keys(asked.budget).length > 0 ? asked.budget : (settings.budget ?? { calls: 20 }),
    settings.most,
  )
  const plan: Plan = {
    world,
    task: match === null ? { messages: asked.messages } : match[2],
    method,
    ...((asked.preset ?? chosen.preset) === undefined ? {} : { preset: asked.preset ?? chosen.preset! }),
    ...(Object.keys(asked.knobs).length === 0 ? {} : { knobs: asked.knobs as NonNullable<Plan['knobs']> }),
    models: { policy: chosen.spec, ...(judge === undefined ? {} : { judge: settings.models[judge] ?? judge }) },
    ...(reward === undefined ? {} : { reward }),
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    ...(Object.keys(asked.sampling).length === 0 ? {} : { sampling: asked.sampling }),
    budget,
    seed: asked.seed ?? 1,
    concurrency: settings.concurrency ?? 8,
    ...(settings.store === null ? {} : { store: `${settings.store}/models` }),
  }
  return { kind: 'search', plan, planned: await frameOf(plan, { policy: provider }) }
}
