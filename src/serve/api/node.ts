// One node of a run's tree: what it is, what was asked and said there, and why its method chose as it did.
import { z } from 'zod'
import type { Assessment, EdgeId, NodeId, Sample } from '../../contract/index.ts'
import { type FlatTree, flagNames, termsOf } from '../../kernel/index.ts'
import { answerText, dialectOf, type Requests } from '../../run/index.ts'
import { Place, requestHash } from '../../runtime/index.ts'
import type { RunHandle, RunMeta, Store } from '../../store/index.ts'
import { told } from '../said.ts'
import type { Api } from './api.ts'
import { runOf } from './row.ts'
import { nodeDetail } from './schemas.ts'
import { rowIn } from './tree.ts'
import { labelOf, type Shown, type Trees } from './trees.ts'
import type { EffectDetail, NodeDetail, Token } from './wire.ts'

/** Siblings and children that are shown. */
const mostKin = 200
const mostText = 100_000
/** Milliseconds that an answer waits for a record that runs again. */
const patience = 2000

/** What is known of a run beside its tree: see `keepDeep`. */
interface Deep {
  readonly requests: Requests
  /** The tree whose choices can be told. */
  readonly tree: FlatTree
}
type Effects = ReturnType<RunHandle['journal']['effectsAt']>

export function addNode(api: Api, trees: Trees): void {
  api.get(
    '/api/runs/{run}/nodes/{row}',
    {
      summary: 'one node: state, prompts and samples word for word, judgements, siblings with the terms by which the method chose',
      query: z.object({ wait: z.coerce.number().min(0).max(60).optional() }),
      answer: nodeDetail,
    },
    async asked => {
      const { store } = api
      const meta = runOf(api, asked)
      const shown = await trees.of(store, meta)
      const e = rowIn(shown, asked.params.row)
      const wait = asked.query.wait === undefined ? patience : asked.query.wait * 1000
      const effects = effectsAt(store, meta, shown.tree.key(e))
      return detailOf(meta, shown, e, effects, await deepOf(trees, store, meta, shown, e, effects, wait))
    },
  )
}

function effectsAt(store: Store, meta: RunMeta, key: string): Effects {
  const handle = store.open(meta.id)
  try {
    return handle.journal.effectsAt(key)
  } finally {
    handle.close()
  }
}
/** The text of a request, if it is the one on record. */
function textOf(requests: Requests, { k, at, kind, hash }: Effects[number]['open']): string | null {
  const text = requests.text(k)
  return text !== null && requestHash(at, kind, text) === hash ? text : null
}

/** The requests of the run, where they can be known: kept while it is under way here or since it was, else from its record, run again in the background. */
async function deepOf(
  trees: Trees,
  store: Store,
  meta: RunMeta,
  { live, tree }: Shown,
  e: EdgeId,
  effects: Effects,
  wait: number,
): Promise<Deep | { progress: number } | null> {
  if (live?.run.requests !== undefined) return { requests: live.run.requests, tree: live.run.tree }
  if (live === null && meta.status !== 'running') {
    const requests = await trees.requests(store, meta)
    if (requests !== null && effects.every(({ open }) => textOf(requests, open) !== null)) return { requests, tree }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => (timer = setTimeout(() => resolve('late'), wait)))
  try {
    const again = await Promise.race([trees.again(store, meta), late])
    if (again === 'late') return { progress: trees.progress(meta.id) }
    // A search that goes on may have come further than its record when that was read.
    return e < again.run.tree.size ? { requests: again.requests, tree: live?.run.tree ?? again.run.tree } : null
  } catch {
    // A run of a program's own parts, or a record that does not fit any more: everything else can be told.
    return null
  } finally {
    clearTimeout(timer)
  }
}

function detailOf(meta: RunMeta, shown: Shown, e: EdgeId, effects: Effects, known: Deep | { progress: number } | null): NodeDetail {
  const deep = known !== null && 'requests' in known ? known : null
  const { tree: t, ledger, entry } = shown
  const { world } = entry
  const dialect = shown.live === null ? dialectOf(meta) : ((shown.live.planned.frame.model as any)?.policy?.dialect ?? 'text')
  const parent = t.parent(e)
  const node = t.taken(e) ? (e as NodeId) : null
  const outcome = node === null ? null : t.outcome(node)
  const columns = ['N', 'O', 'W', 'Q', 'P', 'M', 'F', 'V', 'R'] as const
  return {
    run: meta.id,
    row: e,
    key: t.key(e),
    parent,
    depth: t.depth(e),
    action: parent === null ? null : labelOf(shown, e, mostText),
    state: node === null ? '' : stateText(t.state(node)),
    rendered: node === null || outcome?.open === false ? null : rendered(t, node, world),
    flags: [...flagNames.filter(f => t.is(e, f)), ...(node === null ? [] : ['taken'])],
    outcome:
      outcome === null
        ? null
        : {
            answer: answerText(outcome.answer, mostText),
            failed: outcome.failed === true,
            open: outcome.open === true,
            reward: finite(outcome.reward),
            feedback: outcome.feedback ?? null,
          },
    stats: {
      ...Object.fromEntries(columns.map(c => [c, finite(t[c][e])])),
      ...Object.fromEntries(t.columns().map(c => [c, finite(t.column(c)[e])])),
    },
    judgements: judgementsOf(t, e, deep),
    draws: t.draws(e).map(d => ({
      text: d.text ?? null,
      logprob: finite(d.logprob),
      prior: finite(d.prior),
      tokens: tokensOf(d.tokens, dialect),
    })),
    effects: effectsOf(effects, deep, dialect),
    siblings: kinOf(shown, parent, e, deep),
    children: kinOf(shown, e, null, deep),
    notes: t.notes(e).map(({ kind, scope, text }) => ({ kind, scope, text })),
    spent: { calls: ledger.calls[e] ?? 0, tokens: ledger.tokens[e] ?? 0, usd: finite(ledger.usd[e] ?? 0) },
    ...(known !== null && 'progress' in known ? { pending: { progress: known.progress } } : {}),
  }
}

const finite = (x: number | undefined | null): number | null => (x === undefined || x === null || !Number.isFinite(x) ? null : x)
const cut = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)} ... (${text.length} characters)` : text)
const stateText = (s: unknown): string => cut(typeof s === 'string' ? s : (JSON.stringify(s) ?? String(s)))

function rendered(t: FlatTree, n: NodeId, world: Shown['entry']['world']): string | null {
  try {
    return cut(
      new Place(t, n, world, 'text')
        .messages()
        .map(m => m.content)
        .join('\n\n'),
    )
  } catch {
    // A world need not be able to ask for a step from every state.
    return null
  }
}
function tokensOf(tokens: Sample['tokens'] | undefined, dialect: string): Token[] | null {
  if (tokens === undefined) return null
  return told(tokens, dialect)!.map(x => ({ text: x.text ?? '', logprob: x.logprob }))
}
function judgementsOf(t: FlatTree, e: EdgeId, deep: Deep | null): NodeDetail['judgements'] {
  const one = (by: string, column: string, a: Assessment): NodeDetail['judgements'][number] => ({
    by,
    column,
    value: finite(a.value),
    sd: finite(a.sd),
    critique: [a.critique, a.feedback].filter(Boolean).join('\n') || null,
    parts: a.parts ?? null,
  })
  const all = deep?.requests.judgements(e) ?? []
  if (all.length > 0) return all.map(j => one(j.by, j.column, j.assessment))
  const last = t.judged(e)
  return last === undefined ? [] : [one('', '', last)]
}

/** The children of a node in tree order, with the terms of the method's choice among them; of many those around `around`. */
function kinOf(shown: Shown, parent: EdgeId | null, around: EdgeId | null, deep: Deep | null): NodeDetail['siblings'] {
  const { tree: t } = shown
  const told = deep?.tree ?? t
  if (parent === null) return []
  const all: EdgeId[] = []
  for (let k = t.firstChild[parent]; k >= 0; k = t.nextSibling[k]) all.push(k as EdgeId)
  const at = around === null ? 0 : Math.max(0, Math.min(all.indexOf(around) - mostKin / 2, all.length - mostKin))
  return all.slice(at, at + mostKin).map(k => ({
    row: k,
    action: labelOf(shown, k, 200),
    N: t.N[k],
    Q: finite(t.Q[k]),
    V: finite(t.V[k]),
    P: finite(t.P[k]),
    terms: finiteTerms(termsOf(told, k)),
  }))
}
const finiteTerms = (terms: Record<string, number> | null): Record<string, number | null> | null =>
  terms === null ? null : Object.fromEntries(Object.entries(terms).map(([name, x]) => [name, finite(x)]))

const effectsOf = (effects: Effects, deep: Deep | null, dialect: string): EffectDetail[] =>
  effects.map(({ open, done }): EffectDetail => {
    const asked = readRequest(open.kind, deep === null ? null : textOf(deep.requests, open))
    const payload = done === null ? null : (JSON.parse(done.payload) as unknown)
    const samples = open.kind === 'sample' && done?.status === 'ok' && Array.isArray(payload) ? (payload as Sample[]) : null
    return {
      k: open.k,
      kind: open.kind,
      status: done?.status ?? 'open',
      began: open.time,
      ended: done?.time ?? null,
      usage: done?.usage ?? {},
      cached: done?.cached === true,
      prompt: asked.prompt,
      options: asked.options,
      samples: (samples ?? []).map(s => ({ text: s.text, finish: s.finish ?? null, tokens: tokensOf(s.tokens, dialect) })),
      reply: done === null || samples !== null ? null : cut(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    }
  })

/** The text of a request as messages and options: see where effects are asked for (runtime/model.ts, io.ts, steps.ts). */
function readRequest(kind: string, text: string | null): Pick<EffectDetail, 'prompt' | 'options'> {
  if (text === null) return { prompt: null, options: null }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { prompt: null, options: { request: text } }
  }
  const messages = (x: unknown): EffectDetail['prompt'] =>
    Array.isArray(x) ? x.map(m => ({ role: String(m?.role ?? ''), content: String(m?.content ?? '') })) : null
  const [what, first, second] = Array.isArray(body) ? body : []
  if (kind === 'sample') return { prompt: messages(first), options: { model: what, ...(second as object) } }
  if (kind === 'score' && Array.isArray(first)) return { prompt: messages(first[0]), options: { model: what, text: first[1] } }
  if (kind === 'call') return { prompt: null, options: { effect: what, input: first } }
  if (kind === 'step' || kind === 'commit') return { prompt: null, options: { action: body } }
  return { prompt: null, options: { model: what, input: first } }
}
