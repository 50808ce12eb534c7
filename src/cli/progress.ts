// What the live view knows of a run, folded from its events.
import type { Limits, Usage } from '../contract/index.ts'
import { answerText } from '../run/index.ts'
import type { Event } from '../runtime/index.ts'

export interface Progress {
  readonly run: string
  readonly world: string
  readonly task: string
  method: string
  model: string
  seed: number
  slots: number
  limits: Limits
  phase: 'starting' | 'replaying' | 'searching' | 'landing' | 'interrupted' | 'ended'
  /** Effects taken from the record. */
  replayed: number
  best: { text: string; score: number; verified: boolean | null } | null
  nodes: number
  depth: number
  spent: Partial<Usage>
  inFlight: number
  /** Models that asked to slow down: when they may be asked again (seconds of the run), and with how many calls at once. */
  limited: { model: string; until: number; slots: number } | null
  retries: number
  /** The journal could not be written; it is tried again. */
  waiting: string | null
  /** Wall seconds at the first event, and at the last look. */
  began: number
  now: number
  /** Looks, at most one each 250 ms: wall seconds, calls and nodes by then. The oldest are thinned out. */
  looks: { at: number; calls: number; nodes: number }[]
}

export function startProgress(o: { run: string; world: string; task: string; now: number }): Progress {
  return {
    ...o,
    method: '',
    model: '',
    seed: 0,
    slots: 0,
    limits: {},
    phase: 'starting',
    replayed: 0,
    best: null,
    nodes: 1,
    depth: 0,
    spent: {},
    inFlight: 0,
    limited: null,
    retries: 0,
    waiting: null,
    began: o.now,
    looks: [],
  }
}

/** Takes one event in. Changes `p`: a run has more events than one would want copies of. */
export function observe(p: Progress, e: Event): void {
  switch (e.kind) {
    case 'run.start':
      p.method = e.data.method
      p.model = e.data.models.policy ?? ''
      p.seed = e.data.seed
      p.slots = e.data.concurrency
      p.limits = e.data.limits
      p.phase = e.data.resumed ? 'replaying' : 'searching'
      break
    case 'run.live':
      p.replayed = e.data.replayed
      p.phase = 'searching'
      break
    case 'effect.start':
      p.inFlight = e.data.inFlight
      break
    case 'effect.end':
      p.inFlight = e.data.inFlight
      p.spent = e.data.spent
      p.waiting = null
      break
    case 'tree.edge':
      p.nodes++
      break
    case 'tree.node':
      p.depth = Math.max(p.depth, e.data.depth)
      break
    case 'answer':
      p.best = {
        text: e.data.value == null ? e.data.text : answerText(e.data.value, 500),
        score: e.data.score,
        verified: e.data.verified,
      }
      break
    case 'model.limited':
      p.limited = { model: e.data.model, until: e.data.seconds, slots: e.data.slots }
      break
    case 'model.retry':
      p.retries++
      break
    case 'store.waiting':
      p.waiting = e.data.message
      break
    case 'run.landing':
      p.phase = e.data.why === 'cancelled' ? 'interrupted' : 'landing'
      break
    case 'run.end':
      p.phase = 'ended'
      p.spent = e.data.spent
      p.nodes = e.data.nodes
      p.depth = e.data.depth
      p.inFlight = 0
      break
  }
}

const most = 512
/** Notes the time, and every 250 ms where the run stands. */
export function look(p: Progress, now: number): void {
  p.now = now
  const last = p.looks.at(-1)
  if (last !== undefined && now - last.at < 0.25) return
  p.looks.push({ at: now, calls: p.spent.calls ?? 0, nodes: p.nodes })
  if (p.looks.length > most) p.looks = p.looks.filter((_, i) => i % 2 === 0 || i > most / 2)
}

/** Calls a second over the last three seconds of wall time. */
export function rate(p: Progress): number {
  const from = p.looks.find(x => x.at >= p.now - 3)
  const last = p.looks.at(-1)
  if (from === undefined || last === undefined || last.at <= from.at) return 0
  return Math.max(0, ((p.spent.calls ?? 0) - from.calls) / Math.max(0.25, p.now - from.at))
}

/** Nodes added in each of `n` equal parts of the time so far; between two looks they are taken to have come evenly. */
export function growth(p: Progress, n: number): number[] {
  const span = Math.max(1e-9, p.now - p.began)
  const out = new Array<number>(n).fill(0)
  let before = { at: p.began, nodes: 1 }
  for (const x of [...p.looks, { at: p.now, nodes: p.nodes }]) {
    const from = ((before.at - p.began) / span) * n
    const to = ((x.at - p.began) / span) * n
    const each = Math.max(0, x.nodes - before.nodes) / Math.max(1e-9, to - from)
    for (let i = Math.max(0, Math.floor(from)); i < Math.min(n, to); i++)
      out[i] += each * Math.max(0, Math.min(i + 1, to) - Math.max(i, from))
    before = x
  }
  return out
}
