// `espalier train sequence`: a small model of the world `sequence`, from nothing. The same command goes on where it was stopped.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { type MadeSequence, makeSequence, type Plan, sequencePlan, sequenceShape, type TrainEvent } from '../learn/index.ts'
import { lockWeights } from '../loop/weights.ts'
import { weightsPath } from '../model/seedling/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, one } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { showing } from './live.ts'
import { jsonLine, lookOf, print, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { fill, type Line, marksFor, number, piece } from './text.ts'
import { deviceOf, nameOf, spoken, writable } from './train-asked.ts'
import { trainView } from './train-view.ts'
import { whole } from './whole.ts'

/** Few steps of a smaller network, to see that all of it works. */
const quick = { steps: 60, batch: 16, warmup: 10, shape: { ...sequenceShape, width: 32, layers: 1, heads: 2, hidden: 32 } } as const

const says: Readonly<Record<string, string>> = {
  draft: 'of first drafts meet every constraint',
  check: 'of checks come to the right verdict',
  mend: 'of failing drafts are mended by a true critique',
}

export const trainSequenceCommand: Action = async (call, s) => {
  const name = nameOf(call, 'sequence', 'as in --out mine: seedling@mine')
  const store = storeFolder(one(call, 'store'))
  const folder = join(store, 'models', name)
  const path = weightsPath(join(store, 'models'), name)
  if (existsSync(path)) throw new Failure('usage', `${folder} has weights in it already`, 'choose another name: --out NAME')
  const small = call.flags.has('quick')
  const plan: Partial<Plan> & { steps: number; seed: number; batch: number } = {
    ...sequencePlan,
    ...(small ? quick : {}),
    seed: whole(call, 'seed', 0) ?? sequencePlan.seed,
    steps: whole(call, 'steps', 1) ?? (small ? quick.steps : sequencePlan.steps),
  }
  const again = ['espalier train sequence', ...spoken(call)].join(' ') + storeOption(shownStore(call, store)!)
  writable(folder)
  const mine = lockWeights(folder, name)
  const how = showing(s, call.flags)
  if (how !== 'none')
    s.err.write(`training seedling@${name} in ${folder}: ${number(plan.steps)} steps of ${plan.batch} rows, seed ${plan.seed}\n`)
  const view = trainView(how, s, { ...plan, until: plan.steps } as Plan)
  const stop = new AbortController()
  let at = 0
  const off = onInterrupt(() => {
    view.interrupted()
    stop.abort()
  })
  let made: MadeSequence | null
  try {
    made = await makeSequence({
      ...plan,
      ...deviceOf(call),
      path,
      name,
      folder,
      n: small ? 40 : 400,
      signal: stop.signal,
      onEvent(e: TrainEvent) {
        at = e.step
        view.event(e)
      },
    })
  } catch (e) {
    if (e instanceof Failure || !(e as NodeJS.ErrnoException).code) throw e
    throw new Failure('store', `${folder} cannot be written: ${(e as Error).message}`, `mend it, and go on: ${again}`, { cause: e })
  } finally {
    off()
    view.end()
    mine.release()
  }
  const curves = made?.trained.curves
  if (call.flags.has('json'))
    s.out.write(
      jsonLine({
        model: `seedling@${name}`,
        path,
        finished: made !== null,
        step: at,
        steps: plan.steps,
        seed: plan.seed,
        resume: made === null ? again : null,
        parameters: made?.parameters ?? null,
        bytes: made?.bytes ?? null,
        tokens: made?.tokens ?? null,
        seconds: curves?.seconds ?? null,
        loss: curves?.dev.at(-1)?.words ?? null,
        results: made?.results.map(({ kind, n, rate, interval }) => ({ family: kind, puzzles: n, greedy: rate, interval })) ?? null,
      }),
    )
  else if (made === null)
    print(s, [[piece('stopped', 'warn'), piece(` at step ${number(at)} of ${number(plan.steps)}; nothing is lost: ${again}`)]])
  else {
    const percent = (x: number): number => Math.round(100 * x)
    const lines: Line[] = [
      [
        piece(`${marksFor(lookOf(s).unicode).yes} `, 'good'),
        piece(`seedling@${name}`, 'bold'),
        piece(`: ${number(made.parameters)} parameters`),
      ],
      ...made.results.map(
        ({ kind, n, rate, interval }): Line => [
          piece(`  ${fill(kind, 6)}`, 'dim'),
          piece(`${percent(rate)} % ${says[kind]}, of ${n} held out (95 % interval ${interval.map(percent).join(' to ')})`),
        ],
      ),
      [piece('  use   ', 'dim'), piece(`espalier train spar --model seedling@${name}${storeOption(shownStore(call, store)!)}`)],
    ]
    print(s, lines)
  }
  return made === null ? 130 : 0
}
