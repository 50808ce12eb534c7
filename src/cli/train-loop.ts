// `espalier train LOOP`: rounds of search, data, training and measurement. The same command goes on where it was stopped.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, nearest } from '../kernel/index.ts'
import {
  type LoopEvent,
  type LoopOptions,
  type LoopPlan,
  type LoopResult,
  loop,
  loopFolder,
  loopPlan,
  loopPlot,
  loopReport,
  loopStatus,
  loops,
  type Parts,
  quickPlan,
  roundLine,
} from '../loop/index.ts'
import { parseBudget } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { Screen, type Showing, showing } from './live.ts'
import { jsonLine, print, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { number, piece } from './text.ts'
import { deviceOf, nameOf, spoken } from './train-asked.ts'
import { whole } from './whole.ts'

export const trainLoopCommand: Action = async (call, s) => {
  const [id] = call.args
  const spec = loops.get(id)
  if (spec === undefined) {
    const near = nearest(id, [...loops.keys(), 'seedling'])
    throw new Failure(
      'usage',
      `no loop is called '${id}'`,
      near === undefined ? `loops: ${[...loops.keys()].join(', ')}` : `did you mean espalier train ${near}?`,
    )
  }
  const o = optionsOf(call, id)
  const rounds = o.rounds ?? 3
  const how = showing(s, call.flags)
  const again = ['espalier train', id, ...spoken(call)].join(' ') + storeOption(shownStore(call, o.store)!)
  const what = `loop ${o.name} in ${loopFolder(o.store, o.name!)}: ${number(rounds)} rounds of ${number(o.spend ?? loopPlan.spend)} calls`
  let announced = false
  const stop = new AbortController()
  const view = viewOf(how, s)
  const off = onInterrupt(() => {
    view.line('stopping: what is whole is kept')
    stop.abort()
  })
  let r: LoopResult
  try {
    r = await loop(spec, {
      ...o,
      ...deviceOf(call),
      signal: stop.signal,
      onEvent(e) {
        // Said once it is known that nothing is wrong with what was asked for.
        if (!announced) view.line(what)
        announced = true
        view.event(e)
      },
    })
  } catch (e) {
    if (e instanceof Failure || !(e as NodeJS.ErrnoException).code) throw e
    throw new Failure('store', `${o.store} cannot be written: ${(e as Error).message}`, `mend it, and go on: ${again}`, { cause: e })
  } finally {
    off()
    view.end()
  }
  const folder = loopFolder(o.store, r.name)
  mkdirSync(folder, { recursive: true })
  if (r.rounds.length > 0) {
    writeFileSync(join(folder, 'curves.svg'), loopPlot(r.rounds, r.name))
    writeFileSync(join(folder, 'report.md'), loopReport(spec, r, 'curves.svg'))
  }
  if (call.flags.has('json'))
    s.out.write(
      jsonLine({
        loop: id,
        name: r.name,
        finished: r.finished,
        resume: r.finished ? null : again,
        plan: r.plan,
        rounds: r.rounds,
        report: r.rounds.length === 0 ? null : join(folder, 'report.md'),
      }),
    )
  else {
    if (!r.finished)
      print(s, [[piece('stopped', 'warn'), piece(` after ${r.rounds.length} of ${rounds + 1} rounds; nothing is lost: ${again}`)]])
    for (const x of r.rounds) print(s, [[piece(roundLine(x))]])
    if (r.rounds.length > 0) print(s, [[piece('report  ', 'dim'), piece(join(folder, 'report.md'))]])
  }
  return r.finished ? 0 : 130
}

function optionsOf(call: Call, id: string): LoopOptions {
  const rounds = whole(call, 'rounds', 1)
  const seed = whole(call, 'seed', 0) ?? loopPlan.seed
  const n = whole(call, 'n', 1)
  const parts = (one(call, 'parts') ?? loopPlan.parts) as Parts
  const world = one(call, 'world')
  const model = one(call, 'model')
  const out = nameOf(call, `${id}-${parts}-${seed}${call.flags.has('quick') ? '-quick' : ''}`)
  const given = call.values.get('budget')
  const { calls, ...others } = given === undefined ? { calls: undefined } : parseBudget(given)
  if (Object.keys(others).length > 0)
    throw new Failure('usage', `--budget: expected calls of a round, found ${Object.keys(others)[0]}`, 'as in --budget calls=12000')
  const quick = call.flags.has('quick') ? quickPlan : {}
  const measured = { ...loopPlan.measured, ...quick.measured }
  const select = one(call, 'select') as LoopPlan['select'] | undefined
  const curriculum = one(call, 'curriculum') as LoopPlan['curriculum']
  const split = one(call, 'split') as 'dev' | 'test' | undefined
  return {
    ...quick,
    store: storeFolder(one(call, 'store')),
    name: out,
    seed,
    parts,
    ...(rounds === undefined ? {} : { rounds }),
    ...(select === undefined ? {} : { select }),
    ...(curriculum === undefined ? {} : { curriculum }),
    ...(world === undefined ? {} : { world }),
    ...(model === undefined ? {} : { model }),
    ...(calls === undefined ? {} : { spend: calls }),
    measured: { ...measured, ...(n === undefined ? {} : { problems: n }), ...(split === undefined ? {} : { split }) },
  }
}

interface View {
  event(e: LoopEvent): void
  line(text: string): void
  end(): void
}
function viewOf(how: Showing, s: Streams): View {
  if (how === 'none') return { event() {}, line() {}, end() {} }
  if (how === 'plain') {
    const line = (text: string): void => void s.err.write(`${text}\n`)
    return {
      // Every step would drown the rest.
      event: e =>
        e.kind === 'tuning' && e.event.kind !== 'measured' && !(e.event.kind === 'progress' && e.event.step === e.event.steps)
          ? undefined
          : line(loopStatus(e)),
      line,
      end() {},
    }
  }
  const screen = new Screen(s)
  const said: string[] = []
  let now = ''
  const draw = (): void => screen.draw([...said, now].map(x => [piece(x.slice(0, Math.max(1, s.err.columns - 1)))]))
  return {
    event(e) {
      if (e.kind === 'round') said.push(loopStatus(e))
      now = loopStatus(e)
      draw()
    },
    line(text) {
      now = text
      draw()
    },
    end: () => screen.clear(),
  }
}
