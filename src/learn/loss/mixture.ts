// What to learn from at this step, of imitation and of reinforcement: schedules and gates.

/** A number for a step. */
export type Schedule = (step: number) => number
export const constant =
  (x: number): Schedule =>
  () =>
    x

/** CHORD's mu (arXiv:2508.11408): from 0 to `peak` over `warmup` steps, along half a cosine to `valley` over `decay` steps, then there. */
export const chordMu =
  (o: { warmup?: number; decay?: number; peak?: number; valley?: number } = {}): Schedule =>
  step => {
    const { warmup = 0, decay = 200, peak = 0.9, valley = 0.05 } = o
    if (step < warmup) return (step / warmup) * peak
    if (step < warmup + decay) return valley + (peak - valley) * 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / decay))
    return valley
  }

/** Length of a hint as a share of the demonstration (Prefix-RFT): uniform between a falling cosine and `high`. @param u uniform in [0, 1) */
export const prefixShare = (step: number, steps: number, u: number, o: { high?: number; low?: number } = {}): number => {
  const { high = 0.95, low = 0.05 } = o
  const floor = low + (high - low) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / Math.max(1, steps))))
  return floor + (high - floor) * u
}

/** How much of each is learnt from for one prompt, by its share of successes. */
export type Gate = (success: number) => { rl: number; sft: number }
/** HPT (arXiv:2509.04419): reinforcement above gamma, else imitation. */
export const hptGate =
  (gamma = 0): Gate =>
  P =>
    P > gamma ? { rl: 1, sft: 0 } : { rl: 0, sft: 1 }
/** IGPO (arXiv:2509.10396): hints enter only where every response failed. @returns how many failures are replaced @param most lambda G */
export const igpoReplaced = (rewards: readonly number[], succeeded: number, most: number): number =>
  rewards.some(r => r > 0) ? 0 : Math.min(succeeded, Math.floor(most), rewards.length)

/** A difficulty's weight at step i of m: D + min(i / m, 1) (1 - D): hard ones count in full from step m on. */
export const curriculumWeight = (difficulty: number, step: number, steps: number): number =>
  difficulty + Math.min(step / steps, 1) * (1 - difficulty)

/** B-STaR's balance of one query (arXiv:2412.17256): min(n' / n*, 1) n' / n, of n kept samples of which n' are right and different. 0 where none was kept. */
export const balance = (kept: number, right: number, wanted = 8): number => (kept === 0 ? 0 : Math.min(right / wanted, 1) * (right / kept))
