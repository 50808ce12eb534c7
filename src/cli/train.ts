// `espalier train seedling`: weights of one's own, from nothing, with data that the worlds' solver makes.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { type Card, draftPlan, lastStep, makeSeedling, type Plan, seedlingPlan, seedlingStages, type TrainEvent } from '../learn/index.ts'
import { lockWeights } from '../loop/weights.ts'
import { readSafetensors, seedlingShape, weightsPath } from '../model/seedling/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, type Call, one } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { showing } from './live.ts'
import { jsonLine, lookOf, print, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { duration, fill, type Line, marksFor, number, piece } from './text.ts'
import { deviceOf, nameOf, writable } from './train-asked.ts'
import { trainView } from './train-view.ts'
import { whole } from './whole.ts'

/** A small one in about a minute, to see that all of it works. */
const quick: Partial<Plan> = {
  steps: 300,
  batch: 32,
  warmup: 50,
  shape: { ...seedlingShape, width: 64, layers: 2, heads: 2, hidden: 128 },
}

export const trainCommand: Action = async (call, s) => {
  const name = nameOf(call, 'mine', 'as in --out mine: seedling@mine')
  const store = storeFolder(one(call, 'store'))
  const weights = weightsPath(join(store, 'models'), name)
  const out = join(store, 'models', name)
  const again = `espalier train seedling --out ${name} --resume${storeOption(shownStore(call, store)!)}`
  const plan = planOf(call, out, again)
  // Nothing changed but the seed: the whole recipe of the shipped weights, stage after stage.
  const shipped = JSON.stringify({ ...plan, seed: seedlingPlan.seed }) === JSON.stringify(seedlingPlan)
  const all = shipped
    ? seedlingStages.reduce(
        (n, stage) => n + lastStep({ ...plan, until: undefined, ...stage, ...(stage.steps === undefined ? { until: plan.until } : {}) }),
        0,
      )
    : lastStep(plan)
  writable(out)
  const mine = lockWeights(out, name)
  const how = showing(s, call.flags)
  if (how !== 'none') s.err.write(`training seedling@${name} in ${out}: ${number(all)} steps of ${plan.batch} puzzles, seed ${plan.seed}\n`)
  const view = trainView(how, s, { ...plan, steps: all, until: all })
  const stop = new AbortController()
  let at = 0
  // Steps of the stages before; each stage counts from its own beginning.
  let before = 0
  let last = 0
  let left: (() => void) | undefined
  // Once the last step is made there is only measuring to do, which can be left at any time.
  const leaving = new Promise<null>(resolve => (left = () => resolve(null)))
  const off = onInterrupt(times => {
    view.interrupted()
    stop.abort()
    if (times > 1 || at >= all) left!()
  })
  const measured =
    call.flags.has('quick') || (plan.shape.width < seedlingShape.width && !call.flags.has('draft')) ? { puzzles: 60, samples: 8 } : {}
  let card: Card | null
  try {
    card = await Promise.race([
      leaving,
      makeSeedling({
        ...(shipped ? { seed: plan.seed } : { ...plan, stages: [{}] }),
        ...measured,
        ...deviceOf(call),
        out,
        name,
        signal: stop.signal,
        onEvent(e: TrainEvent) {
          if (e.step < last) before += last
          last = e.step
          at = before + e.step
          view.event({ ...e, step: at })
        },
      }),
    ])
  } catch (e) {
    // What the checkpoint could not take is the disk's fault, and the last whole one is still there.
    if (e instanceof Failure || !(e as NodeJS.ErrnoException).code) throw e
    throw new Failure('store', `${out} cannot be written: ${(e as Error).message}`, `mend it, and go on: ${again}`, { cause: e })
  } finally {
    off()
    view.end()
    mine.release()
  }
  const finished = card !== null
  if (call.flags.has('json'))
    s.out.write(
      jsonLine({
        model: `seedling@${name}`,
        path: weights,
        finished,
        step: at,
        steps: all,
        seed: plan.seed,
        resume: finished ? null : again,
        parameters: card?.parameters ?? null,
        bytes: card?.bytes ?? null,
        tokens: card?.tokens ?? null,
        seconds: card?.stages.reduce((t, x) => t + x.curves.seconds, 0) ?? null,
        loss: card?.stages.at(-1)?.curves.dev.at(-1)?.words ?? null,
        results:
          card?.results
            .filter(r => r.split === 'test')
            .map(({ family, puzzles, greedy }) => ({ family, puzzles, greedy: greedy.rate, interval: greedy.interval })) ?? null,
      }),
    )
  else if (card === null)
    print(s, [[piece('stopped', 'warn'), piece(` at step ${number(at)} of ${number(all)}; nothing is lost: ${again}`)]])
  else print(s, cardLines(card, name, out, shownStore(call, store)!, lookOf(s).unicode))
  return finished ? 0 : 130
}

/** What is to be trained: given, or what the checkpoint holds. @throws Failure */
function planOf(call: Call, out: string, again: string): Plan {
  const steps = whole(call, 'steps', 1)
  const seed = whole(call, 'seed', 0)
  const path = join(out, 'checkpoint.safetensors')
  if (!call.flags.has('resume')) {
    if (existsSync(path))
      throw new Failure('usage', `${out} has a training in it already`, `go on with it: ${again}; or choose another name: --out NAME`)
    if (existsSync(join(out, 'model.safetensors')))
      throw new Failure('usage', `${out} has weights in it already`, 'choose another name: --out NAME')
    return {
      ...seedlingPlan,
      ...(call.flags.has('draft') ? { until: undefined, ...draftPlan } : {}),
      ...(call.flags.has('quick') ? quick : {}),
      ...(steps === undefined ? {} : { steps }),
      ...(seed === undefined ? {} : { seed }),
    }
  }
  if (!existsSync(path)) throw new Failure('usage', `there is no training to go on with in ${out}`, 'leave --resume out to begin one')
  if (seed !== undefined || call.flags.has('quick') || call.flags.has('draft'))
    throw new Failure('usage', '--seed, --quick and --draft are what the training began with', 'leave them out with --resume')
  const { metadata } = readSafetensors(readFileSync(path), path)
  let held: { plan?: Plan } | null = null
  try {
    held = JSON.parse(metadata.extra ?? 'null') as { plan?: Plan } | null
  } catch {
    // Not of ours either.
  }
  if (typeof held?.plan?.steps !== 'number')
    throw new Failure(
      'model',
      `${path}: expected a checkpoint of espalier train, found another file`,
      'take it away, or choose another name: --out NAME',
    )
  return { ...held.plan, ...(steps === undefined ? {} : { steps }) }
}

const families: Readonly<Record<string, string>> = { three: '3 numbers', four: '4 numbers', game24: 'Game of 24' }

function cardLines(card: Card, name: string, out: string, store: string, unicode: boolean): Line[] {
  const m = marksFor(unicode)
  const percent = (x: number): number => Math.round(100 * x)
  const row = (what: string, text: string): Line => [piece(`  ${fill(what, 12)}`, 'dim'), piece(text)]
  return [
    [
      piece(`${m.yes} `, 'good'),
      piece(`seedling@${name}`, 'bold'),
      piece(`: ${number(card.parameters)} parameters, ${number(card.bytes)} bytes`),
    ],
    row(
      'trained',
      `${number(card.stages.reduce((n, x) => n + lastStep(x.plan), 0))} steps, ${number(card.tokens)} tokens, ${duration(card.stages.reduce((t, x) => t + x.curves.seconds, 0))}`,
    ),
    ...card.results
      .filter(r => r.split === 'test')
      .map(r =>
        row(
          families[r.family] ?? r.family,
          `${percent(r.greedy.rate)} % of ${r.puzzles} held-out puzzles at the first try (95 % interval ${r.greedy.interval.map(percent).join(' to ')})`,
        ),
      ),
    row('card', join(out, 'card.md')),
    row('use', `espalier solve game24 "4 9 10 13" --model seedling@${name}${storeOption(store)}`),
  ]
}
