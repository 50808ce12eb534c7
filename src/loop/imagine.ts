// New problems out of those that were searched, for the next round.
import type { Random } from '../contract/index.ts'
import type { WorldEntry } from '../world/index.ts'
import type { Harvest } from './spec.ts'

/**
 * Variants of searched problems, as one types them: of the train split, each new, none twice, none that is over before it begins. Where the world makes no variants
 * there are none.
 * @param known problems that are there already @param n at most so many
 */
export function imagined(
  { variant, splitOf, showTask, world }: WorldEntry,
  trees: readonly Harvest[],
  known: readonly { readonly task: unknown }[],
  n: number,
  random: Random,
): string[] {
  if (variant === undefined || world.kind !== 'pure' || trees.length === 0) return []
  const keyOf = (task: unknown): string => (world.key === undefined ? showTask(task) : String(world.key(world.start(task))))
  const seen = new Set(known.map(p => keyOf(p.task)))
  const out: string[] = []
  const sources = random.shuffle(trees)
  // A few for each that is wanted: of some problems no variant is new.
  for (let i = 0; i < 10 * n && out.length < n; i++) {
    const task = variant(sources[i % sources.length].task, random)
    const key = keyOf(task)
    if (seen.has(key) || world.outcome(world.start(task)) !== null || (splitOf !== undefined && splitOf(task) !== 'train')) continue
    seen.add(key)
    out.push(showTask(task))
  }
  return out
}
