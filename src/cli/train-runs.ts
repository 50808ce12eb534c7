// `espalier train value` and `espalier train policy`: one training on trees that are there, or on a data file. The same command goes on where it was stopped.
import { Failure } from '../kernel/index.ts'
import type { GroupAdvantage, LabelKind, TunePlan } from '../learn/index.ts'
import { advantageKinds } from '../learn/index.ts'
import { type Lesson, type LessonOptions, lessonPlan, tuneRuns } from '../loop/index.ts'
import { exportOptions } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { askedOf } from './export.ts'
import { onInterrupt } from './interrupt.ts'
import { showing } from './live.ts'
import { number as numberOf } from './number.ts'
import { jsonLine, lookOf, print, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { fill, type Line, marksFor, number, piece } from './text.ts'
import { deviceOf, nameOf, settingsOf, sourceOf, spoken } from './train-asked.ts'
import { tuneView } from './tune-view.ts'
import { whole } from './whole.ts'

export const trainValueCommand: Action = (call, s) => train(call, s, 'value')
export const trainPolicyCommand: Action = async (call, s) =>
  /^openai:/.test(one(call, 'model') ?? '') ? (await import('./train-remote.ts')).trainRemoteCommand(call, s) : train(call, s, 'policy')

async function train(call: Call, s: Streams, part: 'value' | 'policy'): Promise<number> {
  const o = optionsOf(call, part)
  const again = [`espalier train ${part}`, ...call.args, ...spoken(call)].join(' ') + storeOption(shownStore(call, o.store)!)
  const view = tuneView(showing(s, call.flags), s)
  const stop = new AbortController()
  const off = onInterrupt(() => {
    view.line('stopping at a checkpoint')
    stop.abort()
  })
  let r: Lesson
  try {
    r = await tuneRuns({
      ...o,
      ...deviceOf(call),
      signal: stop.signal,
      onEvent(e) {
        if (e.kind === 'tuning') view.event(e.event)
        else if (e.kind === 'measuring') view.line('measuring on held-out states')
        else
          view.line(
            `training seedling@${o.name}: ${number(e.train)} rows${e.trees > 0 ? ` of ${number(e.trees)} trees` : ''}, ${number(e.held)} held out`,
          )
      },
    })
  } catch (e) {
    if (e instanceof Failure || !(e as NodeJS.ErrnoException).code) throw e
    throw new Failure('store', `${o.store} cannot be written: ${(e as Error).message}`, `mend it, and go on: ${again}`, { cause: e })
  } finally {
    off()
    view.end()
  }
  const { result } = r
  if (call.flags.has('json')) s.out.write(jsonLine(shown(r, again)))
  else if (result === null) print(s, [[piece('stopped', 'warn'), piece(`; nothing is lost: ${again}`)]])
  else print(s, lines(r, lookOf(s).unicode, storeOption(shownStore(call, o.store)!)))
  return result === null ? 130 : 0
}

function optionsOf(call: Call, part: 'value' | 'policy'): LessonOptions {
  const loss = one(call, 'loss')
  const knobs = settingsOf(call)
  const advantage = one(call, 'advantage')
  const scale = one(call, 'scale')?.split(',').map(Number)
  if (scale !== undefined && (scale.length !== 2 || !scale.every(Number.isFinite) || scale[0] >= scale[1]))
    throw new Failure('usage', `--scale: expected two numbers, the lower first, found '${one(call, 'scale')}'`, 'as in --scale -1,1')
  const held = numberOf(call, 'held', lessonPlan.held)
  if (!(held >= 0 && held < 1)) throw new Failure('usage', `--held: expected a share from 0 to below 1, found ${held}`)
  const tune: Partial<TunePlan> = {}
  for (const [key, option, least] of [
    ['seed', 'seed', 0],
    ['epochs', 'epochs', 1],
    ['steps', 'steps', 1],
    ['batch', 'batch', 1],
    ['micro', 'micro', 1],
    ['evaluateEvery', 'evaluate', 1],
    ['patience', 'patience', 0],
  ] as const) {
    const x = whole(call, option, least)
    if (x !== undefined) tune[key] = x
  }
  if (one(call, 'rate') !== undefined) {
    tune.rate = numberOf(call, 'rate', 0)
    if (!(tune.rate > 0)) throw new Failure('usage', `--rate: expected a number above 0, found ${tune.rate}`)
  }
  const fall = one(call, 'fall') as TunePlan['fall'] | undefined
  if (fall !== undefined) tune.fall = fall
  const top = one(call, 'top')
  return {
    part,
    store: storeFolder(one(call, 'store')),
    name: nameOf(call, part),
    ...sourceOf(call),
    model: one(call, 'model') ?? lessonPlan.model,
    ...(loss === undefined ? {} : { loss }),
    ...(Object.keys(knobs).length === 0 ? {} : { options: knobs }),
    ...(one(call, 'labels') === undefined ? {} : { labels: one(call, 'labels') as LabelKind }),
    ...(scale === undefined ? {} : { scale: scale as [number, number] }),
    ...(part === 'value' ? {} : { verdicts: numberOf(call, 'verdicts', lessonPlan.verdicts) }),
    ...(advantage === undefined
      ? {}
      : { advantage: (advantage === 'tree' ? 'tree' : advantageKinds[advantage as 'grpo']) as GroupAdvantage }),
    right: numberOf(call, 'right', lessonPlan.right),
    held,
    // The command takes no word for people alone: their pairs come with the others.
    pairs: exportOptions(askedOf(call), '').pairs as LessonOptions['pairs'],
    ...(top === undefined ? {} : { imitate: { top: numberOf(call, 'top', 1) } }),
    tune,
  }
}

/** The result as JSON: schemas/lesson.schema.json. */
function shown(r: Lesson, again: string): Record<string, unknown> {
  const { result } = r
  return {
    model: `seedling@${r.name}`,
    path: r.path,
    part: r.plan.part,
    loss: r.plan.loss,
    labels: r.plan.labels ?? null,
    from: r.plan.model,
    finished: result !== null,
    resume: result === null ? again : null,
    trees: r.trees,
    rows: r.rows,
    steps: result?.step ?? null,
    tokens: result?.tokens ?? null,
    best: result?.best ?? null,
    train: result === null ? null : { first: result.train[0]?.loss ?? null, last: result.train.at(-1)?.loss ?? null },
    held: result?.dev.map(({ step, loss }) => ({ step, loss })) ?? null,
    ranks: r.ranks,
  }
}

function lines(r: Lesson, unicode: boolean, store: string): Line[] {
  const m = marksFor(unicode)
  const result = r.result!
  const row = (what: string, text: string): Line => [piece(`  ${fill(what, 12)}`, 'dim'), piece(text)]
  const [first, best] = [result.dev[0], result.dev.find(d => d.step === result.best)]
  const area = (x: { auc: number | null; interval: readonly [number, number] | null }): string =>
    x.auc === null ? 'unknown' : `${x.auc.toFixed(3)} (95 % interval ${x.interval!.map(y => y.toFixed(3)).join(' to ')})`
  return [
    [piece(`${m.yes} `, 'good'), piece(`seedling@${r.name}`, 'bold'), piece(`: ${r.plan.loss}, ${number(result.step)} steps`)],
    row('rows', `${number(r.rows.train)}${r.trees > 0 ? ` of ${number(r.trees)} trees` : ''}; ${number(r.rows.held)} held out`),
    ...(first === undefined || best === undefined
      ? []
      : [row('held out', `loss ${first.loss.toFixed(4)} before, ${best.loss.toFixed(4)} at its best, after step ${best.step}`)]),
    ...(r.ranks === null
      ? []
      : [
          row('ranking', `AUC ${area(r.ranks.before)} before`),
          row('', `AUC ${area(r.ranks.after)} after, of ${number(r.ranks.after.states)} held-out unfinished states`),
        ]),
    row('use', `espalier solve game24 "4 9 10 13" ${r.plan.part === 'value' ? '--model.critic' : '--model'} seedling@${r.name}${store}`),
  ]
}
