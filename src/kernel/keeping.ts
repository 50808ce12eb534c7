/**
 * What was worked out once, by name. Emptied rather than grown without bound: a pure function's values come back the same.
 * @param most values kept
 * @returns the value of a name; `make` is asked where it is not kept
 */
export function keeping<V extends NonNullable<unknown>>(most: number): (name: string, make: () => V) => V {
  const kept = new Map<string, V>()
  return (name, make) => {
    let v = kept.get(name)
    if (v === undefined) {
      v = make()
      if (kept.size >= most) kept.clear()
      kept.set(name, v)
    }
    return v
  }
}
