// The vocabulary of list functions: sixteen operations on lists of whole numbers.

export type List = readonly number[]
export interface Primitive {
  readonly name: string
  /** In words, for prompts. */
  readonly does: string
  readonly apply: (xs: List) => number[]
}

/** Longest list and greatest number (its size without a sign) that may come of an operation. */
export const longest = 12
export const greatest = 999

const scan = (xs: List, f: (a: number, x: number) => number): number[] => {
  const out: number[] = []
  for (const x of xs) out.push(out.length === 0 ? x : f(out[out.length - 1], x))
  return out
}

/** All operations, in the order in which prompts list them. */
export const primitives: readonly Primitive[] = [
  { name: 'reverse', does: 'turn the list round', apply: xs => xs.toReversed() },
  { name: 'sort', does: 'ascending order', apply: xs => xs.toSorted((a, b) => a - b) },
  { name: 'unique', does: 'drop repeats, keep the first of each', apply: xs => [...new Set(xs)] },
  { name: 'tail', does: 'drop the first element', apply: xs => xs.slice(1) },
  { name: 'init', does: 'drop the last element', apply: xs => xs.slice(0, -1) },
  { name: 'rotate', does: 'move the first element to the end', apply: xs => [...xs.slice(1), ...xs.slice(0, 1)] },
  { name: 'mirror', does: 'append the list turned round', apply: xs => [...xs, ...xs.toReversed()] },
  { name: 'double', does: 'each element times 2', apply: xs => xs.map(x => 2 * x) },
  { name: 'increment', does: 'each element plus 1', apply: xs => xs.map(x => x + 1) },
  { name: 'decrement', does: 'each element minus 1', apply: xs => xs.map(x => x - 1) },
  { name: 'square', does: 'each element times itself', apply: xs => xs.map(x => x * x) },
  { name: 'evens', does: 'keep the even elements', apply: xs => xs.filter(x => x % 2 === 0) },
  { name: 'odds', does: 'keep the odd elements', apply: xs => xs.filter(x => x % 2 !== 0) },
  { name: 'sums', does: 'running sums', apply: xs => scan(xs, (a, x) => a + x) },
  { name: 'peaks', does: 'running maximum', apply: xs => scan(xs, Math.max) },
  { name: 'gaps', does: 'each element minus the one before it', apply: xs => xs.slice(1).map((x, i) => x - xs[i]) },
]
const byName = new Map(primitives.map(p => [p.name, p]))
export const primitive = (name: string): Primitive | undefined => byName.get(name)

/** The list after an operation; null: it grew beyond the bounds. */
export function apply(p: Primitive, xs: List): number[] | null {
  const out = p.apply(xs)
  return out.length <= longest && out.every(x => Math.abs(x) <= greatest) ? out : null
}

/** The list after a program; null: out of bounds on the way. @param program names that are known */
export function run(program: readonly string[], xs: List): number[] | null {
  let at: number[] | null = [...xs]
  for (const name of program) {
    at = apply(primitive(name)!, at)
    if (at === null) return null
  }
  return at
}

/** `[3 1 2]`. */
export const showList = (xs: List): string => `[${xs.join(' ')}]`
export const sameList = (a: List, b: List): boolean => a.length === b.length && a.every((x, i) => x === b[i])
/** A list as people write it, with or without commas; null: it is none. */
export function readList(text: string): number[] | null {
  const m = /^\s*\[([-\d\s,]*)\]\s*$/.exec(text)
  if (!m) return null
  const words = m[1].split(/[\s,]+/).filter(w => w !== '')
  return words.every(w => /^-?\d+$/.test(w)) ? words.map(Number) : null
}
