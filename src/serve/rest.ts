// What a run that goes on may still spend.
import type { Limits } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { RunMeta } from '../store/index.ts'
import type { Account } from './account.ts'

/** The limits of a run that goes on: raised where that is asked for, within what any search may have. */
export function raised(meta: RunMeta, raise: Limits, most: Limits = {}): Limits {
  const out: Limits = { ...meta.limits }
  for (const [k, x] of Object.entries(raise) as [keyof Limits, number][]) out[k] = Math.max(out[k] ?? 0, Math.min(x, most[k] ?? x))
  for (const k of Object.keys(most) as (keyof Limits)[])
    if (out[k] === undefined)
      throw new Failure('usage', `run ${meta.id} has no limit of ${k}, and no search here may go without`, 'begin another')
  return out
}
/** Sets aside what a run may still spend. @throws Refusal where the key has less @returns what gives it back */
export function coverRest(meta: RunMeta, limits: Limits, account: Account): () => void {
  const rest: Limits = {}
  for (const [k, x] of Object.entries(limits) as [keyof Limits, number][]) rest[k] = Math.max(0, x - ((meta.spent as Limits)[k] ?? 0))
  const held = account.hold(rest)
  for (const k of Object.keys(account.key.budget ?? {}) as (keyof Limits)[])
    if ((rest[k] ?? Number.POSITIVE_INFINITY) > held.limits[k]!) {
      held.release()
      throw new Failure('usage', `run ${meta.id} may still spend more than this API key has left of ${k}`, 'begin another, with a limit')
    }
  return held.release
}
