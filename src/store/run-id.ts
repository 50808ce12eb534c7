// Ids of runs: short, in the order of their making, and found again by their beginning.
import { Failure, nearest } from '../kernel/index.ts'

/** `r-` and ten characters of base 36: eight of the time in milliseconds, two of chance. */
export function runId(now: number, chance: () => number = Math.random): string {
  const time = Math.floor(now).toString(36).padStart(8, '0')
  const two = Math.floor(chance() * 1296)
    .toString(36)
    .padStart(2, '0')
  return `r-${time}${two}`
}

/**
 * The run that was meant.
 * @param wanted what was typed
 * @param found ids that begin with it
 * @param known all ids, oldest first; asked for only where there is no such run
 * @throws Failure `usage` naming the nearest, or those it could be
 */
export function resolveId(wanted: string, found: readonly string[], known: () => readonly string[]): string {
  if (found.includes(wanted)) return wanted
  if (wanted !== '' && found.length === 1) return found[0]
  if (wanted !== '' && found.length > 1) {
    const some = `${found.slice(0, 4).join(', ')}${found.length > 4 ? ', ...' : ''}`
    throw new Failure('usage', `${found.length} runs begin with ${JSON.stringify(wanted)}: ${some}`, 'give more of the id')
  }
  const all = known()
  const near = nearest(wanted, all)
  const say = near !== undefined ? `the nearest is ${near}` : all.length > 0 ? `the newest is ${all.at(-1)}` : 'it holds none yet'
  throw new Failure('usage', `there is no run ${JSON.stringify(wanted)} in this store`, `${say}; all: espalier runs`)
}
