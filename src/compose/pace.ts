import type { Knobs, Limits, Search, Sim } from '../contract/index.ts'

/** What a simulation uses up. Time is left out: what is limited by time is better done side by side. */
const units: readonly (keyof Limits)[] = [
  'calls',
  'requests',
  'inputTokens',
  'outputTokens',
  'tokens',
  'usd',
  'steps',
  'toolCalls',
  'nodes',
]

/** The knob of methods whose simulations are paced. */
export const paceKnob = {
  pace: {
    default: 30,
    min: 0,
    max: 10_000,
    doc: 'at most one in so many of the simulations that the budget covers is in flight; 0: as many as there are slots',
  },
} as const satisfies Knobs

/**
 * Keeps the simulations in flight to one in `pace` of those the budget covers, one at least. A simulation decides with what is known when it begins;
 * where a budget covers only a few, many at once are hardly better than that many drawn blindly. A thirtieth costs next to nothing (regret .0224 at 32
 * in flight against .0217 one after the other); where nothing but time is limited, nothing is held back.
 *
 * @param simulation as for `workers` @param pace 0: as many at once as there are slots
 */
export function paced<S, A, Ans>(s: Search<S, A, Ans>, pace: number, simulation: (sim: Sim) => Promise<void>): (sim: Sim) => Promise<void> {
  if (pace === 0) return simulation
  const before = s.budget.ratio(...units)
  let running = 0
  let ended = 0
  const allowed = (): number => {
    if (ended === 0) return 1
    const each = (before - s.budget.ratio(...units)) / (ended + running)
    return Math.max(1, before / each / pace)
  }
  return async sim => {
    if (running > 0 && running + 1 > allowed()) sim.hold(null)
    running++
    try {
      await simulation(sim)
      ended++
    } finally {
      running--
    }
  }
}
