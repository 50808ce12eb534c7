// Shows a tuning: where it is in a terminal, a line for each measurement elsewhere.
import type { TuneEvent } from '../learn/index.ts'
import type { Streams } from './definition.ts'
import { Screen, type Showing } from './live.ts'
import { unicode } from './streams.ts'
import { bar, crop, duration, fill, type Line, marksFor, number, piece, sparkline } from './text.ts'
import { curve } from './train-view.ts'

export interface TuneProgress {
  step: number
  steps: number
  /** Tokens a second, of late. */
  speed: number
  train: number[]
  dev: number[]
  best: number | null
  /** What is under way beside the steps. */
  note: string
  /** Milliseconds of the last few steps. */
  took: number[]
  at: number
}
export const noProgress = (): TuneProgress => ({
  step: 0,
  steps: 0,
  speed: 0,
  train: [],
  dev: [],
  best: null,
  note: 'the first steps: compiling',
  took: [],
  at: Number.NaN,
})

/** @param now milliseconds, by any clock */
export function observeTuning(p: TuneProgress, e: TuneEvent, now: number): void {
  if (e.kind === 'resumed') p.note = `going on from step ${number(e.step)}`
  p.step = Math.max(p.step, e.step)
  if (e.kind === 'measured') {
    p.dev.push(e.loss)
    if (e.best) p.best = e.step
  }
  if (e.kind !== 'progress') return
  p.steps = e.steps
  p.speed = e.speed
  p.train.push(e.loss)
  if (!Number.isNaN(p.at)) p.took = [...p.took.slice(-19), now - p.at]
  p.at = now
  const each = p.took.reduce((a, x) => a + x, 0) / Math.max(1, p.took.length)
  p.note = `${number(e.speed)} tokens/s${p.took.length < 3 ? '' : `, ${duration(((p.steps - p.step) * each) / 1000)} left at most`}`
}
const last = (xs: readonly number[]): string => (xs.length === 0 ? 'not yet' : xs.at(-1)!.toFixed(4))

export function tuneLines(p: TuneProgress, o: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(o.unicode)
  const columns = Math.max(10, Math.min(48, o.width - 34))
  const { full, empty } = bar(p.steps > 0 ? p.step / p.steps : 0, columns, m)
  const row = (name: string, ...rest: Line): Line => [piece(`  ${fill(name, 9)}`, 'dim'), ...rest]
  const lines: Line[] = [
    row('steps', piece(full, 'accent'), piece(empty, 'dim'), piece(p.steps > 0 ? ` ${number(p.step)} of ${number(p.steps)}` : '')),
    row('loss', piece(fill(sparkline(curve(p.train, columns), m), columns), 'accent'), piece(` ${last(p.train)}`)),
    row(
      'held out',
      piece(fill(sparkline(curve(p.dev, columns), m), columns), 'accent'),
      piece(` ${last(p.dev)}${p.best === null ? '' : `, best at step ${p.best}`}`),
    ),
    row('', piece(p.note, 'dim')),
  ]
  return lines.map(l => crop(l, Math.max(1, o.width), m.more))
}
/** One line for those without a terminal. */
export const tuneLine = (p: TuneProgress): string =>
  `step ${number(p.step)}${p.steps > 0 ? ` of ${number(p.steps)}` : ''}: loss ${last(p.train)}, held out ${last(p.dev)}, ${p.note}`

export interface TuneView {
  event(e: TuneEvent): void
  line(text: string): void
  end(): void
}
export function tuneView(how: Showing, s: Streams): TuneView {
  if (how === 'none') return { event() {}, line() {}, end() {} }
  const p = noProgress()
  if (how === 'plain')
    return {
      event(e) {
        observeTuning(p, e, performance.now())
        // Every step would drown the rest.
        if (e.kind === 'resumed') s.err.write(`${p.note}\n`)
        else if (e.kind === 'measured' || (e.kind === 'progress' && (e.step === e.steps || e.step % 20 === 0)))
          s.err.write(`${tuneLine(p)}\n`)
      },
      line: text => void s.err.write(`${text}\n`),
      end() {},
    }
  const screen = new Screen(s)
  const said: string[] = []
  const draw = (): void =>
    screen.draw([
      ...said.map(x => crop([piece(x)], Math.max(1, s.err.columns - 1))),
      ...tuneLines(p, { width: s.err.columns - 1, unicode: unicode(s.env) }),
    ])
  return {
    event(e) {
      observeTuning(p, e, performance.now())
      draw()
    },
    line(text) {
      said.push(text)
      draw()
    },
    end: () => screen.clear(),
  }
}
