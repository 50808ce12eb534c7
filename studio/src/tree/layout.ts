// Where each row lies. One linear pass serves all three layouts: every leaf has a slot, an inner node lies in the middle between its first and its last
// child, its depth is the other coordinate. No recursion: rows come after their parents, so a loop down the rows and one up are enough.
import type { Columns } from './columns.ts'

export type Shape = 'tidy' | 'radial' | 'icicle'
export interface Layout {
  shape: Shape
  /** Rows that it knows; later ones have no place yet. */
  size: number
  /** Row at the left, or in the middle. */
  root: number
  /** Rows that have a place. */
  shown: number
  maxDepth: number
  /** Slots. */
  breadth: number
  /** World coordinates by row; NaN: not shown. */
  x: Float64Array
  y: Float64Array
  /** Of an icicle: the slots that a row covers. */
  from: Float64Array
  to: Float64Array
  /** Children in tree order: those of row r are `kids[first[r]]` to `kids[first[r + 1] - 1]`. */
  first: Int32Array
  kids: Int32Array
}

/** Children of every row in the order of their ranks. */
export function childrenOf(c: Columns): { first: Int32Array; kids: Int32Array } {
  const n = c.size
  const first = new Int32Array(n + 1)
  for (let r = 1; r < n; r++) first[c.parent[r] + 1]++
  for (let r = 0; r < n; r++) first[r + 1] += first[r]
  const at = first.slice(0, n)
  const kids = new Int32Array(Math.max(0, n - 1))
  for (let r = 1; r < n; r++) {
    // Mostly they come in order: a step of insertion sort costs nothing then.
    const p = c.parent[r]
    let i = at[p]++
    while (i > first[p] && c.rank[kids[i - 1]] > c.rank[r]) {
      kids[i] = kids[i - 1]
      i--
    }
    kids[i] = r
  }
  return { first, kids }
}

/** Between groups of cousins, in slots. */
const gap = 0.4

/** `hidden`: bits of flags of rows that are left out with all below them (the root and `keep` never are). */
export function layOut(c: Columns, shape: Shape, root: number, hidden: number, untaken: number): Layout {
  const n = c.size
  const { first, kids } = childrenOf(c)
  const x = new Float64Array(n).fill(Number.NaN)
  const y = new Float64Array(n).fill(Number.NaN)
  const from = new Float64Array(n)
  const to = new Float64Array(n)
  const inside = new Uint8Array(n)
  const width = new Float64Array(n)
  if (root >= n) return { shape, size: n, root, shown: 0, maxDepth: 0, breadth: 0, x, y, from, to, first, kids }

  const { parent, depth, flags } = c
  let shown = 0
  let maxDepth = 0
  inside[root] = 1
  for (let r = root; r < n; r++) {
    if (r !== root) {
      if (inside[parent[r]] === 0) continue
      if ((flags[r] & hidden) !== 0 || (untaken !== 0 && (flags[r] & untaken) === 0)) continue
      inside[r] = 1
    }
    shown++
    const d = depth[r] - depth[root]
    if (d > maxDepth) maxDepth = d
  }
  // How many slots a row and all below it take.
  const children = new Int32Array(n)
  for (let r = n - 1; r > root; r--) {
    if (inside[r] === 0) continue
    if (children[r] === 0) width[r] = 1
    else if (children[r] > 1) width[r] += gap
    width[parent[r]] += width[r]
    children[parent[r]]++
  }
  if (children[root] === 0) width[root] = 1
  // Where they begin.
  to[root] = width[root]
  for (let r = root; r < n; r++) {
    if (inside[r] === 0) continue
    x[r] = depth[r] - depth[root]
    let at = from[r] + (children[r] > 1 && r !== root ? gap / 2 : 0)
    for (let i = first[r]; i < first[r + 1]; i++) {
      const k = kids[i]
      if (inside[k] === 0) continue
      from[k] = at
      at += width[k]
      to[k] = at
    }
  }
  // The middle between the first child and the last.
  for (let r = n - 1; r >= root; r--) {
    if (inside[r] === 0) continue
    if (children[r] === 0) {
      y[r] = (from[r] + to[r]) / 2
      continue
    }
    let low = Number.NaN
    let high = Number.NaN
    for (let i = first[r]; i < first[r + 1]; i++) {
      const k = kids[i]
      if (inside[k] === 0) continue
      if (Number.isNaN(low)) low = y[k]
      high = y[k]
    }
    y[r] = (low + high) / 2
  }
  const breadth = width[root]
  if (shape === 'radial') {
    const turn = (2 * Math.PI) / Math.max(breadth, 3)
    for (let r = root; r < n; r++) {
      if (inside[r] === 0) continue
      const angle = y[r] * turn - Math.PI / 2
      const d = x[r]
      x[r] = d * Math.cos(angle)
      y[r] = d * Math.sin(angle)
    }
  }
  return { shape, size: n, root, shown, maxDepth, breadth, x, y, from, to, first, kids }
}
