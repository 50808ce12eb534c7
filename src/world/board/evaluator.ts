// A stand-in for a model that writes, in one call, every move with its value: multi-action-value, as in arXiv:2412.12119.
import type { ActionValue, Effect, Policy, Value } from '../../contract/index.ts'
import { chain } from '../../kernel/hash.ts'
import { bucketValue, valueSteps } from '../../kernel/minimax-trace.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { softmax } from '../../kernel/rank.ts'
import type { Outlook } from './outlook.ts'
import { after, legalOf, type Position, type Rules, resultOf } from './position.ts'
import type { BoardState } from './prompt.ts'

export interface EvaluatorOptions {
  /** Standard deviation of the error of each value. Default 0. */
  noise?: number
  /** Other seeds, other errors. */
  seed?: number
  /**
   * A value is a law over 64 steps, as a model that writes one token for it has: `mean` takes its expectation, `max` its most probable step. Default: the
   * value itself.
   */
  scoring?: 'mean' | 'max'
  /** Standard deviation of the error of each step's logit, with `scoring`. Default 1. */
  blur?: number
  /** Plies of the solver on which a value rests before the static judgement does. Default 0: the static judgement of the position after the move. */
  plies?: number
  /** Positions evaluated in one call, at most. Default 16. */
  batch?: number
}
/** How wide the law of a value is, without errors. */
const spread = 0.2

/**
 * A value as read from a law over steps (arXiv:2412.12119): logits -(step - value)^2 / (2 spread^2), each with an error.
 * @param error draws a standard normal for each step
 */
export function scored(value: number, scoring: 'mean' | 'max', blur: number, error: () => number): number {
  const steps = Array.from({ length: valueSteps }, (_, b) => bucketValue(b))
  const law = softmax(steps.map(x => -((x - value) ** 2) / (2 * spread ** 2) + blur * error()))
  return scoring === 'mean' ? steps.reduce((sum, x, b) => sum + x * law[b], 0) : steps[law.indexOf(Math.max(...law))]
}

/** What one call says: the legal moves with their values, in [-1, 1] as the player to move sees them. */
export type Evaluation = readonly { readonly move: string; readonly value: number }[]
export interface Evaluator {
  readonly policy: Policy<BoardState, string, void>
  readonly value: Value<BoardState, string>
  readonly actionValue: ActionValue<BoardState, string>
  evaluate(position: string): Evaluation
}

/**
 * Values of all moves of a position: the result where the move ends the game, else the static judgement (or the solver's, as far as it looks) after
 * it, with an error that is drawn for the position reached, so that it is the same whichever way and however often one comes there. Errors lie within
 * what an unfinished game can be worth, (-1, 1). One recorded call each; calls made together go out in batches.
 */
export function evaluator<G extends Position<G>>(rules: Rules<G>, outlook: Outlook<G>, o: EvaluatorOptions = {}): Evaluator {
  const { noise = 0, seed = 0, plies = 0, batch = 16, scoring, blur = 1 } = o
  const error = (position: string): number => {
    if (noise === 0) return 0
    const { hi, lo } = chain(0, 0, position)
    return noise * new AddressedRandom(seed, hi, lo, 'evaluator').normal()
  }
  const worth = (next: G): number => {
    if (next.over()) return -resultOf(next)
    const known = plies > 0 ? outlook.of(next, plies) : 0
    const exact = known !== 0 ? -known : -next.estimate()
    const value = Math.max(-0.99, Math.min(0.99, exact + error(next.text())))
    if (scoring === undefined) return value
    const { hi, lo } = chain(0, 0, next.text())
    const random = new AddressedRandom(seed, hi, lo, 'steps')
    return scored(value, scoring, blur, () => random.normal())
  }
  const evaluate = (position: string): Evaluation => {
    const g = rules.read(position)
    return legalOf(g).map(a => ({ move: g.moveText(a), value: worth(after(g, a)) }))
  }
  const call: Effect<string, Evaluation> = { id: `evaluate ${rules.id}`, batch, run: async positions => positions.map(evaluate) }
  const best = (e: Evaluation): number => Math.max(...e.map(x => x.value))
  const id = `evaluator(${rules.id},noise=${noise},plies=${plies},seed=${seed}${scoring === undefined ? '' : `,scoring=${scoring},blur=${blur}`})`
  return {
    evaluate,
    policy: {
      id,
      async propose([at], { n, how }, io) {
        const e = await io.call(call, at.state.position)
        const listed = how === 'all' || !Number.isFinite(n) ? e : [...e].sort((a, b) => b.value - a.value).slice(0, n)
        return {
          draws: listed.map(x => ({ action: x.move, text: x.move, forecast: x.value, prior: 1 / e.length })),
          value: { value: best(e) },
        }
      },
    },
    value: { id, value: async (at, io) => ({ value: best(await io.call(call, at.state.position)) }) },
    actionValue: {
      id,
      async forecast(at, actions, io) {
        const e = await io.call(call, at.state.position)
        return actions.map(a => ({ value: e.find(x => x.move === a)?.value ?? Number.NaN }))
      },
    },
  }
}
