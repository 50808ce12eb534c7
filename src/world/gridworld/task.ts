// Tasks as people write them: a map, or the settings that one is made from.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Named, Wish } from '../entry.ts'
import { madeTasks } from '../made.ts'
import { readSettings } from '../settings.ts'
import { splitBy } from '../split.ts'
import { generate, type Made, made } from './generate.ts'
import { distance, type Grid } from './grid.ts'

/** Rows from north to south; see `Grid` for the letters, `@` is the start. Goal and `steps`: to be reached within so many moves. */
export interface GridTask {
  readonly map: readonly string[]
  readonly steps: number
}

const example = '"rooms=4 size=3 doors=1 seed=7", or a map: "#####/#@.G#/##### steps=8"'
const largest = 2500
const wrong = (what: string): Failure => new Failure('usage', `gridworld: ${what}`, `a task looks like ${example}`)

/** @throws Failure (usage) that says what was expected and what was found */
export function parseTask(input: unknown): GridTask {
  if (typeof input === 'string') {
    const text = input.trim()
    if (text.startsWith('{')) {
      try {
        return parseTask(JSON.parse(text))
      } catch (e) {
        throw e instanceof SyntaxError ? wrong(`no valid JSON in ${JSON.stringify(text.slice(0, 60))}`) : e
      }
    }
    if (/^[#@.~]|^[Ga-fA-F][#.~@Ga-fA-F]*([\n/]|\s+steps=|$)/.test(text)) {
      const m = /^([\s\S]*?)(?:\s+steps=(\S+))?$/.exec(text)!
      return fromMap(
        m[1].split(/[\n/]/).map(r => r.trim()),
        m[2],
      )
    }
  } else if (typeof input === 'object' && input !== null && 'map' in input) {
    const { map, steps } = input as { map: unknown; steps?: unknown }
    const rows = typeof map === 'string' ? map.trim().split(/[\n/]/) : map
    if (!Array.isArray(rows) || rows.some(r => typeof r !== 'string')) throw wrong('expected the map as a list of rows')
    return fromMap(rows as string[], steps)
  }
  return fromSettings(readSettings('gridworld', input, made))
}

function fromSettings(m: Made): GridTask {
  if (m.rooms * m.size ** 2 < 2) throw wrong('expected at least two cells to stand on')
  const { map, fewest } = generate(m)
  return { map, steps: Math.ceil(fewest * m.slack) }
}

function fromMap(map: readonly string[], steps: unknown): GridTask {
  const text = map.join('')
  const odd = /[^#.~@Ga-fA-F]/.exec(text)
  if (odd) throw wrong(`no such cell as "${odd[0]}" (cells: # . ~ @ G a-f A-F)`)
  if (map.some(r => r.length !== map[0].length)) throw wrong('expected rows of equal length')
  if (text.length > largest) throw wrong(`expected at most ${largest} cells, found ${text.length}`)
  const count = (c: string): number => text.split(c).length - 1
  if (count('@') !== 1) throw wrong(`expected one start @, found ${count('@')}`)
  if (count('G') < 1) throw wrong('expected a goal G, found none')
  const twice = [...'abcdef'].find(k => count(k) > 1)
  if (twice) throw wrong(`expected one key ${twice}, found ${count(twice)}`)
  const limit = steps === undefined ? 1 : Number(steps)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1e6)
    throw wrong(`expected steps as a whole number from 1, found ${JSON.stringify(steps)}`)
  const task = { map, steps: limit }
  const fewest = fewestMoves(task)
  if (!Number.isFinite(fewest)) throw wrong('the goal of this map cannot be reached')
  return steps === undefined ? { map, steps: 2 * fewest } : task
}

/** The map as the rules read it. */
export function gridOf(t: GridTask): Grid {
  const text = t.map.join('')
  return { width: t.map[0].length, cells: text.replace('@', '.'), start: text.indexOf('@'), steps: t.steps }
}
/** Fewest moves from start to goal. */
export const fewestMoves = (t: GridTask): number => {
  const g = gridOf(t)
  return distance(g, { at: g.start, keys: 0, open: 0 })
}

/** As one would type it. */
export const showTask = (t: GridTask): string => `${t.map.join('/')} steps=${t.steps}`
export const splitOf = (t: GridTask): Split => splitBy(t.map.join('/'))

/** Maps by seed; the settings may be given, `size` of a wish is the number of rooms. */
export interface GridWish extends Wish {
  readonly made?: Partial<Omit<Made, 'rooms' | 'seed'>>
}
export const tasks = (w: GridWish): Named<GridTask>[] =>
  madeTasks('gridworld', w, made, {
    given: { ...w.made, ...(w.size === undefined ? {} : { rooms: w.size }) },
    of: fromSettings,
    text: t => t.map.join('/'),
    split: splitOf,
    weight: fewestMoves,
  })
