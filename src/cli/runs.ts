// `espalier runs`: what a store holds.
import type { Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import {
  answerText,
  comparisonId,
  comparisonTable,
  type Evidence,
  type Plan,
  readComparison,
  removeRun,
  showBudget,
  taskText,
} from '../run/index.ts'
import { type RunMeta, type RunStatus, type Store, storeFolder } from '../store/index.ts'
import { type Action, one } from './definition.ts'
import { jsonLine, lookOf, pathLines, print, spentLine, storeOption } from './report.ts'
import { existing, needed, shownStore } from './shelf.ts'
import { counted, crop, cut, fill, type Line, marksFor, number, piece, type Style, score, width } from './text.ts'

/** killed: it says that it is running, and no process works on it. */
type Shown = RunStatus | 'killed'
const statusOf = (store: Store, m: RunMeta): Shown => (m.status === 'running' && store.owner(m.id) === null ? 'killed' : m.status)
const styles: Record<Shown, Style> = { running: 'accent', paused: 'warn', killed: 'warn', done: 'plain', failed: 'bad' }

export const listRuns: Action = async (call, s) => {
  const json = call.flags.has('json')
  const limit = one(call, 'limit') ?? '20'
  if (!/^[1-9]\d*$/.test(limit)) throw new Failure('usage', `--limit: expected a whole number from 1, found '${limit}'`, 'as in --limit 50')
  const since = one(call, 'since')
  const of = one(call, 'of')
  const filter = {
    ...(of === undefined ? { parts: false } : {}),
    ...(one(call, 'status') === undefined ? {} : { status: one(call, 'status') as RunStatus }),
    ...(one(call, 'world') === undefined ? {} : { world: one(call, 'world')! }),
    ...(one(call, 'method') === undefined ? {} : { method: one(call, 'method')! }),
    ...(since === undefined ? {} : { since: moment(since) }),
    limit: Number(limit),
  }
  const store = existing(call)
  try {
    const runs = store?.list(of === undefined ? filter : { ...filter, origin: store.get(of).id }) ?? []
    const status = runs.map(m => statusOf(store!, m))
    if (json) {
      s.out.write(jsonLine({ store: storeFolder(one(call, 'store')), runs: runs.map((m, i) => runJson(m, status[i])) }))
      return 0
    }
    if (runs.length === 0) {
      print(s, [[piece(store === null ? `no runs: there is no store in ${storeFolder(one(call, 'store'))}` : 'no runs', 'dim')]])
      return 0
    }
    const look = lookOf(s)
    const m = marksFor(look.unicode)
    const texts = runs.map(r => taskText(r))
    const columns = {
      id: Math.max(...runs.map(r => r.id.length)),
      method: Math.max(6, ...runs.map(r => r.method.id.length)),
      task: Math.min(lookOf(s).width < 90 ? 14 : 28, Math.max(4, ...runs.map((r, i) => width(`${r.world} ${texts[i]}`)))),
    }
    // In a narrow terminal the answer is worth more than when.
    const begun = (text: string): string => (look.width < 90 ? '' : `${fill(text, 16)}  `)
    const head = `${fill('run', columns.id)}  ${begun('begun')}${fill('status', 7)}  ${fill('task', columns.task)}  ${fill('method', columns.method)}  ${'calls'.padStart(7)}  answer`
    print(s, [
      crop([piece(head, 'dim')], look.width),
      ...runs.map((r, i): Line => {
        const before = `${fill(r.id, columns.id)}  ${begun(when(r.created))}`
        const after = `  ${fill(`${r.world} ${texts[i]}`, columns.task, m.more)}  ${fill(r.method.id, columns.method)}  ${(r.spent.calls === undefined ? '-' : number(r.spent.calls)).padStart(7)}  `
        const left = Math.max(8, look.width - width(before) - 7 - width(after) - 2)
        const answer = r.answer === null ? '' : answerText(r.answer, 300)
        const line = [
          piece(before),
          piece(fill(status[i], 7), styles[status[i]]),
          piece(after),
          piece(r.solved === true ? `${m.yes} ` : '  ', 'good'),
          piece(cut(answer.replace(/\s+/g, ' '), left, m.more)),
        ]
        return crop(line, look.width, m.more)
      }),
    ])
    return 0
  } finally {
    store?.close()
  }
}

export const showRun: Action = async (call, s) => {
  const store = needed(call)
  try {
    const meta = store.get(call.args[0])
    const status = statusOf(store, meta)
    const handle = store.open(meta.id)
    let kept: { ended: string; path: Evidence[] } | null
    try {
      const saved = handle.snapshot.load('evidence')
      kept = saved === null ? null : (JSON.parse(saved as string) as { ended: string; path: Evidence[] })
    } finally {
      handle.close()
    }
    // JSON has no NaN: what was unknown came back as null.
    const path = (kept?.path ?? []).map(x => ({ ...x, Q: x.Q ?? Number.NaN, V: x.V ?? Number.NaN, R: x.R ?? Number.NaN }))
    if (call.flags.has('json')) {
      s.out.write(
        jsonLine({
          ...runJson(meta, status),
          ended: kept?.ended ?? null,
          path: path.map(x => ({ key: x.key, step: x.text, N: x.N, Q: x.Q, V: x.V, R: x.R })),
        }),
      )
      return 0
    }
    const compared = meta.method.id === comparisonId ? readComparison(meta.id, { store: store.folder }) : null
    if (compared !== null) {
      s.out.write(`${meta.id}  ${status}\n${comparisonTable(compared, { width: s.out.isTTY ? s.out.columns : 120 })}\n`)
      return 0
    }
    const look = lookOf(s)
    const m = marksFor(look.unicode)
    const row = (name: string, text: string, style: Style = 'plain'): Line => [piece(`  ${fill(name, 12)}`, 'dim'), piece(text, style)]
    const plan = meta.options.plan as Plan | undefined
    const own = shownStore(call, storeFolder(one(call, 'store')))!
    const knobs = Object.entries(plan?.knobs ?? {})
    print(s, [
      [piece(`${meta.id}  `, 'bold'), piece(status, styles[status])],
      row('task', `${meta.world} ${taskText(meta)}`),
      row(
        'method',
        `${meta.method.id} version ${meta.method.version}${plan?.preset ? `, preset ${plan.preset}` : ''}${knobs.map(([k, v]) => `, ${k}=${v}`).join('')}`,
      ),
      ...Object.entries(meta.models).map(([role, id]) => row(role === 'policy' ? 'model' : role, id)),
      row('seed', `${meta.seed}, ${meta.concurrency} in flight`),
      row('budget', showBudget(meta.limits) || 'none'),
      row('begun', `${when(meta.created)}, last change ${when(meta.updated)}`),
      ...(meta.origin === null ? [] : [row('from', meta.origin)]),
      row('spent', status === 'killed' || status === 'running' ? 'not summed up yet' : spentLine(meta.spent as Usage)),
      ...(meta.nodes > 0 ? [row('tree', `${counted(meta.nodes, 'node')}, depth ${meta.depth}`)] : []),
      row('answer', meta.answer === null ? 'none' : answerText(meta.answer, 2000), meta.solved ? 'good' : 'plain'),
      row(
        'verified',
        meta.verifiedBy === null
          ? 'no: nothing could verify it'
          : meta.solved
            ? `${m.yes} by ${meta.verifiedBy}`
            : `no (${meta.verifiedBy})`,
      ),
      ...(meta.score === null ? [] : [row('score', score(meta.score))]),
      ...pathLines(path, look),
      ...(status === 'killed' || status === 'paused' ? [row('resume', `espalier resume ${meta.id}${storeOption(own)}`)] : []),
    ])
    return 0
  } finally {
    store.close()
  }
}

export const removeRuns: Action = async (call, s) => {
  const store = needed(call)
  try {
    // All are looked up before the first is removed.
    const ids = [...new Set(call.args.map(x => store.get(x).id))]
    const removed: string[] = []
    for (const id of ids) {
      const gone = removeRun(store, id)
      removed.push(...gone)
      if (!call.flags.has('json'))
        print(s, [[piece(`removed ${id}${gone.length === 1 ? '' : ` and its ${counted(gone.length - 1, 'run')}`}`)]])
    }
    if (call.flags.has('json')) s.out.write(jsonLine({ removed }))
    return 0
  } finally {
    store.close()
  }
}

function runJson(m: RunMeta, status: Shown): object {
  return {
    run: m.id,
    status,
    created: new Date(m.created * 1000).toISOString(),
    updated: new Date(m.updated * 1000).toISOString(),
    world: m.world,
    task: taskText(m),
    method: m.method.id,
    version: m.method.version,
    models: m.models,
    knobs: m.knobs,
    budget: m.limits,
    seed: m.seed,
    concurrency: m.concurrency,
    answer: m.answer ?? null,
    solved: m.solved,
    verifiedBy: m.verifiedBy,
    score: m.score,
    spent: m.spent,
    tree: { nodes: m.nodes, depth: m.depth },
    origin: m.origin,
  }
}

const two = (n: number): string => String(n).padStart(2, '0')
/** Local time to the minute. */
function when(seconds: number): string {
  const d = new Date(seconds * 1000)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}
const spans: Record<string, number> = { m: 60, h: 3600, d: 86_400 }
/** Unix seconds of `30m`, `12h`, `7d` ago, or of a date. */
function moment(text: string): number {
  const m = /^(\d+)([mhd])$/.exec(text)
  const at = m === null ? Date.parse(text) / 1000 : Date.now() / 1000 - Number(m[1]) * spans[m[2]]
  if (!Number.isFinite(at)) throw new Failure('usage', `--since: expected 30m, 12h, 7d or a date, found '${text}'`, 'as in --since 7d')
  return at
}
