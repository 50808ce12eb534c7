// Functions to be maximised whose optimum is known.
import { AddressedRandom } from '../../kernel/random.ts'

export const kinds = ['sphere', 'rastrigin', 'ackley'] as const
export interface LandscapeTask {
  readonly kind: (typeof kinds)[number]
  /** Variables. */
  readonly dims: number
  /** Where the optimum lies; 0: at the origin. */
  readonly seed: number
}
/** Every variable lies in [-bound, bound], as is usual for Rastrigin's function. */
export const bound = 5.12

const costs: Record<LandscapeTask['kind'], (z: readonly number[]) => number> = {
  sphere: z => z.reduce((s, x) => s + x * x, 0),
  rastrigin: z => z.reduce((s, x) => s + x * x - 10 * Math.cos(2 * Math.PI * x) + 10, 0),
  ackley: z => {
    const square = z.reduce((s, x) => s + x * x, 0) / z.length
    const wave = z.reduce((s, x) => s + Math.cos(2 * Math.PI * x), 0) / z.length
    return -20 * Math.exp(-0.2 * Math.sqrt(square)) - Math.exp(wave) + 20 + Math.E
  },
}
/** What a cost is divided by: about the greatest in the box. */
const heights: Record<LandscapeTask['kind'], (dims: number) => number> = {
  sphere: d => d * bound * bound,
  rastrigin: d => d * 40.36,
  ackley: () => 22.4,
}
/** So near the optimum, in every variable on average, counts as there. */
const near = 0.01

const shifts = new Map<string, readonly number[]>()
/** Where the optimum lies: within the middle half of the box. */
export function optimum({ kind, dims, seed }: LandscapeTask): readonly number[] {
  const id = `${kind} ${dims} ${seed}`
  let shift = shifts.get(id)
  if (shift === undefined) {
    const r = new AddressedRandom(seed, dims, 0, kind)
    shift = Array.from({ length: dims }, () => (seed === 0 ? 0 : (r.next() - 0.5) * bound))
    shifts.set(id, shift)
  }
  return shift
}

/** 1 at the optimum (within a hundredth), 0 or a little more at the worst place. */
export function height(t: LandscapeTask, x: readonly number[]): number {
  const o = optimum(t)
  const z = x.map((v, i) => v - o[i])
  if (z.reduce((s, v) => s + v * v, 0) <= t.dims * near * near) return 1
  // Beside the optimum never quite 1, however flat it is there.
  return Math.min(1 - 1e-9, Math.max(0, 1 - costs[t.kind](z) / heights[t.kind](t.dims)))
}

/** Two coordinates turned by an angle: of the mean of the even and of the odd variables. They say where a point lies, not how high. */
export function turned(t: LandscapeTask, x: readonly number[]): [number, number] {
  const mean = (odd: number): number => {
    const own = x.filter((_, i) => i % 2 === odd)
    return own.length === 0 ? 0 : own.reduce((s, v) => s + v, 0) / own.length
  }
  const [a, b] = [mean(0), mean(1)]
  const angle = Math.PI / 6 + t.seed
  return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)]
}
