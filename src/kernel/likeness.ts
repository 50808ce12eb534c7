/** Share of the words that two texts have in common, each word once (Jaccard index): 0 for none, or for texts without words; 1 for the same words. */
export function wordsInCommon(a: string, b: string): number {
  const [x, y] = [a, b].map(text => new Set(text.match(/[\p{L}\p{N}]+/gu)))
  let both = 0
  for (const w of x) if (y.has(w)) both++
  return both === 0 ? 0 : both / (x.size + y.size - both)
}
