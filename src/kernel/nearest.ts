/** The name most like `name` (Damerau-Levenshtein, optimal string alignment), or undefined where none is near: at most a third of its length away, and 1 at least. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(Math.max(name.length, 3) / 3))
  let best: string | undefined
  let least = limit + 1
  for (const other of names) {
    const d = editDistance(name.toLowerCase(), other.toLowerCase())
    if (d < least) {
      least = d
      best = other
    }
  }
  if (best !== undefined) return best
  // A beginning, or a part of a longer name, is likely meant, too.
  return name.length >= 3 ? names.find(x => x.startsWith(name) || x.split('-').includes(name)) : undefined
}

/** Fewest characters (or items of lists) to insert, delete, replace or swap with their neighbour that make b of a: optimal string alignment. */
export function editDistance(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let d = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2] + 1)
      row.push(d)
    }
    before = last
    last = row
  }
  return last[b.length]
}
