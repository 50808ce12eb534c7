// A decision graph of tool calls: at each place one tool is right, and a wrong one dooms whatever follows, though not at once for the eye.
import { chain } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Setting, Settings } from '../settings.ts'

/**
 * `depth`: right calls needed in a row. `lag`: with which call after a wrong one, itself the first, the replies show that something went wrong.
 */
export const made = {
  depth: { default: 6, min: 1, max: 40 },
  tools: { default: 6, min: 2, max: 24 },
  lag: { default: 1, min: 1, max: 20 },
  seed: { default: 0, min: 0, max: 2 ** 31 - 1 },
} as const satisfies Record<string, Setting>
export type ToolsTask = Settings<keyof typeof made>

const names =
  'find_order list_users get_invoice open_ticket fetch_price track_parcel book_room check_stock read_calendar send_quote query_map rank_hotels match_route scan_label sum_costs sign_form pick_seat load_profile split_bill merge_cart lock_slot rate_driver plan_trip close_case'.split(
    ' ',
  )

/** A way of calls, and where it stands. */
export interface Run {
  readonly task: ToolsTask
  readonly calls: readonly string[]
  /** Right calls before the first wrong one. */
  readonly done: number
  /** Calls from the wrong one on, itself counted; 0: none was wrong. */
  readonly since: number
  readonly gaveUp: boolean
}

const stream = (t: ToolsTask, purpose: string): AddressedRandom => {
  const { hi, lo } = chain(0, 0, `${t.depth} ${t.tools} ${t.lag}`)
  return new AddressedRandom(t.seed, hi, lo, `tools ${purpose}`)
}
const lists = keeping<readonly string[]>(5000)
/** The tools of a task. */
export const toolsOf = (t: ToolsTask): readonly string[] =>
  lists(`${t.tools} ${t.seed}`, () =>
    stream({ ...t, depth: 1, lag: 1 }, 'names')
      .shuffle(names)
      .slice(0, t.tools),
  )
/** The right tool after so many right calls. */
export const rightTool = (t: ToolsTask, done: number): string => stream(t, `right ${done}`).pick(toolsOf(t))

export const begin = (task: ToolsTask): Run => ({ task, calls: [], done: 0, since: 0, gaveUp: false })
/** Most steps on a way. */
export const limit = (t: ToolsTask): number => 2 * t.depth + t.lag + 2
/** Is it plain by now that something went wrong? */
export const noticed = (r: Run): boolean => r.since >= r.task.lag
export const solved = (r: Run): boolean => r.since === 0 && r.done >= r.task.depth
export const over = (r: Run): boolean => r.gaveUp || solved(r) || r.calls.length >= limit(r.task)

export const giveUp = 'give up'
/** After a call, or after giving up; or why it cannot be. */
export function step(r: Run, action: string): Run | string {
  if (over(r)) return r.gaveUp ? 'it was given up' : solved(r) ? 'the job is done' : 'no calls are left'
  if (action === giveUp) return { ...r, gaveUp: true }
  if (!toolsOf(r.task).includes(action)) return `there is no tool "${action}" (there are: ${toolsOf(r.task).join(', ')})`
  const calls = [...r.calls, action]
  if (r.since > 0) return { ...r, calls, since: r.since + 1 }
  if (action === rightTool(r.task, r.done)) return { ...r, calls, done: r.done + 1 }
  return { ...r, calls, since: 1 }
}

/** What the last call replied. Before it is noticed a wrong call reads like a right one. */
export function reply(r: Run): string {
  if (r.gaveUp) return 'given up'
  if (r.calls.length === 0) return ''
  if (noticed(r) && r.since > 0) return 'error: nothing fits what was called before'
  const mark = stream(r.task, `reply ${r.calls.join(' ')}`).int(36 ** 4)
  return solved(r) ? `done: ${answerOf(r.task)}` : `ok: reference ${mark.toString(36).padStart(4, '0')}`
}
/** What the job comes to. */
export const answerOf = (t: ToolsTask): string =>
  stream(t, 'answer')
    .int(36 ** 6)
    .toString(36)
    .padStart(6, '0')
