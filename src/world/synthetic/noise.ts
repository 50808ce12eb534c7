// What a critic says of a place: its true worth, through noise in logits.
import { AddressedRandom } from '../../kernel/random.ts'
import type { Path, Truth } from './truth.ts'

/** How a critic errs. All in logits. */
export interface CriticNoise {
  /** Standard deviation of its error. Default 0. */
  sd?: number
  /**
   * How errors hang together. `independent` (default): each place has its own. `inherited`: a place's error follows its parent's. `early`: each its own,
   * greatest at the first step and 0 at the leaves.
   */
  noise?: 'independent' | 'inherited' | 'early'
  /** Of `inherited`: correlation of a place's error with its parent's. Default 0.9. */
  inherit?: number
  /** Systematic error: places that can end well look worse by so much at the first step, and by less and less down to the leaves. Default 0. */
  bias?: number
  /** Standard deviation of what differs from one judgement of a place to the next. Default 0: asked again, it says the same. */
  jitter?: number
  /** Where there is noise, true values are first brought into [floor, 1 - floor]. Default 0.01. */
  floor?: number
}

const normal = (seed: number, truth: Truth, ideas: Path, purpose: string): number => {
  const { hi, lo } = truth.address(ideas)
  return new AddressedRandom(seed, hi, lo, purpose).normal()
}

/**
 * A critic's number for a place, in [0, 1]. Steps that differ only in their wording share their error.
 * @param worth the truth @param index of the judgement at this place, for jitter
 */
export function judged(truth: Truth, path: Path, worth: number, o: CriticNoise & { seed: number }, index: number): number {
  const { sd = 0, noise = 'independent', inherit = 0.9, bias = 0, jitter = 0, floor = 0.01, seed } = o
  if (sd === 0 && bias === 0 && jitter === 0) return worth
  const ideas = truth.ideas(path)
  const { depth } = truth.task
  const shrink = depth === 1 ? 1 : Math.min(1, (depth - ideas.length) / (depth - 1))
  let error = 0
  if (sd > 0 && noise === 'inherited') {
    for (let d = 0; d <= ideas.length; d++) {
      const own = normal(seed, truth, ideas.slice(0, d), 'error')
      error = d === 0 ? own : inherit * error + Math.sqrt(1 - inherit * inherit) * own
    }
  } else if (sd > 0) error = normal(seed, truth, ideas, 'error') * (noise === 'early' ? shrink : 1)
  const p = Math.min(1 - floor, Math.max(floor, worth))
  const off = bias > 0 && truth.live(path) ? -bias * shrink : 0
  const again = jitter > 0 ? jitter * normal(seed, truth, ideas, `jitter ${index}`) : 0
  return 1 / (1 + Math.exp(-(Math.log(p / (1 - p)) + sd * error + off + again)))
}
