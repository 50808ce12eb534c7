// Who takes part in a comparison.
import type { Frame, KnobValue, Limits, Method } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { bestOfN, selfConsistency } from '../method/index.ts'
import { checkFrame } from '../runtime/index.ts'

/** A frame without what a comparison sets. */
export type Common<S, A, Ans, T> = Omit<Frame<S, A, Ans, T>, 'method' | 'knobs' | 'preset' | 'parts' | 'budget'>
/** A method with settings of its own. `label`: its name in the table; default: its id, with the preset after an @. */
export interface Contestant {
  method: Method
  knobs?: Record<string, KnobValue>
  preset?: string
  parts?: Record<string, unknown>
  label?: string
}
/** A contestant with the name that it has in the table. */
export interface Entrant extends Contestant {
  label: string
}

/** The methods, with the baselines, under names that tell them apart. */
export function enter(given: readonly (Method | Contestant)[]): Entrant[] {
  const all: Contestant[] = given.map(x => ('method' in x ? x : { method: x }))
  if (!all.some(x => x.method.id === bestOfN.id)) all.push({ method: bestOfN })
  if (!all.some(x => x.method.id === selfConsistency.id)) all.push({ method: selfConsistency })
  const taken = new Map<string, number>()
  return all.map(x => {
    // Its paper draws 40; at equal spend it draws what the budget covers, unless it was given settings.
    const bare = x.method.id === selfConsistency.id && x.knobs === undefined && x.preset === undefined
    const name = x.label ?? (x.preset === undefined ? x.method.id : `${x.method.id}@${x.preset}`)
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return { ...x, ...(bare ? { knobs: { n: 0 } } : {}), label: count === 1 ? name : `${name}#${count}` }
  })
}

/** A method that stays away, and why. */
export interface Excluded {
  method: string
  why: string
}

/** Who can take part. A knob that is wrong is an error; a need that the frame does not meet is a reason to stay away. */
export function admit(all: Entrant[], common: Common<any, any, any, any>, budget: Limits): { entrants: Entrant[]; excluded: Excluded[] } {
  const entrants: Entrant[] = []
  const excluded: Excluded[] = []
  let first: Failure | undefined
  for (const e of all) {
    const frame = { ...common, method: e.method, knobs: e.knobs, preset: e.preset, parts: e.parts, budget } as Frame<any, any, any, any>
    try {
      checkFrame(frame)
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'usage') throw error
      first ??= error
      excluded.push({ method: e.label, why: error.message })
      continue
    }
    e.method.with({ knobs: e.knobs, preset: e.preset, parts: e.parts })
    entrants.push(e)
  }
  if (entrants.length === 0) throw first
  return { entrants, excluded }
}
