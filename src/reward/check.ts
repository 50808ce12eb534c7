// Is a judge to be trusted? Held against answers of which one knows whether they are right.
import type { Assessment, Limits, Provider, PureWorld, Ranker, Reward, Sampling, Usage } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { canonical } from '../kernel/hash.ts'
import { auc, type Interval, wilson } from '../kernel/statistics.ts'
import { method, run } from '../runtime/index.ts'
import type { WorldEntry } from '../world/index.ts'
import { candidate, taskText } from './asking.ts'
import { applyCalibration, type Bin, brier, type Calibration, ece, isotonic, type Judged, platt, reliability } from './calibration.ts'
import { type Duel, duel, type PairwiseOptions } from './pairwise.ts'

/** A task, an answer to it (or a state of its world), and whether that is right: 1, 0, or in between. */
export interface Labelled {
  readonly id: string
  readonly task: unknown
  readonly answer?: string
  readonly state?: unknown
  readonly label: number
  readonly line: number
}

/**
 * Reads a labelled file: JSON Lines `{"task", "answer" or "state", "label"}`, label a number in [0, 1] or true or false; or `{"task", "chosen",
 * "rejected"}`, which is two. Blank lines and lines that begin with `#` are passed over; a bad line is named and the rest is read.
 */
export function readLabelled(text: string): { items: Labelled[]; errors: { line: number; message: string }[] } {
  const items: Labelled[] = []
  const errors: { line: number; message: string }[] = []
  const read = (raw: string, line: number): void => {
    if (raw.trim() === '' || raw.trim().startsWith('#')) return
    const bad = (why: string): void => {
      errors.push({ line, message: `line ${line}: ${why}` })
    }
    let x: Record<string, unknown>
    try {
      x = JSON.parse(raw)
    } catch (e) {
      return bad(`no valid JSON (${(e as Error).message})`)
    }
    if (typeof x !== 'object' || x === null || x.task === undefined) return bad('expected {"task", "answer", "label"}, found no task')
    const id = typeof x.id === 'string' || typeof x.id === 'number' ? String(x.id) : `line-${line}`
    const shown = (a: unknown): string => (typeof a === 'string' ? a : JSON.stringify(a))
    if (x.chosen !== undefined && x.rejected !== undefined) {
      items.push({ id: `${id}/chosen`, task: x.task, answer: shown(x.chosen), label: 1, line })
      items.push({ id: `${id}/rejected`, task: x.task, answer: shown(x.rejected), label: 0, line })
      return
    }
    const label = x.label === true ? 1 : x.label === false ? 0 : x.label
    if (typeof label !== 'number' || !(label >= 0 && label <= 1))
      return bad(`expected a label from 0 to 1, or true or false, found ${JSON.stringify(x.label)}`)
    if (x.state !== undefined) items.push({ id, task: x.task, state: x.state, label, line })
    else if (x.answer !== undefined && x.answer !== null) items.push({ id, task: x.task, answer: shown(x.answer), label, line })
    else bad('expected an "answer" or a "state"')
  }
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries())
    read(raw, i + 1)
  return { items, errors }
}

export interface CheckOptions {
  readonly world: WorldEntry
  /** The judge as a reward; undefined: only duels are fought. */
  readonly judge?: Reward
  readonly model: Provider | ({ policy: Provider } & Record<string, Provider>)
  readonly items: readonly Labelled[]
  /** Pairs of answers to one task with different labels, put to a judge of pairs in both orders: for the position bias. Default 0. */
  readonly duels?: number
  readonly pairwise?: PairwiseOptions
  readonly budget?: Limits
  readonly seed?: number
  readonly concurrency?: number
  readonly sampling?: Sampling
  readonly signal?: AbortSignal
}
export interface JudgeReport {
  readonly judge: string
  readonly models: Readonly<Record<string, string>>
  readonly items: number
  /** Judged and readable; the others failed, were no answer of the world, or the budget ended before them. */
  readonly judged: number
  readonly failed: readonly { readonly id: string; readonly why: string }[]
  /** Value at least 0.5 where the label is. */
  readonly accuracy: { readonly value: number; readonly interval: Interval }
  /** Chance that a right answer is valued above a wrong one. */
  readonly auc: { readonly value: number; readonly interval: Interval }
  /** Of answers to the same task with different labels: how often the better labelled has the higher value; equal values are half. */
  readonly pairs: { readonly count: number; readonly accuracy: number }
  readonly brier: number
  readonly ece: number
  readonly bins: readonly Bin[]
  /** What the values should be, and the error that is left after it, each half measured with the fit to the other. */
  readonly fit: {
    readonly platt: Calibration
    readonly isotonic: Calibration
    readonly ece: { readonly platt: number; readonly isotonic: number }
  }
  /** null: no duels were fought. `bias`: what standing first is worth, in [-0.5, 0.5]; `flips`: share of duels that another order decides otherwise. */
  readonly position: { readonly duels: number; readonly accuracy: number; readonly bias: number; readonly flips: number } | null
  readonly spent: Usage
  /** Spend of one judgement, duels included. usd null: a price is unknown. */
  readonly each: { readonly calls: number; readonly tokens: number; readonly usd: number | null }
  readonly ended: string
  readonly results: readonly { readonly id: string; readonly label: number; readonly value: number }[]
}

const list: PureWorld<null, never> = {
  kind: 'pure',
  id: 'labelled',
  start: () => null,
  step: s => s,
  outcome: () => null,
  render: () => [],
  parse: () => ({ reject: 'nothing is proposed here' }),
}

/**
 * Holds a judge against labelled answers. Each answer is put where a search would have it, in a search of its own, so that the judge sees what it would
 * see there; all of them are one run under one budget. What the budget does not cover is left out and said.
 * @throws Failure (usage) where there is nothing to judge
 */
export async function judgeCheck(o: CheckOptions): Promise<JudgeReport> {
  if (o.items.length === 0) throw new Failure('usage', 'there is nothing to judge', 'give JSON Lines {"task", "answer", "label"}')
  const { world } = o.world
  const values = new Map<Labelled, Assessment>()
  const wrong = new Map<Labelled, string>()
  const duels: { d: Duel; better: 0 | 1 }[] = []
  let short = false
  const grain = world.grains?.includes('attempt') ? 'attempt' : 'step'
  // A search of one task in which the given answers stand as if they had been drawn.
  const standing = (items: readonly Labelled[], by: { reward?: Reward; ranker?: Ranker }) => ({
    world: items[0].state === undefined ? world : { ...world, start: () => items[0].state },
    method: method({
      id: 'judge-check',
      knobs: {},
      async run(s) {
        const nodes = []
        for (const x of items) {
          if (x.answer === undefined) {
            nodes.push(s.tree.root)
            continue
          }
          const state = s.tree.state(s.tree.root)
          const action = s.world.parse(x.answer, state as never, { for: grain })
          const refused =
            typeof action === 'object' && action !== null && 'reject' in action ? String((action as { reject: string }).reject) : undefined
          const legal = refused ?? s.world.valid?.(action as never, state as never) ?? true
          if (legal !== true) {
            wrong.set(x, `no answer of the world ${world.id}: ${legal}`)
            return
          }
          nodes.push(...(await s.step([s.insert(s.tree.root, action as never)])))
        }
        if (by.reward !== undefined) values.set(items[0], (await s.reward([nodes[0]], { by: by.reward }))[0])
        if (by.ranker !== undefined) await s.rank(nodes, { by: by.ranker })
      },
    }),
  })
  const pairs = pairsOf(o.items)
  const fought = pairs.filter(([a, b]) => a.answer !== undefined && b.answer !== undefined && a.answer !== b.answer).slice(0, o.duels ?? 0)
  const outer = method({
    id: 'judge-check',
    knobs: {},
    async run(s) {
      const one = async (x: Labelled): Promise<void> => {
        if (o.judge === undefined) return
        try {
          const r = await s.sub(standing([x], { reward: o.judge }) as never, o.world.parseTask(x.task))
          short ||= r.ended === 'budget'
        } catch (e) {
          if (!(e instanceof Failure) || e.code !== 'usage') throw e
          wrong.set(x, e.message)
        }
      }
      const two = async (a: Labelled, b: Labelled, i: number): Promise<void> => {
        // Which stands first in the pair is by turns, so that no side is always the better.
        const [first, second] = i % 2 === 0 ? [a, b] : [b, a]
        const ranker: Ranker = {
          id: 'duel',
          async rank(slate, io) {
            const task = taskText(slate[0], io.model(o.pairwise?.role ?? 'judge').dialect)
            const d = await duel(task, candidate(slate[0]), candidate(slate[1]), io, o.pairwise)
            duels.push({ d, better: first.label > second.label ? 0 : 1 })
            return [{ value: d.p }, { value: 1 - d.p }]
          },
        }
        const r = await s.sub(standing([first, second], { ranker }) as never, o.world.parseTask(first.task))
        short ||= r.ended === 'budget'
      }
      await Promise.all([...o.items.map(one), ...fought.map(([a, b], i) => two(a, b, i))])
    },
  })
  const result = await run(
    {
      world: list,
      method: outer,
      model: o.model,
      ...(o.budget === undefined ? {} : { budget: o.budget }),
      ...(o.sampling === undefined ? {} : { sampling: o.sampling }),
    },
    null,
    {
      ...(o.seed === undefined ? {} : { seed: o.seed }),
      ...(o.concurrency === undefined ? {} : { concurrency: o.concurrency }),
      ...(o.signal === undefined ? {} : { signal: o.signal }),
    },
  )

  // A search within lands by itself where the budget ends.
  const ended = result.ended === 'done' && short ? 'budget' : result.ended
  const known = o.items.flatMap(x => {
    const a = values.get(x)
    return a === undefined || a.failed || Number.isNaN(a.value) ? [] : [{ x, value: a.value, label: x.label }]
  })
  const why = (x: Labelled): string => wrong.get(x) ?? values.get(x)?.feedback ?? (values.has(x) ? 'no value' : `not judged: ${ended}`)
  const right = known.filter(k => k.value >= 0.5 === k.label >= 0.5).length
  const area = auc(
    known.filter(k => k.label >= 0.5).map(k => k.value),
    known.filter(k => k.label < 0.5).map(k => k.value),
  )
  const worth = new Map(known.map(k => [k.x, k.value]))
  const compared = pairs.filter(([a, b]) => worth.has(a) && worth.has(b))
  const ahead = compared.reduce((s, [a, b]) => {
    const gap = (worth.get(a)! - worth.get(b)!) * (a.label - b.label)
    return s + (gap > 0 ? 1 : gap === 0 ? 0.5 : 0)
  }, 0)
  const settled = duels.filter(x => !Number.isNaN(x.d.p))
  const mean = (xs: readonly number[]): number => xs.reduce((a, x) => a + x, 0) / xs.length
  const { spent } = result
  const judgements = Math.max(1, values.size + duels.length)
  const models =
    'sample' in o.model && typeof o.model.sample === 'function' ? { policy: o.model as Provider } : (o.model as Record<string, Provider>)
  return {
    judge: o.judge?.id ?? 'duels',
    models: Object.fromEntries(Object.entries(models).map(([role, p]) => [role, p.id])),
    items: o.items.length,
    judged: known.length,
    failed: o.judge === undefined ? [] : o.items.filter(x => !worth.has(x)).map(x => ({ id: x.id, why: why(x) })),
    accuracy: { value: known.length === 0 ? Number.NaN : right / known.length, interval: wilson(right, known.length) },
    auc: { value: area.auc, interval: area.interval },
    pairs: { count: compared.length, accuracy: compared.length === 0 ? Number.NaN : ahead / compared.length },
    brier: brier(known),
    ece: ece(known),
    bins: reliability(known),
    fit: { platt: platt(known), isotonic: isotonic(known), ece: { platt: held(known, platt), isotonic: held(known, isotonic) } },
    position:
      settled.length === 0
        ? null
        : {
            duels: settled.length,
            accuracy: mean(settled.map(x => (x.d.win === null ? 0.5 : x.d.win === x.better ? 1 : 0))),
            bias: mean(settled.map(x => x.d.bias)),
            // The orders disagree where the liking for a place outweighs the difference.
            flips: mean(settled.map(x => (Math.abs(x.d.bias) > Math.abs(x.d.p - 0.5) ? 1 : 0))),
          },
    spent,
    each: {
      calls: spent.calls / judgements,
      tokens: (spent.inputTokens + spent.outputTokens) / judgements,
      usd: spent.usd === null ? null : spent.usd / judgements,
    },
    ended,
    results: known.map(k => ({ id: k.x.id, label: k.label, value: k.value })),
  }
}

/** Answers to one task with different labels. */
function pairsOf(items: readonly Labelled[]): [Labelled, Labelled][] {
  const byTask = new Map<string, Labelled[]>()
  for (const x of items) {
    const key = canonical(x.task)
    const group = byTask.get(key)
    group === undefined ? byTask.set(key, [x]) : group.push(x)
  }
  return [...byTask.values()].flatMap(group =>
    group.flatMap((a, i) => group.slice(i + 1).flatMap((b): [Labelled, Labelled][] => (a.label === b.label ? [] : [[a, b]]))),
  )
}

/** Calibration error after a fit, each half of the items mended by the fit to the other. */
function held(xs: readonly Judged[], fitted: (xs: readonly Judged[]) => Calibration): number {
  if (xs.length < 4) return Number.NaN
  // Right and wrong ones by turns, each for themselves: files often alternate.
  const halves: Judged[][] = [[], []]
  const turns = [0, 0]
  for (const x of xs) halves[turns[x.label >= 0.5 ? 1 : 0]++ % 2].push(x)
  const mended = halves.flatMap((half, h) => {
    const c = fitted(halves[1 - h])
    return half.map(x => ({ value: applyCalibration(c, x.value), label: x.label }))
  })
  return ece(mended)
}

const share = (x: number): string => (Number.isNaN(x) ? '-' : x.toFixed(3))
const span = (i: Interval): string => (Number.isNaN(i[0]) ? '' : ` [${i[0].toFixed(3)}, ${i[1].toFixed(3)}]`)

/** A report as lines of text. */
export function judgeTable(r: JudgeReport): string {
  const rows: [string, string][] = [['judge', `${r.judge} by ${r.models.judge ?? r.models.policy ?? Object.values(r.models)[0]}`]]
  if (r.judge !== 'duels') {
    rows.push(['judged', `${r.judged} of ${r.items}${r.ended === 'done' ? '' : `, ended: ${r.ended}`}`])
    rows.push(['accuracy', share(r.accuracy.value) + span(r.accuracy.interval)])
    rows.push(['AUC', share(r.auc.value) + span(r.auc.interval)])
    if (r.pairs.count > 0)
      rows.push(['pairs', `${share(r.pairs.accuracy)} of ${r.pairs.count} answers to the same task in the right order`])
    rows.push([
      'calibration',
      `error ${share(r.ece)}, Brier ${share(r.brier)}; after a fit: Platt ${share(r.fit.ece.platt)}, isotonic ${share(r.fit.ece.isotonic)}`,
    ])
  }
  if (r.position !== null)
    rows.push([
      'duels',
      `${share(r.position.accuracy)} of ${r.position.duels} right; standing first is worth ${r.position.bias >= 0 ? '+' : ''}${share(r.position.bias)}, order decides ${share(r.position.flips)}`,
    ])
  rows.push([
    'cost each',
    `${r.each.calls.toFixed(1)} calls, ${Math.round(r.each.tokens)} tokens${r.each.usd === null ? ', price unknown' : r.each.usd === 0 ? '' : `, $${r.each.usd.toPrecision(3)}`}`,
  ])
  const bins = r.bins
    .filter(b => b.count > 0)
    .map(b => `  ${b.low.toFixed(1)}-${b.high.toFixed(1)}  ${String(b.count).padStart(5)}  said ${share(b.mean)}  true ${share(b.label)}`)
  const failed = r.failed.slice(0, 5).map(f => `  ${f.id}: ${f.why}`)
  return [
    ...rows.map(([name, text]) => `${name.padEnd(12)} ${text}`),
    ...(bins.length > 0 ? ['values', ...bins] : []),
    ...(failed.length > 0 ? [`not judged: ${r.failed.length}`, ...failed] : []),
  ].join('\n')
}
