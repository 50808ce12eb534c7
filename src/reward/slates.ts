/** Scores given together, comparable only with each other. NaN: left out. */
export interface Slate<K> {
  readonly items: readonly K[]
  readonly scores: readonly number[]
}

/**
 * Scores from different slates made comparable: one latent worth for each item and one offset for each slate, score ~ worth + offset, fitted to all slates
 * together (LATTICE, arXiv:2510.13217, 3.3). What makes it possible is items that several slates share; slates without any keep their own level.
 *
 * @param o.lambda weight of the squared error, in [0, 1]; the rest weighs the Plackett-Luce likelihood of each slate's order. The paper's release: 1
 * @param o.tau steepness of that likelihood: differences of worth times tau are its logits. The paper: 5
 * @returns the worth of an item on the scale of the scores; NaN for one that no slate scored
 */
export function calibrateSlates<K>(
  slates: readonly Slate<K>[],
  o: { lambda: number; tau: number } = { lambda: 1, tau: 5 },
): (item: K) => number {
  const { lambda, tau } = o
  const index = new Map<K, number>()
  const rows: { item: number[]; score: number[] }[] = []
  for (const s of slates) {
    const row: { item: number[]; score: number[] } = { item: [], score: [] }
    s.items.forEach((x, i) => {
      if (!Number.isFinite(s.scores[i])) return
      if (!index.has(x)) index.set(x, index.size)
      row.item.push(index.get(x)!)
      row.score.push(s.scores[i])
    })
    rows.push(row)
  }
  const n = index.size
  const worth = new Float64Array(n)
  const offset = new Float64Array(rows.length)
  const count = new Float64Array(n)
  for (const r of rows)
    r.item.forEach((x, i) => {
      worth[x] += r.score[i]
      count[x]++
    })
  for (let x = 0; x < n; x++) worth[x] /= count[x]
  /** Draws offsets to 0: without it worths and offsets could move against each other for ever. */
  const ridge = 1e-3
  const orders = rows.map(r => r.item.map((_, i) => i).sort((a, b) => r.score[b] - r.score[a]))
  for (let sweep = 0; sweep < 400; sweep++) {
    rows.forEach((r, s) => {
      let sum = 0
      for (let i = 0; i < r.item.length; i++) sum += r.score[i] - worth[r.item[i]]
      offset[s] = sum / (r.item.length + ridge)
    })
    const g = new Float64Array(n)
    const h = new Float64Array(n)
    rows.forEach((r, s) => {
      for (let i = 0; i < r.item.length; i++) {
        g[r.item[i]] += lambda * (r.score[i] - offset[s] - worth[r.item[i]])
        h[r.item[i]] += lambda
      }
      if (lambda < 1) plackettLuce(r, orders[s], worth, tau, 1 - lambda, g, h)
    })
    let moved = 0
    for (let x = 0; x < n; x++) {
      // Likelihoods of an order alone have no maximum; a little weight on where it stands keeps steps finite.
      const by = g[x] / (h[x] + ridge)
      worth[x] += by
      moved = Math.max(moved, Math.abs(by))
    }
    if (moved < 1e-9) break
  }
  return item => {
    const x = index.get(item)
    return x === undefined ? Number.NaN : worth[x]
  }
}

/** Gradient of the log-likelihood of an order, and a bound of its curvature. Equal scores are no order between them. */
function plackettLuce(
  r: { item: number[]; score: number[] },
  order: readonly number[],
  worth: Float64Array,
  tau: number,
  weight: number,
  g: Float64Array,
  h: Float64Array,
): void {
  for (let k = 0; k + 1 < order.length; k++) {
    const rest = order.slice(k).filter((i, j) => j === 0 || r.score[i] < r.score[order[k]])
    if (rest.length < 2) continue
    const top = Math.max(...rest.map(i => worth[r.item[i]]))
    const e = rest.map(i => Math.exp(tau * (worth[r.item[i]] - top)))
    const total = e.reduce((a, x) => a + x, 0)
    rest.forEach((i, j) => {
      const p = e[j] / total
      g[r.item[i]] += weight * tau * ((j === 0 ? 1 : 0) - p)
      h[r.item[i]] += weight * tau * tau * 0.5
    })
  }
}
