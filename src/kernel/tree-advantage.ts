// Advantages of the segments of a sampled tree, for policy gradients: how much better than expected was it to go this way? Numbers in, numbers out.

/** What was sampled: a tree by its parents, and the answers its leaves gave. Samples that share a prefix share its nodes. */
export interface SampledTree {
  /** Parent of each node, -1 for the root; a parent stands before its children. */
  readonly parent: ArrayLike<number>
  /** One for each finished sample: the node where it ends, and its reward. NaN: unknown, and left out. Several may end at one node. */
  readonly leaves: readonly { node: number; reward: number }[]
}

/**
 * | mode | advantage of the segment into a node |
 * |---|---|
 * | global | of a leaf R - mean R; of a node the mean over the leaves below (GRPO without scale, arXiv:2402.03300) |
 * | ancestorMean | of a leaf the mean, over its ancestors of more than one leaf, of R - mean R of the leaves below that ancestor, the root always among them (TreePO, arXiv:2508.17445); of a node the mean over the leaves below |
 * | sibling | V less the mean V of the parent's children, each once; 0 for an only child (V-STAR, arXiv:2602.10699; before its scale) |
 * | segment | V less V of the parent (TreePO, the segment-wise variant) |
 *
 * V of a node is the mean reward of the leaves below it.
 */
export type TreeAdvantageMode = 'global' | 'ancestorMean' | 'sibling' | 'segment'

/** How many leaves of known reward lie below each node, itself included, and their mean reward (NaN: none). */
export function leafMeans({ parent, leaves }: SampledTree): { count: Float64Array; mean: Float64Array } {
  const count = new Float64Array(parent.length)
  const mean = new Float64Array(parent.length)
  for (const { node, reward } of leaves) {
    if (Number.isNaN(reward)) continue
    count[node]++
    mean[node] += reward
  }
  for (let n = parent.length - 1; n > 0; n--) {
    if (parent[n] < 0) continue
    count[parent[n]] += count[n]
    mean[parent[n]] += mean[n]
  }
  for (let n = 0; n < mean.length; n++) mean[n] /= count[n]
  return { count, mean }
}

/**
 * Advantage of each leaf as a whole answer, in the order of `leaves`; NaN where its reward is unknown.
 * @param o.weight how ancestors count in `ancestorMean`: `even`, or `size` by the number of their leaves
 * @param o.skipEqual leave out ancestors all of whose leaves have one reward: they say nothing. The root is left out never.
 */
export function leafAdvantage(
  tree: SampledTree,
  mode: 'global' | 'ancestorMean',
  o: { weight?: 'even' | 'size'; skipEqual?: boolean } = {},
): Float64Array {
  const { parent, leaves } = tree
  const { count, mean } = leafMeans(tree)
  const equal = o.skipEqual ? equalBelow(tree) : null
  return Float64Array.from(leaves, ({ node, reward }) => {
    if (Number.isNaN(reward)) return Number.NaN
    let sum = 0
    let total = 0
    for (let g = node; g >= 0; g = parent[g]) {
      const root = parent[g] < 0
      if (!root && (mode === 'global' || count[g] <= 1 || equal?.[g] === 1)) continue
      const w = o.weight === 'size' ? count[g] : 1
      sum += w * (reward - mean[g])
      total += w
    }
    return sum / total
  })
}

/** 1 for nodes whose leaves all have one reward. */
function equalBelow({ parent, leaves }: SampledTree): Uint8Array {
  const low = new Float64Array(parent.length).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(parent.length).fill(Number.NEGATIVE_INFINITY)
  for (const { node, reward } of leaves) {
    for (let g = node; g >= 0 && !Number.isNaN(reward); g = parent[g]) {
      low[g] = Math.min(low[g], reward)
      high[g] = Math.max(high[g], reward)
    }
  }
  return Uint8Array.from(low, (x, n) => (x >= high[n] ? 1 : 0))
}

/**
 * Advantage of the segment into each node; that of the root is 0, and so is that of a node with no leaf of known reward below.
 *
 * A shared segment stands once. A loss that sums over whole answers counts it once for each leaf below: multiply by `leafMeans(tree).count` to do so.
 * @param o.decay factor for each level below the root's children, at most 1 (default): for `segment`
 * @param o.scale `group`: divide `sibling` by the standard deviation among the siblings; a group of equal values gives 0
 * @param o.weight @param o.skipEqual as for `leafAdvantage`
 */
export function treeAdvantage(
  tree: SampledTree,
  mode: TreeAdvantageMode,
  o: { decay?: number; scale?: 'none' | 'group'; weight?: 'even' | 'size'; skipEqual?: boolean } = {},
): Float64Array {
  const { parent, leaves } = tree
  if (mode === 'global' || mode === 'ancestorMean') {
    const each = leafAdvantage(tree, mode, o)
    const out = leafMeans({ parent, leaves: leaves.map(({ node }, i) => ({ node, reward: each[i] })) }).mean
    return out.map((a, n) => (parent[n] < 0 || Number.isNaN(a) ? 0 : a))
  }
  const { mean } = leafMeans(tree)
  const out = new Float64Array(parent.length)
  if (mode === 'segment') {
    const decay = o.decay ?? 1
    const factor = new Float64Array(parent.length).fill(1)
    for (let n = 0; n < out.length; n++) {
      const p = parent[n]
      if (p < 0) continue
      if (parent[p] >= 0) factor[n] = factor[p] * decay
      if (!Number.isNaN(mean[n])) out[n] = factor[n] * (mean[n] - mean[p])
    }
    return out
  }
  const sums = new Float64Array(parent.length)
  const squares = new Float64Array(parent.length)
  const siblings = new Float64Array(parent.length)
  for (let n = 0; n < out.length; n++) {
    const p = parent[n]
    if (p < 0 || Number.isNaN(mean[n])) continue
    siblings[p]++
    sums[p] += mean[n]
  }
  for (let n = 0; n < out.length; n++)
    if (parent[n] >= 0 && !Number.isNaN(mean[n])) squares[parent[n]] += (mean[n] - sums[parent[n]] / siblings[parent[n]]) ** 2
  for (let n = 0; n < out.length; n++) {
    const p = parent[n]
    if (p < 0 || Number.isNaN(mean[n]) || siblings[p] < 2) continue
    const sd = Math.sqrt(squares[p] / siblings[p])
    // Of equal siblings none was better: a difference over a spread of rounding errors would be noise of size 1.
    if (sd > 1e-12) out[n] = (mean[n] - sums[p] / siblings[p]) / (o.scale === 'group' ? sd : 1)
  }
  return out
}
