// Graphs as people write them, and graphs that need a look-ahead.
import type { Split } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { chain, hashText, mix } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish } from '../entry.ts'
import { type Edge, type GraphTask, known } from './game.ts'

const most = 99
const hint = 'a task looks like "1>2 2>3 1>4: 1 -> 3": edges, then start and goal; vertices are whole numbers from 0 to 99'

/** `"1>2 2>3 1>4: 1 -> 3"`, `{ edges: [[1, 2], ...], start, goal }`. @throws Failure (usage), one line */
export function parseTask(input: unknown): GraphTask {
  const shown = (typeof input === 'string' ? `"${input}"` : (JSON.stringify(input) ?? String(input))).slice(0, 120)
  const wrong = (what: string): Failure => new Failure('usage', `graph: ${what} in ${shown}`, hint)
  const vertex = (x: unknown): number => {
    const n = typeof x === 'string' && /^\d+$/.test(x) ? Number(x) : x
    if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n > most)
      throw wrong(`expected a vertex 0 to ${most}, found ${JSON.stringify(x)}`)
    return n
  }
  let task: GraphTask
  if (typeof input === 'string') {
    const [left, right, ...more] = input.split(':')
    const ends = /^\s*(\S+?)\s*(?:->|=>|>|\u2192|to\b)\s*(\S+)\s*$/.exec(right ?? '')
    if (!ends || more.length > 0) throw wrong('no start and goal after one colon')
    const edges = left
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map((e): Edge => {
        const m = /^(\w+)(?:->|>|\u2192|-)(\w+)$/.exec(e)
        if (!m) throw wrong(`expected edges such as 1>2, found "${e}"`)
        return [vertex(m[1]), vertex(m[2])]
      })
    task = { edges, start: vertex(ends[1]), goal: vertex(ends[2]) }
  } else {
    const { edges, start, goal } = (typeof input === 'object' && input !== null ? input : {}) as Partial<Record<keyof GraphTask, unknown>>
    if (!Array.isArray(edges) || edges.some(e => !Array.isArray(e) || e.length !== 2)) throw wrong('no list of edges [from, to]')
    task = { edges: edges.map(([a, b]): Edge => [vertex(a), vertex(b)]), start: vertex(start), goal: vertex(goal) }
  }
  if (task.edges.length === 0) throw wrong('no edges')
  if (task.start === task.goal) throw wrong('start and goal are the same')
  const loop = task.edges.find(([a, b]) => a === b)
  if (loop) throw wrong(`an edge from ${loop[0]} to itself`)
  return task
}
export const showEdges = (edges: readonly Edge[]): string => edges.map(([a, b]) => `${a}>${b}`).join(' ')
export const showTask = (t: GraphTask): string => `${showEdges(t.edges)}: ${t.start} -> ${t.goal}`

/** 70 % train, 15 % dev, 15 % test, by a fixed hash of the set of edges, start and goal. */
export function split(t: GraphTask): Split {
  const edges = t.edges.map(([a, b]) => `${a}>${b}`).sort()
  const share = mix(hashText(`${[...new Set(edges)].join(' ')}:${t.start}>${t.goal}`), 0x67a9) % 100
  return share < 70 ? 'train' : share < 85 ? 'dev' : 'test'
}

export interface GraphWish extends Wish {
  /** Look-ahead L: length of the way to the goal, and of the ways that lead nowhere. Default: drawn evenly from 1 to 6 for each task. */
  readonly size?: number
  /** Ways to choose from at every vertex on the way; default 2. */
  readonly branching?: number
  /** Share of tasks without a path; default 0. */
  readonly unreachable?: number
}

/**
 * Tasks that need their look-ahead: at each vertex of the way other ways branch off that are as long as what is left of the way, so that nothing nearer tells
 * them apart. Labels are drawn anew for every task, and edges shuffled (Saparov et al. 2024, section 3: naive random graphs hardly need any).
 */
export function tasks(w: GraphWish): Named<GraphTask>[] {
  const { branching = 2, unreachable = 0 } = w
  if (w.size !== undefined && (!Number.isInteger(w.size) || w.size < 1 || w.size > 12))
    throw new Failure('usage', `graph: expected a size of 1 to 12, found ${w.size}`, 'the size is the look-ahead')
  const { hi, lo } = chain(0, 0, `graph ${w.split ?? 'all'} ${w.size ?? ''} ${branching} ${unreachable}`)
  const rng = new AddressedRandom(w.seed ?? 0, hi, lo, 'tasks')
  const out = new Map<string, GraphTask>()
  for (let idle = 0; out.size < w.n && idle < 2000; idle++) {
    const length = w.size ?? 1 + rng.int(6)
    const edges: Edge[] = []
    let count = length + 1
    // Side ways share no vertex with the way. Past the first vertex one suffices to make a choice of each step; labels bound how many there can be.
    for (let at = 0; at < length; at++) {
      edges.push([at, at + 1])
      for (let b = 1; b < branching; b++) {
        const long = length - at
        if (count + long > most + 1) break
        for (let i = 0, from = at; i < long; i++) {
          edges.push([from, count])
          from = count++
        }
      }
    }
    const labels = rng.shuffle(Array.from({ length: most + 1 }, (_, i) => i))
    const cut = rng.next() < unreachable ? rng.int(length) : -1
    const named = edges.filter(([a, b]) => !(a === cut && b === cut + 1)).map(([a, b]): Edge => [labels[a], labels[b]])
    const task: GraphTask = { edges: rng.shuffle(named), start: labels[0], goal: labels[length] }
    const key = showTask(task)
    if (named.length === 0 || out.has(key) || (w.split !== undefined && w.split !== 'all' && split(task) !== w.split)) continue
    out.set(key, task)
    idle = 0
  }
  const all = [...out].map(([key, task], i) => ({ id: `graph/${i}-${hashText(key).toString(16)}`, task }))
  if (w.order === 'difficulty')
    all.sort((a, b) => (known(a.task).distance.get(a.task.start) ?? 99) - (known(b.task).distance.get(b.task.start) ?? 99))
  return all
}
