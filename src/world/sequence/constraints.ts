// What a list of numbers may be asked to be, and what is found when one looks.
/** In the order in which they are written. */
export const kinds = ['count', 'sum', 'spread', 'includes', 'multiple'] as const
export type Kind = (typeof kinds)[number]
/** A wanted value of each kind; 0: not asked for. */
export type Constraints = Readonly<Record<Kind, number>>

/** Numbers are 1 to this, and there are at most so many of them. */
export const largest = 30
export const longest = 6

/**
 * What is compared with the wanted value: how many there are, their sum, the greatest less the smallest; the number nearest to the one to be included; the first
 * that is no multiple, else the first.
 */
export function found(kind: Kind, wanted: number, xs: readonly number[]): number {
  if (kind === 'count') return xs.length
  if (kind === 'sum') return xs.reduce((a, b) => a + b, 0)
  if (kind === 'spread') return Math.max(...xs) - Math.min(...xs)
  if (kind === 'multiple') return xs.find(x => x % wanted !== 0) ?? xs[0]
  return xs.reduce((best, x) => (Math.abs(x - wanted) < Math.abs(best - wanted) ? x : best))
}
export const met = (kind: Kind, wanted: number, xs: readonly number[]): boolean =>
  kind === 'multiple' ? found(kind, wanted, xs) % wanted === 0 : found(kind, wanted, xs) === wanted

export const asked = (c: Constraints): Kind[] => kinds.filter(k => c[k] > 0)
/** Those that are not met. */
export const broken = (c: Constraints, xs: readonly number[]): Kind[] => asked(c).filter(k => !met(k, c[k], xs))

/** A constraint in words. */
export const inWords: Readonly<Record<Kind, (wanted: number) => string>> = {
  count: n => `there are ${n} numbers`,
  sum: n => `their sum is ${n}`,
  spread: n => `the greatest less the smallest is ${n}`,
  includes: n => `${n} is among them`,
  multiple: n => `every number is a multiple of ${n}`,
}
/** What is wrong, in words. */
export function complaint(kind: Kind, wanted: number, xs: readonly number[]): string {
  const x = found(kind, wanted, xs)
  if (kind === 'count') return `there are ${x} numbers, not ${wanted}`
  if (kind === 'sum') return `their sum is ${x}, not ${wanted}`
  if (kind === 'spread') return `the greatest less the smallest is ${x}, not ${wanted}`
  return kind === 'includes' ? `${wanted} is not among them` : `${x} is no multiple of ${wanted}`
}

/** Lists that meet all constraints, each in ascending order, in the order of the first numbers; at most so many. Where no count is asked for: of the fewest numbers. */
export function solutions(c: Constraints, most: number): number[][] {
  const values = Array.from({ length: largest }, (_, i) => i + 1).filter(x => c.multiple === 0 || x % c.multiple === 0)
  const out: number[][] = []
  for (const n of c.count > 0 ? [c.count] : Array.from({ length: longest }, (_, i) => i + 1)) {
    const at: number[] = []
    const go = (from: number, sum: number): void => {
      if (out.length >= most) return
      if (at.length === n) {
        if (broken(c, at).length === 0) out.push([...at])
        return
      }
      const left = n - at.length
      for (let i = from; i < values.length; i++) {
        const x = values[i]
        if (c.sum > 0 && sum + x * left > c.sum) break
        if (c.sum > 0 && sum + x + (left - 1) * largest < c.sum) continue
        if (c.spread > 0 && at.length > 0 && x - at[0] > c.spread) break
        at.push(x)
        go(i, sum + x)
        at.pop()
      }
    }
    go(0, 0)
    if (out.length > 0) return out
  }
  return out
}
