// How the solutions below a place are shared out among its steps.
import type { Random } from '../../contract/index.ts'
import { dirichlet } from '../../kernel/variates.ts'

/** Up to so many solutions are dealt one by one. */
const few = 128

/**
 * Deals `count` solutions to `n` children of room for `room` each by Polya's urn: a child that has c of them gets the next one in proportion to
 * `spread` + c, or, where the spread is so great that the urn does not matter, in proportion to the room it has left. Many at once: by the urn's
 * limit, a Dirichlet law of the same variance, brought to whole numbers.
 * @returns one count a child; they sum to `count` @param count at most n x room
 */
export function share(count: number, n: number, room: number, spread: number, rng: Random): number[] {
  const out = new Array<number>(n).fill(0)
  if (count <= few) {
    for (let k = 0; k < count; k++) out[rng.weighted(out.map(c => (c >= room ? 0 : spread >= 1e6 ? room - c : spread + c)))]++
    return out
  }
  // Variance of a share: that of `count` draws, and that of the urn.
  const urn = 1 / count + (spread >= 1e6 ? 0 : 1 / (spread * n + 1))
  const law = n === 1 ? [1] : dirichlet(rng, Math.max(1e-3, (1 / urn - 1) / n), n)
  let left = count
  law.forEach((p, i) => {
    out[i] = Math.min(room, Math.floor(p * count))
    left -= out[i]
  })
  const order = rng.shuffle(out.map((_, i) => i))
  for (let k = 0; left > 0; k = (k + 1) % n) {
    const i = order[k]
    // What rounding left over goes one by one, what did not fit as much as there is room for.
    const more = Math.min(room - out[i], left > n ? Math.ceil(left / n) : 1)
    out[i] += more
    left -= more
  }
  return out
}
