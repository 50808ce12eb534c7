// What is said in the end: replies in the order of their worth, and what they cost.
import type { NodeId, RunResult, Token, Usage } from '../contract/index.ts'
import { amount, canonical, type FlatTree, usage } from '../kernel/index.ts'
import { words } from '../model/seedling/vocabulary.ts'
import { brief } from '../runtime/index.ts'
import type { Reply } from '../world/index.ts'

export type Tokens = readonly Token[]
/** A reply, with what its model wrote to come to it. */
export type Spoken = Reply & {
  readonly tokens?: Tokens
  /** Address of the node that it stands on. */
  readonly key?: string
}
export interface Said {
  /** As many as were asked for; none where the limits ended it before there was one. */
  readonly replies: readonly Spoken[]
  readonly usage: Usage
  /** What its run has spent in all, where this was not its first turn. */
  readonly total?: Usage
  /** null: nothing was searched. */
  readonly run: string | null
  readonly solved: boolean | null
  readonly verifiedBy: string | null
  readonly score?: number
  /** How the search ended. */
  readonly ended?: string
  readonly why?: string
  /** It was cut off: by a limit before there was an answer, by the deadline, by the server's end. */
  readonly short: boolean
}

const replyOf = (answer: unknown): Reply =>
  typeof answer === 'object' && answer !== null && typeof (answer as Reply).text === 'string'
    ? (answer as Reply)
    : { text: brief(answer, 1_000_000) }

/** The tokens of each draw on the way to a node, with their texts where the dialect tells them; undefined where a step has none. */
function written(t: FlatTree, node: NodeId, dialect: string): Tokens | undefined {
  const out: Tokens[number][] = []
  const way = t.path(node)
  for (const e of way.slice(way.indexOf(t.root) + 1)) {
    const tokens = t.draws(e)[0]?.tokens
    if (tokens === undefined) return undefined
    out.push(...tokens)
  }
  return out.length === 0 ? undefined : told(out, dialect)
}
/** The seedling's tokens are told by number; their words are known here. */
export const told = (tokens: Tokens, dialect: string): Tokens =>
  dialect !== 'tokens'
    ? tokens
    : tokens.map((t, i) => {
        const text = (id: number): string => `${i === 0 ? '' : ' '}${words[id] ?? ''}`
        return { ...t, text: text(t.id), ...(t.top === undefined ? {} : { top: t.top.map(x => ({ ...x, text: text(x.id) })) }) }
      })

/** a - b, in every figure. What has no price has none. */
export const less = (a: Usage, b: Partial<Usage>): Usage =>
  Object.fromEntries(
    Object.entries(a).map(([k, x]) => [k, x === null ? null : Math.max(0, x - (b[k as keyof Usage] ?? 0))]),
  ) as unknown as Usage

/** The result of a search: its answer first, then the other answers of its tree, each once; the first ones again where there are fewer than n. */
export function saidOf(r: RunResult<any, any, any>, n: number, dialect: string): Said {
  const t = r.tree as FlatTree
  const worth = (m: NodeId): number => (Number.isNaN(t.R[m]) ? (Number.isNaN(t.Q[m]) ? Number.NEGATIVE_INFINITY : t.Q[m]) : t.R[m])
  const seen = new Set<string>()
  const replies: Spoken[] = []
  const add = (answer: unknown, node: NodeId | undefined): void => {
    const key = canonical(answer)
    if (seen.has(key)) return
    seen.add(key)
    const tokens = node === undefined ? undefined : written(t, node, dialect)
    replies.push({
      ...replyOf(answer),
      ...(tokens === undefined ? {} : { tokens }),
      ...(node === undefined ? {} : { key: t.key(node) }),
    })
  }
  // Nodes with the same answer may say it in other words.
  if (r.answer !== undefined)
    add(r.answer, r.nodes.find(m => canonical(t.outcome(m)?.answer ?? null) === canonical(r.answer)) ?? r.nodes[0])
  if (n > 1)
    for (const m of t
      .answers()
      .filter(m => t.outcome(m)?.failed !== true)
      .sort((a, b) => worth(b) - worth(a) || a - b))
      if (replies.length < n) add(t.outcome(m)!.answer, m)
  const count = replies.length
  for (let i = 0; count > 0 && replies.length < n; i++) replies.push(replies[i % count])
  return {
    replies,
    usage: r.spent,
    run: r.run,
    solved: r.solved,
    verifiedBy: r.verifiedBy,
    ...(Number.isFinite(r.score) ? { score: r.score } : {}),
    ended: r.ended,
    ...(r.why === undefined ? {} : { why: r.why }),
    short: r.ended === 'cancelled' || (r.answer === undefined && r.ended === 'budget'),
  }
}

/** The replies in the order in which their pieces were heard, those that nothing was heard of in the places between. */
export function asHeard(s: Said, heard: readonly string[]): Said {
  if (heard.length === 0) return s
  const left = [...s.replies]
  const places = s.replies.map((_, i) => {
    const at = heard[i] === undefined ? -1 : left.findIndex(r => r.text === heard[i])
    return at < 0 ? undefined : left.splice(at, 1)[0]
  })
  return { ...s, replies: places.map(r => r ?? left.shift()!) }
}

/** Words that cost nothing. */
export const plainly = (text: string): Said => ({
  replies: [{ text }],
  usage: usage(amount({})),
  run: null,
  solved: null,
  verifiedBy: null,
  short: false,
})
