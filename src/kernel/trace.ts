// A search as one line of text: what was tried, where it was given up, and where it went on. And back.

/** One move of a depth-first search. `back`: everything after depth `to` is undone; what follows is tried there. Depth 0 is the beginning. */
export type TraceEvent<A> = { readonly step: A } | { readonly back: number }

/** A tree as it is written down: node 0 the root. */
export interface Traceable<A> {
  children(i: number): readonly number[]
  action(i: number): A
  /** A found solution: the trace ends here. */
  solved(i: number): boolean
}

/**
 * Writes a tree as the depth-first search that made it: children in their order, a return before each further child, the end at the first solution. Without
 * a solution it goes through everything.
 *
 * @param o.keep which failed subtrees are written; one that is not is left out whole, as if it had been recognised without trying (think-backtracking,
 * arXiv:2504.07052, section 5). A subtree with the solution that ends the trace is always kept; so `() => false` gives the solution path alone.
 */
export function linearise<A>(t: Traceable<A>, o: { keep?(i: number): boolean } = {}): TraceEvent<A>[] {
  const goal = firstSolved(t)
  const way = new Set(goal)
  const out: TraceEvent<A>[] = []
  let depth = 0
  // Entered nodes with the number of the child to go to next.
  const stack: { i: number; next: number }[] = [{ i: 0, next: 0 }]
  if (t.solved(0)) return out
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const kids = t.children(top.i)
    if (top.next >= kids.length) {
      stack.pop()
      continue
    }
    const child = kids[top.next++]
    if (!way.has(child) && o.keep && !o.keep(child)) continue
    if (depth > stack.length - 1) out.push({ back: stack.length - 1 })
    out.push({ step: t.action(child) })
    depth = stack.length
    if (t.solved(child)) return out
    stack.push({ i: child, next: 0 })
  }
  return out
}

/** The way to the first solution in depth-first order, the root first; empty where there is none. */
function firstSolved<A>(t: Traceable<A>): number[] {
  const stack: { i: number; next: number }[] = [{ i: 0, next: 0 }]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (top.next === 0 && t.solved(top.i)) return stack.map(x => x.i)
    const kids = t.children(top.i)
    if (top.next >= kids.length) stack.pop()
    else stack.push({ i: kids[top.next++], next: 0 })
  }
  return []
}

/** A node of a trace that was read: where it hangs (-1: the root), and what was done there. */
export interface TraceNode<A> {
  readonly parent: number
  readonly action: A
}

/** The tree that a trace tells of, in the order of telling, and where it ends (-1: at the root). A return to a depth not reached yet changes nothing. */
export function follow<A>(events: readonly TraceEvent<A>[]): { nodes: TraceNode<A>[]; end: number } {
  const nodes: TraceNode<A>[] = []
  const path: number[] = []
  for (const e of events) {
    if ('back' in e) {
      if (e.back < path.length) path.length = Math.max(0, e.back)
    } else path.push(nodes.push({ parent: path.at(-1) ?? -1, action: e.step }) - 1)
  }
  return { nodes, end: path.at(-1) ?? -1 }
}

/** What a model says of a state within its own search. */
export type TraceVerdict = 'promising' | 'impossible' | 'solved'
/** One written line: a state with its number, the number of the state it came from (0: the beginning), the step, and what is thought of it. */
export interface TraceLine {
  readonly id: number
  readonly from: number
  readonly step: string
  readonly verdict?: TraceVerdict | undefined
}
/** A search within one reply, as it was read. */
export interface TraceText {
  readonly lines: readonly TraceLine[]
  /** What follows the last `Answer:`, with everything after it. */
  readonly answer?: string
}

/** `[3] from [1]: 6 - 3 = 3 => promising`. */
export const traceLine = (l: TraceLine): string => `[${l.id}] from [${l.from}]: ${l.step}${l.verdict ? ` => ${l.verdict}` : ''}`

const line = /^\W*\[\s*(\d+)\s*\]\s*(?:from|of|after|<-)\s*\[?\s*(\d+)\s*\]?[\s*_]*[:,-]\s*(.*?)\s*$/i
const verdict =
  /\s*(?:=>|->|\u2192|--|\u2014)\s*\W*(promising|possible|likely|sure|impossible|dead[ -]?end|lost|failed|solved|goal|done)\W*$/i
const meaning = (word: string): TraceVerdict => {
  if (/^(promising|possible|likely|sure)$/i.test(word)) return 'promising'
  return /^(solved|goal|done)$/i.test(word) ? 'solved' : 'impossible'
}

/** Reads a search back from a reply. Lines that are no states (headings, `back to [1]`, thoughts) are passed over; what they say follows from the numbers. */
export function readTrace(text: string): TraceText {
  const lines: TraceLine[] = []
  const rows = text.split('\n')
  let answer: number | undefined
  rows.forEach((row, i) => {
    const m = line.exec(row)
    if (m) {
      const v = verdict.exec(m[3])
      lines.push({ id: Number(m[1]), from: Number(m[2]), step: v ? m[3].slice(0, v.index) : m[3], verdict: v ? meaning(v[1]) : undefined })
    } else if (/^\W*(?:final )?answer\W*:/i.test(row)) answer = i
  })
  return answer === undefined ? { lines } : { lines, answer: rows.slice(answer).join('\n') }
}

/** How a search is asked for within one reply. */
export interface TraceWish {
  readonly form: 'depth' | 'breadth'
  /** Steps tried at a state, and states kept at a level. */
  readonly width: number
}
/** What stands at the end of a prompt that asks for a search within the reply. */
export const traceAsk = (w: TraceWish): string => `Your search, ${w.form} first, at most ${w.width} steps at each state:`
/** What a prompt asks for; null: it asks for no search. */
export function readTraceAsk(text: string): TraceWish | null {
  const m = /^Your search, (depth|breadth) first, at most (\d+) steps at each state:$/m.exec(text)
  return m && { form: m[1] as TraceWish['form'], width: Number(m[2]) }
}
