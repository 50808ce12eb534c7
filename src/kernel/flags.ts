// The flags of a tree's rows, and their bits.
import type { Flag } from '../contract/index.ts'

/** Flags in the order of their bits. */
export const flagNames = [
  'end',
  'solved',
  'closed',
  'failed',
  'pruned',
  'replaced',
  'aside',
  'gone',
  'destructive',
  'pinned',
] as const satisfies readonly Flag[]
/** The bit of a flag. */
export const bit = Object.fromEntries(flagNames.map((f, i) => [f, 1 << i])) as Record<Flag, number>
/** The edge was taken: it is a node. */
export const taken = 1 << 20
/** Not open for search. */
export const shut = bit.pruned | bit.replaced | bit.aside | bit.gone
/** Nothing below is searched any more. */
export const over = bit.end | bit.closed | bit.failed
