/**
 * Does a text go round in circles: does some substring of `length` characters come at least `times` times? Overlapping ones count, so that a short
 * phrase said over and over is found too. Linear in the text.
 */
export function repeats(text: string, o: { length?: number; times?: number } = {}): boolean {
  const { length = 32, times = 8 } = o
  const seen = new Map<string, number>()
  for (let i = 0; i + length <= text.length; i++) {
    const part = text.slice(i, i + length)
    const count = (seen.get(part) ?? 0) + 1
    if (count >= times) return true
    seen.set(part, count)
  }
  return false
}
