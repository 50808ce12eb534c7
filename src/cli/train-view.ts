// Shows a training: curves and what is left in a terminal, a line for each measurement elsewhere.
import { type Plan, rowLength, type TrainEvent } from '../learn/index.ts'
import type { Streams } from './definition.ts'
import { Screen, type Showing } from './live.ts'
import { unicode } from './streams.ts'
import { bar, crop, duration, fill, type Line, marksFor, number, piece, sparkline } from './text.ts'

export interface TrainView {
  event(e: TrainEvent): void
  interrupted(): void
  end(): void
}

/** What is known of a training, folded from its events. */
export interface TrainProgress {
  step: number
  steps: number
  batch: number
  /** Tokens a second; 0: not known yet. */
  speed: number
  train: number[]
  dev: number[]
  /** Share of verdicts that were right. */
  right: number
  saved: number
  phase: 'training' | 'stopping' | 'measuring'
}

export function observeTraining(p: TrainProgress, e: TrainEvent): void {
  p.step = Math.max(p.step, e.step)
  if (e.kind === 'progress') {
    p.speed = e.speed
    p.train.push(e.loss)
  } else if (e.kind === 'measured') {
    p.dev.push(e.words)
    p.right = e.right
  } else p.saved = e.step
  if (p.step >= p.steps && e.kind === 'saved') p.phase = 'measuring'
}

/** Seconds to the last step at the speed of late; NaN: not known yet. */
export const secondsLeft = (p: TrainProgress): number => (p.speed > 0 ? ((p.steps - p.step) * p.batch * rowLength) / p.speed : Number.NaN)

/** The newest of a curve in so many columns, each the mean of equally many points. */
export function curve(xs: readonly number[], columns: number): number[] {
  if (xs.length <= columns) return [...xs]
  return Array.from({ length: columns }, (_, i) => {
    const part = xs.slice(Math.floor((i * xs.length) / columns), Math.floor(((i + 1) * xs.length) / columns))
    return part.reduce((a, x) => a + x, 0) / part.length
  })
}

const loss = (xs: readonly number[]): string => (xs.length === 0 ? 'not yet' : xs.at(-1)!.toFixed(3))
const left = (p: TrainProgress): string => {
  if (p.phase === 'measuring') return 'trained; now measured on held-out puzzles'
  if (p.phase === 'stopping') return 'stopping at a checkpoint'
  const rest = secondsLeft(p)
  return Number.isNaN(rest) ? 'the first steps: compiling' : `${number(p.speed)} tokens/s, ${duration(rest)} left`
}

/** The lines of a training under way, each at most `o.width` columns. */
export function trainLines(p: TrainProgress, o: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(o.unicode)
  const columns = Math.max(10, Math.min(48, o.width - 34))
  const { full, empty } = bar(p.step / p.steps, columns, m)
  const row = (name: string, ...rest: Line): Line => [piece(`  ${fill(name, 9)}`, 'dim'), ...rest]
  const lines: Line[] = [
    row('steps', piece(full, 'accent'), piece(empty, 'dim'), piece(` ${number(p.step)} of ${number(p.steps)}`)),
    row('loss', piece(fill(sparkline(curve(p.train, columns), m), columns), 'accent'), piece(` ${loss(p.train)} a word`)),
    row('held out', piece(fill(sparkline(curve(p.dev, columns), m), columns), 'accent'), piece(` ${loss(p.dev)}`)),
    row('', piece(left(p), 'dim')),
  ]
  return lines.map(l => crop(l, Math.max(1, o.width), m.more))
}

/** One line for those without a terminal. */
export const trainLine = (p: TrainProgress): string =>
  `step ${number(p.step)} of ${number(p.steps)}: loss ${loss(p.train)}, held out ${loss(p.dev)}, verdicts right ${(100 * p.right).toFixed(1)} %, ${left(p)}`

export function trainView(how: Showing, s: Streams, plan: Plan): TrainView {
  const p: TrainProgress = {
    step: 0,
    steps: Math.min(plan.steps, plan.until ?? plan.steps),
    batch: plan.batch,
    speed: 0,
    train: [],
    dev: [],
    right: Number.NaN,
    saved: 0,
    phase: 'training',
  }
  if (how === 'none') return { event() {}, interrupted() {}, end() {} }
  if (how === 'plain')
    return {
      event(e) {
        observeTraining(p, e)
        if (e.kind === 'resumed') s.err.write(`going on from step ${number(e.step)}\n`)
        if (e.kind === 'measured') s.err.write(`${trainLine(p)}\n`)
        if (p.phase === 'measuring' && e.kind === 'saved') s.err.write(`${left(p)}\n`)
      },
      interrupted: () => s.err.write('stopping at a checkpoint\n'),
      end() {},
    }
  const screen = new Screen(s)
  const draw = (): void => screen.draw(trainLines(p, { width: s.err.columns - 1, unicode: unicode(s.env) }))
  draw()
  return {
    event(e) {
      observeTraining(p, e)
      draw()
    },
    interrupted() {
      p.phase = 'stopping'
      draw()
    },
    end: () => screen.clear(),
  }
}
