// Tool calls carry the run that made them in their id, so that their results, which come in another request, continue that run's exchange.
import type { Limits, Message } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { ComparePlan, Plan } from '../run/index.ts'
import type { RunMeta, Store } from '../store/index.ts'

/** The run whose tools were called, and what it and the runs before it in the exchange spent. */
export interface Former {
  readonly run: string
  readonly spent: Limits
}

/** Id of a tool call. @param of the run, or where there is none anything that tells answers apart @param at address of the node that called, or which choice */
export const callId = (of: string, at: string | number, call: number): string => `call_${of.replace(/^r-/, 'r')}_${at}_${call}`
const made = /^call_r([0-9a-z]+)_([0-9a-f]{16}|\d+)_\d+$/

/** The calls whose results are the last things said: which run made them, and where. null: none did. */
export function calledBy(messages: readonly Message[]): { run: string; key: string; index: number } | null {
  const index = messages.findLastIndex(m => m.role === 'assistant')
  const id = messages[index]?.toolCalls?.[0]?.id
  const found = id === undefined || messages[index + 1]?.role !== 'tool' ? null : made.exec(id)
  return found === null ? null : { run: `r-${found[1]}`, key: found[2], index }
}

/** @param shelf the runs; null: none are kept. @param by the key that asks. An id of none of its runs is nothing */
export function formerOf(messages: readonly Message[], shelf: Store | null, by?: string): Former | null {
  const found = calledBy(messages)
  if (shelf === null || found === null) return null
  const spent: Record<string, number> = {}
  const first = found.run
  let at: string | null = first
  // An exchange of more turns than these has other troubles.
  for (let turns = 0; at !== null && turns < 1000; turns++) {
    const meta = metaOf(shelf, at, by)
    if (meta === null) {
      if (turns === 0) return null
      break
    }
    for (const [k, x] of Object.entries(meta.spent)) if (typeof x === 'number') spent[k] = (spent[k] ?? 0) + x
    at = meta.origin
  }
  spent.tokens = (spent.inputTokens ?? 0) + (spent.outputTokens ?? 0)
  return { run: first, spent }
}

/** By its whole id alone: what stands in a client's request is no search among the runs. */
export function metaOf(store: Store, id: string, by: string | undefined): RunMeta | null {
  try {
    const meta = store.get(id)
    return meta.id === id && isOf(meta, by) ? meta : null
  } catch (e) {
    if (e instanceof Failure && e.code === 'usage') return null
    throw e
  }
}
/** Is a run one that this key asked for? Without keys all are. */
export const isOf = (meta: RunMeta, by: string | undefined): boolean =>
  by === undefined || ((meta.options.plan ?? meta.options.comparePlan) as Plan | ComparePlan | undefined)?.by === by
