// Which programs reach given outputs: breadth first over what the lists become, each table of lists once.
import { apply, type List, primitives, sameList, showList } from './primitives.ts'

const reached = (now: readonly List[], goals: readonly List[]): boolean => now.every((v, i) => sameList(v, goals[i]))

/** The shortest program of at most `most` operations that turns every list into its goal; the first in the order of the operations. null: there is none. */
export function shortest(now: readonly List[], goals: readonly List[], most: number): readonly string[] | null {
  if (reached(now, goals)) return []
  let level: { values: readonly List[]; program: readonly string[] }[] = [{ values: now, program: [] }]
  const seen = new Set([now.map(showList).join('')])
  for (let d = 1; d <= most; d++) {
    const next: typeof level = []
    for (const { values, program } of level) {
      for (const p of primitives) {
        const out: List[] = []
        let good = true
        let hit = true
        for (let i = 0; i < values.length && (good || hit); i++) {
          const v = apply(p, values[i])
          if (v === null) {
            good = hit = false
            break
          }
          out.push(v)
          hit &&= sameList(v, goals[i])
          // On the last level only a hit counts: the first list that misses ends it.
          if (!hit && d === most) good = false
        }
        if (hit) return [...program, p.name]
        if (!good) continue
        const key = out.map(showList).join('')
        if (seen.has(key)) continue
        seen.add(key)
        next.push({ values: out, program: [...program, p.name] })
      }
    }
    level = next
  }
  return null
}
