// What a simulated model writes when it is asked for a whole search in one reply: its own steps, judged by itself, as often wrong as it is elsewhere.
import { type TraceLine, type TraceVerdict, type TraceWish, traceLine } from '../kernel/index.ts'

/** How the model thinks. P: a place as its oracle knows it. */
export interface Thinking<P> {
  /** The steps it would try there, the one it likes best first. */
  steps(place: P, most: number): readonly { text: string; to: P }[]
  /** What it thinks of a place. `finished`: nothing can be done there. `depth`: of the line, so that equal places are judged once. */
  judge(place: P): { good: boolean; finished: boolean }
  /** The steps of a solution as its answer. */
  answer(texts: readonly string[]): string
}

/** Lines at most: beyond it the model gives up. */
const longest = 1000

interface Reached<P> {
  readonly id: number
  readonly place: P
  readonly way: readonly string[]
}

/** The reply: lines of the search, then the answer it came to, or that there is none. */
export function writeTrace<P>(root: P, wish: TraceWish, m: Thinking<P>): string {
  const lines: string[] = []
  let count = 0
  let solved: Reached<P> | null = null
  /** Writes one step and what is thought of it. */
  const go = (from: Reached<P>, step: { text: string; to: P }): { at: Reached<P>; on: boolean } => {
    const at = { id: ++count, place: step.to, way: [...from.way, step.text] }
    const { good, finished } = m.judge(step.to)
    const verdict: TraceVerdict = good ? (finished ? 'solved' : 'promising') : 'impossible'
    const line: TraceLine = { id: at.id, from: from.id, step: step.text, verdict }
    lines.push(traceLine(line))
    if (verdict === 'solved') solved = at
    return { at, on: verdict === 'promising' }
  }
  const start: Reached<P> = { id: 0, place: root, way: [] }
  if (wish.form === 'depth') {
    const stack = [{ at: start, left: [...m.steps(root, wish.width)] }]
    while (stack.length > 0 && solved === null && count < longest) {
      const top = stack[stack.length - 1]
      const step = top.left.shift()
      if (step === undefined) {
        stack.pop()
        if (stack.length > 0) lines.push(`[${top.at.id}] is a dead end; back to [${stack[stack.length - 1].at.id}]`)
        continue
      }
      const { at, on } = go(top.at, step)
      if (on) stack.push({ at, left: [...m.steps(at.place, wish.width)] })
    }
  } else {
    for (let level = [start], depth = 1; level.length > 0 && solved === null && count < longest; depth++) {
      lines.push(`Level ${depth}`)
      const next: Reached<P>[] = []
      for (const from of level)
        for (const step of m.steps(from.place, wish.width)) {
          if (solved !== null) break
          const { at, on } = go(from, step)
          if (on) next.push(at)
        }
      level = next.slice(0, wish.width)
    }
  }
  const found = solved as Reached<P> | null
  lines.push(found === null ? 'Answer: none found' : m.answer(found.way).replace(/^(?!.*Answer:)/s, 'Answer: '))
  return lines.join('\n')
}
