// The rules: look up facts about entities met so far, then answer with one of them.
import { type Fact, type Graph, graphOf, type HopsTask } from './graph.ts'

export type Action = { readonly relation: string; readonly of: string } | { readonly answer: string }
export interface State {
  readonly graph: Graph
  /** What was looked up, in order. */
  readonly asked: readonly { readonly relation: string; readonly of: string }[]
  readonly answer?: string
}

export const begin = (task: HopsTask): State => ({ graph: graphOf(task), asked: [] })
export const stepsLeft = (s: State): number => s.graph.steps - s.asked.length - (s.answer === undefined ? 0 : 1)

/** Facts shown so far. */
const shownFacts = (s: State): Fact[] => s.asked.flatMap(q => s.graph.lookUp(q.relation, q.of))
/** Entities named so far: that of the question, and those of the facts. */
export const met = (s: State): string[] => [...new Set([s.graph.way[0].of, ...shownFacts(s).flatMap(f => [f.of, f.is])])]

/** How much of the way was looked up: facts of it, from its beginning on. */
export function progress(s: State): number {
  let n = 0
  for (const f of s.graph.way) {
    if (!s.asked.some(q => q.relation === f.relation && q.of === f.of)) break
    n++
  }
  return n
}
export const right = (s: State): boolean => s.answer === s.graph.way.at(-1)!.is
export const over = (s: State): boolean => s.answer !== undefined || stepsLeft(s) <= 0

/** The state after an action, or why it cannot be taken. */
export function step(s: State, a: Action): State | string {
  if (s.answer !== undefined) return 'the question was answered'
  if (stepsLeft(s) <= 0) return 'no steps are left'
  const name = 'answer' in a ? a.answer : a.of
  const known = met(s)
  if (!known.includes(name)) return `${name} was not met so far`
  if ('answer' in a) return { ...s, answer: a.answer }
  if (!s.graph.relations.includes(a.relation)) return `there is no relation "${a.relation}" (there are: ${s.graph.relations.join(', ')})`
  if (s.asked.some(q => q.relation === a.relation && q.of === a.of)) return `${a.relation} of ${a.of} was looked up already`
  return { ...s, asked: [...s.asked, { relation: a.relation, of: a.of }] }
}

/** As written: `look up mentor of Ardon`, `answer Belmir`. */
export const written = (a: Action): string => ('answer' in a ? `answer ${a.answer}` : `look up ${a.relation} of ${a.of}`)

/** Everything that can be done. */
export function legal(s: State): Action[] {
  if (over(s)) return []
  const known = met(s)
  const all: Action[] = known.flatMap(of => s.graph.relations.map(relation => ({ relation, of })))
  return [...all.filter(a => typeof step(s, a) !== 'string'), ...known.map(answer => ({ answer }))]
}
