/**
 * Agglomerative clustering by average linkage: the two clusters of the least mean distance become one, until that distance is above `cut`
 * (Sokal and Michener 1958). O(n^3) at worst; meant for hundreds.
 * @returns the number of the cluster of each of n things, from 0 in the order in which they first appear
 */
export function averageLinkage(n: number, distance: (i: number, j: number) => number, cut: number): number[] {
  // Sums of distances between clusters; a cluster lives under the index of its first member.
  const sums = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 0 : distance(i, j))))
  const size = new Array<number>(n).fill(1)
  const into = Array.from({ length: n }, (_, i) => i)
  const open = Array.from({ length: n }, (_, i) => i)
  for (;;) {
    let best: [number, number] | undefined
    let least = Number.POSITIVE_INFINITY
    for (let x = 0; x < open.length; x++)
      for (let y = x + 1; y < open.length; y++) {
        const [i, j] = [open[x], open[y]]
        const d = sums[i][j] / (size[i] * size[j])
        if (d < least) {
          least = d
          best = [i, j]
        }
      }
    if (best === undefined || !(least <= cut)) break
    const [i, j] = best
    for (const k of open) if (k !== i && k !== j) sums[i][k] = sums[k][i] = sums[i][k] + sums[j][k]
    size[i] += size[j]
    open.splice(open.indexOf(j), 1)
    for (let k = 0; k < n; k++) if (into[k] === j) into[k] = i
  }
  const number = new Map<number, number>()
  return into.map(i => {
    if (!number.has(i)) number.set(i, number.size)
    return number.get(i)!
  })
}
