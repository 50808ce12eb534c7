// Ids of runs: short, in the order of their making, and found again by their beginning.
import { Failure } from '../kernel/failure.ts'

/** `r-` and ten characters of base 36: eight of the time in milliseconds, two of chance. */
export function runId(now: number, chance: () => number = Math.random): string {
  const time = Math.floor(now).toString(36).padStart(8, '0')
  const two = Math.floor(chance() * 1296)
    .toString(36)
    .padStart(2, '0')
  return `r-${time}${two}`
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]
}

/** The known id most like one that is not known; null: none is known. */
export function nearest(id: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = Infinity
  for (const k of known) {
    // An id is often cut off or lacks its first characters: compare like with like.
    const d = Math.min(distance(id, k), distance(id, k.slice(0, id.length)) + 0.5, distance(id, k.slice(-id.length)) + 0.5)
    if (d < least) {
      best = k
      least = d
    }
  }
  return best
}

/** @param wanted what was typed @param found ids that begin with it @param known all ids, asked for only where there is no such run */
export function resolveId(wanted: string, found: readonly string[], known: () => readonly string[]): string {
  if (found.includes(wanted)) return wanted
  if (wanted !== '' && found.length === 1) return found[0]
  if (wanted !== '' && found.length > 1)
    throw new Failure(
      'usage',
      `${found.length} runs begin with ${wanted}: ${found.slice(0, 4).join(', ')}${found.length > 4 ? ', ...' : ''}`,
      'give more of the id',
    )
  const near = nearest(wanted, known())
  throw new Failure(
    'usage',
    `there is no run ${JSON.stringify(wanted)} in this store`,
    near ? `the nearest is ${near}; see \`espalier runs\`` : 'the store holds no runs yet',
  )
}
