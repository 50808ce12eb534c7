import type { Item, Key, Split } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'

// The truth lies here and not in the key, so that nothing which merely holds an item can read it.
const truths = new WeakMap<object, { split: Split; truth: unknown }>()

/** An item whose key hides `truth` from whatever is handed the item. */
export function seal<T, X extends Split>(task: T, truth: unknown, split: X): Item<T, X> {
  const key = Object.freeze({}) as Key<X>
  truths.set(key, { split, truth })
  return { task, key }
}

/** For graders. @throws Failure (usage) on a key that was not sealed here, or for another split */
export function unseal<X extends Split>(key: Key<X>, split: X): unknown {
  const found = truths.get(key)
  if (!found) throw new Failure('usage', 'this key was not sealed by a world', 'make items with the world that grades them')
  if (found.split !== split)
    throw new Failure('usage', `expected a key of the ${split} split, found one of ${found.split}`, 'grade each split with its own grader')
  return found.truth
}
