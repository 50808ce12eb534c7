// A directed graph, a start and a goal: is there a path, and which? The walk never enters a vertex twice.
export type Edge = readonly [from: number, to: number]
export interface GraphTask {
  readonly edges: readonly Edge[]
  readonly start: number
  readonly goal: number
}
/** The next vertices, one for a step, the whole rest for an attempt; or that there is no path, which is said at the start only. */
export type Action = readonly number[] | 'none'
export interface State {
  readonly task: GraphTask
  /** From the start to here. */
  readonly path: readonly number[]
  /** It was said that there is no path. */
  readonly denied: boolean
}

/** What is worked out about a graph once. */
interface Known {
  readonly next: ReadonlyMap<number, readonly number[]>
  /** Without cycles: then no walk can come back, and where one stands is all that matters. */
  readonly acyclic: boolean
  /** Fewest steps to the goal; a vertex that cannot reach it is not there. */
  readonly distance: ReadonlyMap<number, number>
}
const kept = new WeakMap<GraphTask, Known>()
export function known(t: GraphTask): Known {
  let k = kept.get(t)
  if (k) return k
  const next = new Map<number, number[]>()
  const before = new Map<number, number[]>()
  const add = (m: Map<number, number[]>, a: number, b: number): void => {
    const list = m.get(a)
    if (!list) m.set(a, [b])
    else if (!list.includes(b)) list.push(b)
  }
  for (const [a, b] of t.edges) {
    add(next, a, b)
    add(before, b, a)
  }
  for (const list of next.values()) list.sort((a, b) => a - b)
  const distance = new Map([[t.goal, 0]])
  for (const v of distance.keys()) for (const u of before.get(v) ?? []) if (!distance.has(u)) distance.set(u, distance.get(v)! + 1)
  kept.set(t, (k = { next, acyclic: isAcyclic(next), distance }))
  return k
}

/** Takes away vertices that nothing leads to, until none is left or all that are left have something (Kahn 1962). */
function isAcyclic(next: ReadonlyMap<number, readonly number[]>): boolean {
  const into = new Map<number, number>()
  for (const [a, list] of next) {
    if (!into.has(a)) into.set(a, 0)
    for (const b of list) into.set(b, (into.get(b) ?? 0) + 1)
  }
  const free = [...into].filter(([, n]) => n === 0).map(([v]) => v)
  let gone = 0
  for (let v = free.pop(); v !== undefined; v = free.pop()) {
    gone++
    for (const w of next.get(v) ?? []) {
      into.set(w, into.get(w)! - 1)
      if (into.get(w) === 0) free.push(w)
    }
  }
  return gone === into.size
}

export const begin = (task: GraphTask): State => ({ task, path: [task.start], denied: false })
export const here = (s: State): number => s.path[s.path.length - 1]
export const arrived = (s: State): boolean => here(s) === s.task.goal
/** Vertices one may go to: successors not visited yet, ascending. */
export const onward = (task: GraphTask, path: readonly number[]): number[] =>
  path.at(-1) === task.goal ? [] : (known(task).next.get(path[path.length - 1]) ?? []).filter(v => !path.includes(v))
export const over = (s: State): boolean => s.denied || arrived(s) || onward(s.task, s.path).length === 0

/** Can the goal still be reached? Exact; in a graph with cycles by a search that goes around what was visited. */
export function reachable(task: GraphTask, path: readonly number[]): boolean {
  const { acyclic, distance, next } = known(task)
  const at = path[path.length - 1]
  if (acyclic) return distance.has(at)
  const seen = new Set(path)
  const open = [at]
  for (let v = open.pop(); v !== undefined; v = open.pop()) {
    if (v === task.goal) return true
    for (const w of next.get(v) ?? [])
      if (!seen.has(w)) {
        seen.add(w)
        open.push(w)
      }
  }
  return false
}

/** Why this cannot be done here, or the state after it. */
export function go(s: State, a: Action): State | string {
  if (s.denied) return 'it was said that there is no path'
  if (a === 'none') return s.path.length > 1 ? 'that there is no path is said at the start only' : { ...s, denied: true }
  if (a.length === 0) return 'no vertex was given'
  let path = s.path
  for (const v of a) {
    const at = path[path.length - 1]
    if (at === s.task.goal) return `${at} is the goal: no further step`
    if (path.includes(v)) return `${v} was visited already`
    if (!(known(s.task).next.get(at) ?? []).includes(v)) return `there is no edge from ${at} to ${v}`
    path = [...path, v]
  }
  return { ...s, path }
}

/**
 * Look-ahead of a first step (Saparov et al. 2024, arXiv:2412.04703): how many levels must be looked at to tell the way to the goal from the other ways: where
 * there is a choice, the lesser of the distance to the goal and the depth at which all other ways have ended, and one. 0 where there is nothing to tell.
 */
export function lookahead(t: GraphTask): number {
  const { next, distance } = known(t)
  const toGoal = distance.get(t.start)
  const ways = next.get(t.start) ?? []
  if (toGoal === undefined || ways.length < 2) return 0
  const wrong = ways.filter(v => !distance.has(v))
  if (wrong.length === 0) return 0
  let level = new Set(wrong)
  let depth = 1
  const seen = new Set(wrong)
  while (depth < toGoal && level.size > 0) {
    level = new Set([...level].flatMap(v => next.get(v) ?? []).filter(v => !seen.has(v)))
    if (level.size === 0) break
    for (const v of level) seen.add(v)
    depth++
  }
  return Math.min(toGoal, depth + 1)
}
