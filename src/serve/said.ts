// What is said in the end: replies in the order of their worth, and what they cost.
import type { Live, NodeId, Provider, RunResult, Sample, Usage } from '../contract/index.ts'
import { AddressedRandom, amount, canonical, type FlatTree, hashText } from '../kernel/index.ts'
import { brief } from '../runtime/index.ts'
import type { Reply } from '../world/index.ts'
import type { Asked } from './request.ts'

export interface Said {
  /** As many as were asked for. */
  readonly replies: readonly (Reply & { readonly tokens?: Sample['tokens'] })[]
  readonly usage: Usage
  /** null: nothing was searched. */
  readonly run: string | null
  readonly solved: boolean | null
  readonly verifiedBy: string | null
  readonly why?: string
  /** The limit ended it. */
  readonly short: boolean
}

const replyOf = (answer: unknown): Reply =>
  typeof answer === 'object' && answer !== null && typeof (answer as Reply).text === 'string'
    ? (answer as Reply)
    : { text: brief(answer, 1_000_000) }

/** The result of a search: its answer first, then the other answers of its tree, each once; the first ones again where there are fewer than n. */
export function saidOf(r: RunResult<any, any, any>, n: number): Said {
  const t = r.tree as FlatTree
  const worth = (m: NodeId): number => (Number.isNaN(t.R[m]) ? (Number.isNaN(t.Q[m]) ? Number.NEGATIVE_INFINITY : t.Q[m]) : t.R[m])
  const seen = new Set<string>()
  const replies: Said['replies'][number][] = []
  const add = (answer: unknown, node: NodeId | undefined): void => {
    const key = canonical(answer)
    if (seen.has(key)) return
    seen.add(key)
    const tokens = node === undefined || t.depth(node) !== 1 ? undefined : t.draws(node)[0]?.tokens
    replies.push({ ...replyOf(answer), ...(tokens === undefined ? {} : { tokens }) })
  }
  if (r.answer !== undefined) add(r.answer, r.nodes[0])
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
    ...(r.why === undefined ? {} : { why: r.why }),
    short: r.answer === undefined && (r.ended === 'budget' || r.ended === 'cancelled'),
  }
}

/** The model alone: one request, and nothing is kept. */
export async function direct(asked: Asked, provider: Provider, signal: AbortSignal): Promise<Said> {
  const seed = asked.seed ?? 1
  const random = (purpose: string) => new AddressedRandom(seed, hashText(canonical(asked.messages)), 0, purpose)
  const live: Live = {
    index: 0,
    random: random('direct'),
    randomAt: i => random(`direct ${i}`),
    signal,
    idempotencyKey: crypto.randomUUID(),
    now: () => performance.now(),
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
  }
  const n = provider.can.includes('n') ? asked.n : 1
  const replies: Said['replies'][number][] = []
  const total = amount({})
  let priced: number | null = 0
  for (let i = 0; i < asked.n; i += n) {
    const { samples, usage } = await provider.sample(asked.messages, { ...asked.sampling, n }, { ...live, index: i })
    for (const s of samples)
      replies.push({
        text: s.text,
        ...(s.toolCalls === undefined ? {} : { toolCalls: s.toolCalls.map(c => ({ name: c.name, arguments: c.arguments })) }),
        ...(s.finish === 'cut' ? { cut: true } : {}),
        ...(s.tokens === undefined ? {} : { tokens: s.tokens }),
      })
    const u = amount(usage)
    for (const k of ['calls', 'requests', 'inputTokens', 'cachedTokens', 'outputTokens', 'reasoningTokens'] as const) total[k] += u[k]
    priced = priced === null || u.usd === null ? null : priced + u.usd
  }
  return {
    replies,
    usage: { ...total, calls: Math.max(total.calls, replies.length), usd: priced },
    run: null,
    solved: null,
    verifiedBy: null,
    short: false,
  }
}
