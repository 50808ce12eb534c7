import type { Ask, Message, NodeId, Search } from '../contract/index.ts'
import { readTrace, type TraceWish, traceAsk } from '../kernel/index.ts'
import { token, words } from '../model/seedling/index.ts'
import { finish } from './finish.ts'

/** How searches are drawn that a model writes down in one reply. */
export interface TraceDraw extends TraceWish {
  temperature: number
  /** Most tokens of a reply. */
  max: number
  /** How often a reply that broke off before its answer may be continued. */
  continuations: number
  untilSolved: boolean
}
/** What became of one reply. */
export interface Traced {
  /** States it went through, in its order. */
  readonly nodes: readonly NodeId[]
  /** What it answers with; null: with nothing. */
  readonly end: NodeId | null
  /** Why it was read no further, where a step was none of this world. */
  readonly illegal?: string
}

const format = (w: TraceWish): string =>
  `Search for the solution yourself, in your reply, before you answer. Number every state you reach; the beginning is [0]. For every state write one line: its \
number, the number of the state you came from, the step, written exactly as the task writes steps, and after => your judgement of it: promising, impossible or solved.
${
  w.form === 'depth'
    ? 'Go down one step at a time. At a dead end say to which state you return, and take the next step you have not tried there.'
    : `Go level by level: for each state you kept try up to ${w.width} steps, judge what they lead to, and keep at most ${w.width} promising states for the next level.`
}
When a state is solved, stop, write "Answer:" and the answer in the form the task asks for. If you find none, write "Answer: none found".

Example (from 2 to 10, where a step doubles or adds 3)
${
  w.form === 'depth'
    ? '[1] from [0]: 2 * 2 = 4 => promising\n[2] from [1]: 4 * 2 = 8 => impossible\n[2] is a dead end; back to [1]\n[3] from [1]: 4 + 3 = 7 => promising\n[4] from [3]: 7 + 3 = 10 => solved'
    : 'Level 1\n[1] from [0]: 2 * 2 = 4 => promising\n[2] from [0]: 2 + 3 = 5 => promising\nLevel 2\n[3] from [1]: 4 * 2 = 8 => impossible\n[4] from [2]: 5 * 2 = 10 => solved'
}
Answer: 10`

/** The question for models of words: rules of the trace, the task as the world puts it, and what is wanted. A part of a reply is continued. */
const search = (o: TraceDraw): Ask<string, string> => ({
  id: 'search in the reply',
  role: 'policy',
  temperature: o.temperature,
  max: o.max,
  prompt(begun, at) {
    const messages: Message[] = [
      { role: 'system', content: format(o) },
      ...at.messages({ for: 'attempt' }, 'text'),
      { role: 'user', content: traceAsk(o) },
    ]
    if (begun !== '')
      messages.push(
        { role: 'assistant', content: begun },
        { role: 'user', content: 'Go on exactly where you stopped, to the line "Answer:".' },
      )
    return messages
  },
  parse: text => text,
})
/** For models trained on traces: the task is all they need. */
const silent = (o: TraceDraw, dialect: string): Ask<string, string> => ({
  id: 'trace',
  role: 'policy',
  temperature: o.temperature,
  max: o.max,
  prompt: (_, at) => at.messages({ for: 'attempt' }, dialect),
  parse: text => text,
})

/**
 * Draws n searches that the model writes down in one reply each, and reads them into the tree: every written step is made by the world, from the state it is
 * said to come from. What the model thinks of a state stands in the column `verdict` (1, or 0 for impossible) and decides nothing: such a state stays open.
 * After the first step that is none of this world a reply is not trusted any more.
 *
 * A model of words is asked for it (autonomous tree search, arXiv:2310.10686); one of the dialect `tokens` has been trained to (`<backtrack> d` returns to
 * depth d). What a reply answers with is rewarded, and nothing else.
 */
export async function traces<S, A, Ans>(s: Search<S, A, Ans>, n: number, o: TraceDraw): Promise<Traced[]> {
  const io = s.at(s.tree.root)
  const { dialect } = io.model('policy')
  const text = dialect === 'text'
  const wish = { ...o, max: affordable(s, n, o.max) }
  const drawn = await io.asks(text ? search(wish) : silent(wish, dialect), '', n)
  const whole = await Promise.all(
    drawn.map(async first => {
      let all = first
      for (let i = 0; text && i < o.continuations && all.trim() !== '' && readTrace(all).answer === undefined; i++) {
        const [more] = await io.asks(search({ ...o, max: affordable(s, drawn.length, o.max) }), all, 1)
        if (more === undefined || more.trim() === '') break
        all = `${all}\n${more}`
      }
      return all
    }),
  )
  const out: Traced[] = []
  // One after the other: so the tree is the same whatever came first.
  for (const reply of whole) {
    const read = text ? await readText(s, reply) : await readTokens(s, reply, dialect)
    out.push(read)
    if (read.end !== null) await finish(s, [read.end], o)
  }
  return out
}

/** A reply reserves the most it may take: no more than the budget has left for each, or it would not be asked for at all. Where prompts count, a quarter is theirs. */
function affordable<S, A, Ans>(s: Search<S, A, Ans>, n: number, max: number): number {
  const { limits, spent } = s.budget
  const { outputTokens: output = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = limits
  const left = Math.min(output - spent.outputTokens, 0.75 * (tokens - spent.inputTokens - spent.outputTokens))
  return Math.max(1, Math.min(max, Math.floor(left / n)))
}

/** One step from a state, as it was written: the state it leads to, or why there is none. */
async function take<S, A, Ans>(s: Search<S, A, Ans>, from: NodeId, written: string, dialect: string): Promise<NodeId | string> {
  const t = s.tree
  const state = t.state(from)
  const language = dialect === 'text' ? s.world : (s.world.dialects?.[dialect] ?? s.world)
  if (t.is(from, 'end')) return 'there is no step after the end'
  const action = language.parse(written, state, { for: 'step' })
  if (typeof action === 'object' && action !== null && 'reject' in action) return action.reject
  const fine = s.world.valid?.(action as A, state) ?? true
  if (fine !== true) return fine
  const [n] = await s.step([s.insert(from, action as A)])
  return n ?? 'the step failed'
}

async function readText<S, A, Ans>(s: Search<S, A, Ans>, reply: string): Promise<Traced> {
  const t = s.tree
  const verdicts = t.column('verdict')
  const { lines, answer } = readTrace(reply)
  const known = new Map<number, NodeId>([[0, t.root]])
  const nodes: NodeId[] = []
  let end: NodeId | null = null
  let illegal: string | undefined
  for (const l of lines) {
    const from = known.get(l.from)
    const n = from === undefined ? `state [${l.from}] was not reached` : await take(s, from, l.step, 'text')
    if (typeof n === 'string') {
      illegal = n
      break
    }
    known.set(l.id, n)
    nodes.push(n)
    if (l.verdict) verdicts[n] = l.verdict === 'impossible' ? 0 : 1
    // The last finished state that it calls solved, or says nothing against.
    if (t.is(n, 'end') && l.verdict !== 'impossible') end = n
  }
  if (end === null && answer !== undefined) end = await answered(s, answer)
  return { nodes, end, ...(illegal === undefined ? {} : { illegal }) }
}

/** An answer that no written state stands for, read as a whole solution where the world can read one. */
async function answered<S, A, Ans>(s: Search<S, A, Ans>, text: string): Promise<NodeId | null> {
  if (!s.world.grains?.includes('attempt') || /^\W*(?:final )?answer\W*none\b/i.test(text)) return null
  const { root } = s.tree
  const action = s.world.parse(text, s.tree.state(root), { for: 'attempt' })
  if (typeof action === 'object' && action !== null && 'reject' in action) return null
  if ((s.world.valid?.(action as A, s.tree.state(root)) ?? true) !== true) return null
  const [n] = await s.step([s.insert(root, action as A)])
  return n !== undefined && s.tree.is(n, 'end') ? n : null
}

const back = words[token.backtrack]
async function readTokens<S, A, Ans>(s: Search<S, A, Ans>, reply: string, dialect: string): Promise<Traced> {
  const t = s.tree
  const path: NodeId[] = [t.root]
  const nodes: NodeId[] = []
  const ended = reply.includes('$')
  const parts = reply
    .split(/[;$]/)
    .map(x => x.trim())
    .filter(x => x !== '')
  for (const part of parts) {
    const here = path[path.length - 1]
    if (part.startsWith(back)) {
      const depth = /^\S+ (\d+)$/.exec(part)
      if (!depth || Number(depth[1]) >= path.length) return { nodes, end: null, illegal: `"${part}" returns nowhere` }
      path.length = Number(depth[1]) + 1
      continue
    }
    const n = await take(s, here, part, dialect)
    if (typeof n === 'string') return { nodes, end: null, illegal: n }
    nodes.push(n)
    path.push(n)
  }
  const last = path[path.length - 1]
  return { nodes, end: ended && t.is(last, 'end') ? last : null }
}

/** So many replies in a row in which nothing new could be read, and there will be no more. */
const patience = 8

/**
 * Replies in rounds, each as large as all before it together (1, 1, 2, 4, ...), up to n; 0: until the budget ends, or nothing new comes of it (16 where nothing
 * limits them).
 */
export async function traceRounds<S, A, Ans>(s: Search<S, A, Ans>, o: TraceDraw & { n: number }): Promise<void> {
  const before = s.budget.ratio()
  let limit = o.n || Number.POSITIVE_INFINITY
  let fruitless = 0
  for (let asked = 0, size = 1; size > 0 && fruitless < patience; ) {
    const had = s.tree.size
    await traces(s, size, o)
    asked += size
    fruitless = s.tree.size > had ? 0 : fruitless + size
    if (o.n === 0 && s.budget.ratio() >= before) limit = 16
    size = Math.min(asked, limit - asked)
  }
}
