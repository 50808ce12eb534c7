// Results of the tools that a search called, as its next turn: the search goes on below the call that was made, in the same tree and under the same budget.
import type { Limits, Message, NodeId, Provider } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'
import { frameOf, type Plan, type Planned, treeOf } from '../run/index.ts'
import type { Turn } from '../runtime/index.ts'
import type { RunMeta, Store } from '../store/index.ts'
import { type ChatState, type Heard, replied, sameMessage } from '../world/index.ts'
import { calledBy, callId } from './former.ts'

/** A run that goes on, and from what. */
export interface Continued {
  readonly meta: RunMeta
  readonly plan: Plan
  readonly planned: Planned
  readonly turn: Turn
}

/**
 * The run that a request goes on with. null: its messages are not those of the run, or it asks for another search; then it is a new one.
 * @param asked the request as a search of its own @param o.limits what this turn may spend
 */
export async function turnOf(
  messages: readonly Message[],
  meta: RunMeta,
  asked: { plan: Plan; planned: Planned },
  o: { limits: Limits; models: { policy: Provider; judge?: Provider }; store: Store },
): Promise<Continued | null> {
  const plan = meta.options.plan as Plan | undefined
  const called = calledBy(messages)
  // One that was cut off has not come to its answer yet; one that is being written is another request's.
  if (plan === undefined || called === null || meta.status !== 'done' || o.store.owner(meta.id) !== null) return null
  if (!sameSearch(plan, asked.plan)) return null
  const { tree: t } = await treeOf(o.store, meta.id)
  const n = t.find(called.key) as NodeId
  if (n < 0 || !t.taken(n) || !t.path(n).includes(t.root)) return null
  const { messages: before, reply } = t.state(n) as ChatState
  if (reply?.toolCalls === undefined) return null
  const calls = reply.toolCalls.map((_, i) => callId(meta.id, called.key, i))
  const said = [...before, replied(reply, calls)]
  const heard = messages.slice(said.length)
  if (said.length !== called.index + 1 || !said.every((m, i) => sameMessage(m, messages[i])) || !answers(heard, calls)) return null
  const action: Heard = { heard, calls }
  const limits: Record<string, number> = { ...meta.limits }
  const spent: Limits = { ...meta.spent, tokens: (meta.spent.inputTokens ?? 0) + (meta.spent.outputTokens ?? 0) } as Limits
  for (const [k, x] of Object.entries(o.limits) as [keyof Limits, number][]) limits[k] = (spent[k] ?? 0) + x
  return {
    meta,
    plan,
    planned: await frameOf(plan, o.models),
    turn: { key: called.key, action, limits, sampling: asked.planned.frame.sampling ?? {} },
  }
}

/** How is sampled may change between turns, and what may be spent. */
const sameSearch = (a: Plan, b: Plan): boolean => {
  const bare = ({ task: _, budget: __, sampling: ___, ...rest }: Plan) => canonical(rest)
  return bare(a) === bare(b)
}
/** One result for each call, and after them at most words of the user. */
function answers(heard: readonly Message[], calls: readonly string[]): boolean {
  const results = heard.slice(0, calls.length).map(m => (m.role === 'tool' ? m.toolCallId : undefined))
  return calls.every(id => results.includes(id)) && heard.slice(calls.length).every(m => m.role === 'user' || m.role === 'system')
}
