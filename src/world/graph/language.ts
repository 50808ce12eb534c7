// Graphs in words and in tokens, and what models write, read back.
import type { Context, Dialect, Message, Reject, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf } from '../asks.ts'
import { type Action, go, here, over, type State } from './game.ts'
import { showEdges } from './task.ts'

type Asked = Exclude<Kind, 'attempts'>
export const asks: Asks<Asked> = { step: 'Next vertex:', list: 'Next vertices:', attempt: 'Path:', judgement: 'Verdict:' }
const upTo = (n: number | undefined): string => (n === Number.POSITIVE_INFINITY ? 'all vertices' : `up to ${n} vertices`)
const wish: Record<Asked, (most: number | undefined) => string> = {
  step: () => 'Write the next vertex after the last one, alone on a line; or, at the start only, "none" if there is no path.',
  list: most => `Write ${upTo(most)} that can follow the last one, one on each line.`,
  attempt: () => 'Write the rest of the path, vertices with " -> " between them, up to the goal; or "none" if there is no path.',
  judgement: () =>
    'Can the goal still be reached from the last vertex? Try a little, then end with one word on a line of its own: sure, likely or impossible.',
}
const place = 'Edges: 1>2 1>5 2>3\nGoal: 3\nPath so far: 1'
const examples: Record<Asked, string> = {
  step: `${place}\nNext vertex:\n2`,
  list: `${place}\nNext vertices:\n2\n5`,
  attempt: `${place}\nPath:\n2 -> 3`,
  judgement: `${place}\nVerdict:\n1 > 2 > 3\nsure\n\nEdges: 1>2 1>5 2>3\nGoal: 3\nPath so far: 1 5\nVerdict:\n5 leads nowhere\nimpossible`,
}

/** One user message. */
export function render({ task, path }: State, want: Wanted): Message[] {
  const kind = kindOf(asks, want)
  const rules = 'A directed graph; a>b is an edge from a to b. Find a path from the first vertex to the goal; no vertex is visited twice.'
  const now = `Edges: ${showEdges(task.edges)}\nGoal: ${task.goal}\nPath so far: ${path.join(' ')}\n${askFor(asks, want)}`
  return [
    {
      role: 'user',
      content: `${rules}\n${wish[kind](want.list)}\n\nExample${kind === 'judgement' ? 's' : ''}\n${examples[kind]}\n\nNow\n${now}`,
    },
  ]
}

const taken = (s: State, a: Action): Action | Reject => {
  const next = go(s, a)
  return typeof next === 'string' ? { reject: next } : a
}

/** The first line that has a vertex, or `none`; an attempt may name the vertices already passed again. */
export function parse(text: string, s: State, want: Wanted): Action | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no step' }
  for (const line of text.split('\n')) {
    if (/^\W*(?:none|no path|unreachable)\b/i.test(line)) return taken(s, 'none')
    const found = line
      .replace(/^\s*(?:\d+[.)]\s+(?=\d)|[A-Za-z ]*:\s*)/, '')
      .match(/\d+/g)
      ?.map(Number)
    if (!found) continue
    if (want.for === 'step') {
      // `5 -> 7` names where one stands, and where one goes.
      const v = found[0] === here(s) && found.length > 1 ? found[1] : found[0]
      return taken(s, [v])
    }
    const again = found.length > s.path.length && s.path.every((v, i) => found[i] === v) ? s.path.length : found[0] === here(s) ? 1 : 0
    const next = go(s, found.slice(again))
    if (typeof next === 'string') return { reject: next }
    return over(next) ? found.slice(again) : { reject: `the path stops at ${here(next)}` }
  }
  return { reject: text.trim() === '' ? 'the reply is empty' : `no vertex in "${text.trim().slice(0, 80)}"` }
}

/** `1 7 : 1 2 <separator> 2 7 ; 2 ; 7 $`: start and goal, edges, then the way. `<bad> $`: there is no path. */
const separator = '<separator>'
const none = '<bad>'
export function tokenText(s: State): string {
  const edges = s.task.edges.map(([a, b]) => `${a} ${b}`).join(` ${separator} `)
  const done = over(s)
  const way = s.path.slice(1).map((v, i) => ` ${v} ${done && i === s.path.length - 2 ? '$' : ';'}`)
  return `${s.task.start} ${s.task.goal} : ${edges} ;${s.denied ? ` ${none} $` : way.join('')}`
}
function parseTokens(text: string, s: State, attempt: boolean): Action | Reject {
  const end = text.indexOf('$')
  const parts = (end < 0 ? text : text.slice(0, end)).split(';').map(x => x.trim())
  if (parts.length > 1 && parts[parts.length - 1] === '') parts.pop()
  const used = attempt ? parts : parts.slice(0, 1)
  if (used.length === 1 && used[0] === none) return taken(s, 'none')
  const odd = used.find(x => !/^\d{1,2}$/.test(x))
  if (odd !== undefined) return { reject: `"${odd}" is no vertex` }
  const a = used.map(Number)
  const next = go(s, a)
  if (typeof next === 'string') return { reject: next }
  return !over(next) && (attempt || (end >= 0 && parts.length === 1)) ? { reject: `the path stops at ${here(next)}` } : a
}

/** A step is what follows up to `;` or `$`, an attempt all up to `$`. */
export const tokens: Dialect<State, Action> = {
  render: (c: Context<State, Action>) => [{ role: 'user', content: tokenText(c.state) }],
  parse: (text, s, want) =>
    want.for === 'judgement' ? { reject: 'a judgement is no step' } : parseTokens(text, s, want.for === 'attempt'),
  stop: want => (want.for === 'attempt' ? ['$'] : [';', '$']),
}
