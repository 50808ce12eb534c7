// Plans beside plans: what two sequences have in common, and how alike two words look.

/** Length of the longest common subsequence. O(a b). */
export function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  let last = new Array<number>(b.length + 1).fill(0)
  for (const x of a) {
    const row = [0]
    for (let j = 0; j < b.length; j++) row.push(x === b[j] ? last[j] + 1 : Math.max(last[j + 1], row[j]))
    last = row
  }
  return last[b.length]
}

/** Dice's coefficient of the pairs of neighbouring letters, in [0, 1]; 1 for equal texts, whatever their case. */
export function likeness(a: string, b: string): number {
  const pairs = (s: string): string[] => Array.from({ length: Math.max(0, s.length - 1) }, (_, i) => s.slice(i, i + 2))
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  if (x === y) return 1
  const left = pairs(y)
  const all = pairs(x).length + left.length
  let shared = 0
  for (const p of pairs(x)) {
    const i = left.indexOf(p)
    if (i < 0) continue
    shared++
    left.splice(i, 1)
  }
  return all === 0 ? 0 : (2 * shared) / all
}
