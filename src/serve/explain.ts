// A run in words, and its tree as rows.
import type { NodeId } from '../contract/index.ts'
import { canonical, type FlatTree } from '../kernel/index.ts'
import { type Evidence, type Plan, showBudget, treeOf } from '../run/index.ts'
import { brief } from '../runtime/index.ts'
import type { RunMeta, Store } from '../store/index.ts'

const figure = (x: number | null): string => (x === null || Number.isNaN(x) ? '-' : String(Number(x.toPrecision(3))))
const said = (answer: unknown): string => {
  const text = (answer as { text?: unknown } | null)?.text
  return brief(typeof text === 'string' ? text : answer, 300)
}

/** The steps to a run's answer as it was when it was kept; none where it never was. */
function pathOf(store: Store, id: string): { ended: string; path: Evidence[] } | null {
  const handle = store.open(id)
  try {
    const kept = handle.snapshot.load('evidence')
    return typeof kept === 'string' ? (JSON.parse(kept) as { ended: string; path: Evidence[] }) : null
  } finally {
    handle.close()
  }
}

/** How an answer came about. */
export async function explained(store: Store, m: RunMeta): Promise<string> {
  const kept = pathOf(store, m.id)
  const { tree: t } = await treeOf(store, m.id)
  const task = (m.options.plan as Plan | undefined)?.task ?? m.task
  const lines = [
    `Run ${m.id}: ${m.status}${kept === null ? '' : `, ended: ${kept.ended}`}`,
    `Task (${m.world}): ${brief(task, 500)}`,
    `Method ${m.method.id}, model ${m.models.policy ?? 'none'}, reward ${String(m.options.reward ?? "the world's own")}, budget ${showBudget(m.limits) || 'none'}, seed ${m.seed}`,
    `Spent: ${m.spent.calls ?? 0} calls, ${m.spent.inputTokens ?? 0} tokens in, ${m.spent.outputTokens ?? 0} out; the tree has ${m.nodes} nodes, ${m.depth} deep`,
    `Answer: ${m.answer === null ? 'none' : said(m.answer)} (${m.verifiedBy === null ? 'nothing verified it' : m.solved ? `verified by ${m.verifiedBy}` : `not right, by ${m.verifiedBy}`}; score ${figure(m.score)})`,
  ]
  const why = t.notes(t.root).findLast(n => n.kind === 'why')
  if (why !== undefined) lines.push(`Why: ${why.text}`)
  if (kept !== null && kept.path.length > 0) {
    lines.push('Steps to it (visits, backed-up value Q, own reward R):')
    for (const [i, s] of kept.path.entries())
      lines.push(`  ${i + 1}. ${brief(s.text, 300)}  (N ${s.N}, Q ${figure(s.Q)}, R ${figure(s.R)})`)
  }
  const others = otherAnswers(t, m.answer)
  if (others.length > 0) lines.push('Other answers of the tree:', ...others.map(o => `  ${o.text}  (R ${figure(o.R)}, ${o.times} times)`))
  return lines.join('\n')
}

/** Each once, best first. */
function otherAnswers(t: FlatTree, answer: unknown): { text: string; R: number; times: number }[] {
  const all = new Map<string, { text: string; R: number; times: number }>([])
  const own = canonical(answer)
  for (const n of t.answers()) {
    const o = t.outcome(n)!
    if (o.failed || canonical(o.answer) === own) continue
    const key = o.key ?? canonical(o.answer)
    const had = all.get(key)
    if (had === undefined) all.set(key, { text: said(o.answer), R: t.R[n], times: t.M[n] })
    else all.set(key, { ...had, R: Math.max(had.R, t.R[n]), times: had.times + t.M[n] })
  }
  const worth = (x: { R: number }): number => (Number.isNaN(x.R) ? Number.NEGATIVE_INFINITY : x.R)
  return [...all.values()].sort((a, b) => worth(b) - worth(a) || b.times - a.times).slice(0, 5)
}

const most = 5000
/** The nodes of a run's tree in tree order, each with its address, its parent's, and its figures. */
export async function treeJson(store: Store, m: RunMeta): Promise<object> {
  const { tree: t, entry } = await treeOf(store, m.id)
  const { world } = entry
  const rows: object[] = []
  let all = 0
  for (const n of everyNode(t)) {
    if (++all > most) continue
    const up = t.parent(n)
    rows.push({
      key: t.key(n),
      parent: up === null ? null : t.key(up),
      depth: t.depth(n),
      action: up === null ? null : brief(world.show?.(t.action(n), t.state(up as NodeId)) ?? t.action(n), 300),
      N: t.N[n],
      Q: number(t.Q[n]),
      V: number(t.V[n]),
      R: number(t.R[n]),
      ...(t.outcome(n) === null ? {} : { answer: said(t.outcome(n)!.answer) }),
      ...(t.is(n, 'failed') ? { failed: true } : {}),
    })
  }
  return { run: m.id, nodes: all, truncated: all > most, rows }
}
const number = (x: number): number | null => (Number.isFinite(x) ? x : null)
/** Those aside and pruned too, without recursion. */
function* everyNode(t: FlatTree): Generator<NodeId> {
  yield t.root
  for (const n of t.nodes()) if (n !== t.root) yield n
}
