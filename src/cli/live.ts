// Shows a run while it works: a few lines redrawn in place in a terminal, plain lines elsewhere, nothing for programs.
import { writeSync } from 'node:fs'
import type { Event } from '../runtime/index.ts'
import type { Streams } from './definition.ts'
import { look, observe, type Progress, startProgress } from './progress.ts'
import { colored, unicode } from './streams.ts'
import { counted, type Line, paint, width } from './text.ts'
import { bestLine, heartbeat, view } from './view.ts'

// Taken at load: a strict run guards the global ones.
const clock = performance.now.bind(performance)
const every = setInterval
const stopTimer = clearInterval
const seconds = (): number => clock() / 1000

/** What shows a run. */
export interface Watcher {
  event(e: Event): void
  /** The run was asked to stop. */
  interrupted(): void
  /** Takes what is drawn away; the terminal is as it was. */
  end(): void
}
export interface WatchOptions {
  run: string
  world: string
  task: string
  /** Lines above the view, which stay while it is redrawn: the rows of a table that grows. */
  above?(): readonly Line[]
}
/** How a run is shown: in a terminal, as plain lines, or not at all. */
export type Showing = 'terminal' | 'plain' | 'none'

/** @param flags of the command line: `json`, `plain` */
export function showing(s: Streams, flags: ReadonlySet<string>): Showing {
  if (flags.has('json')) return 'none'
  return s.err.isTTY && !flags.has('plain') && s.env.TERM !== 'dumb' ? 'terminal' : 'plain'
}

export function watch(how: Showing, s: Streams, o: WatchOptions): Watcher {
  if (how === 'none') return { event() {}, interrupted() {}, end() {} }
  return how === 'terminal' ? inTerminal(s, o) : inLines(s, o)
}

/** Redraws a second. */
const frames = 12

function inTerminal(s: Streams, o: WatchOptions): Watcher {
  const p = startProgress({ ...o, now: seconds() })
  const screen = new Screen(s)
  const look12 = { unicode: unicode(s.env) }
  const draw = (): void => {
    look(p, seconds())
    screen.draw([...(o.above?.() ?? []), ...view(p, { width: s.err.columns - 1, ...look12 })])
  }
  const timer = every(draw, 1000 / frames)
  draw()
  return {
    event: e => observe(p, e),
    interrupted() {
      p.phase = 'interrupted'
      draw()
    },
    end() {
      stopTimer(timer)
      screen.clear()
    },
  }
}

const hide = '\x1b[?25l'
const show = '\x1b[?25h'
const hold = '\x1b[?2026h'
const release = '\x1b[?2026l'

/** A few lines at the bottom of what was printed, drawn over again. The cursor rests on the line below them, so that an echoed ^C does no harm. */
export class Screen {
  readonly #s: Streams
  readonly #color: boolean
  #widths: number[] = []
  #hidden = false
  readonly #restore = (): void => {
    // The way out may be an exit that waits for no stream.
    if (!this.#hidden) return
    this.#hidden = false
    try {
      writeSync(2, show)
    } catch {
      // Nobody reads it any more.
    }
  }
  constructor(s: Streams) {
    this.#s = s
    this.#color = colored(s.err, s.env)
  }
  draw(lines: readonly Line[]): void {
    const rows = lines.slice(-Math.max(1, this.#s.err.rows - 1))
    let text = hold
    if (!this.#hidden) {
      this.#hidden = true
      process.once('exit', this.#restore)
      text += hide
    }
    text += this.#up()
    for (const l of rows) text += `${paint(l, this.#color)}\x1b[K\n`
    this.#s.err.write(`${text}\x1b[J${release}`)
    this.#widths = rows.map(l => l.reduce((n, x) => n + width(x.text), 0))
  }
  clear(): void {
    if (!this.#hidden) return
    this.#hidden = false
    process.off('exit', this.#restore)
    this.#s.err.write(`${hold}${this.#up()}\x1b[J${show}${release}`)
    this.#widths = []
  }
  /** To the first row drawn before; a narrower terminal may have broken lines in two. */
  #up(): string {
    const columns = Math.max(1, this.#s.err.columns)
    const rows = this.#widths.reduce((n, w) => n + Math.max(1, Math.ceil(w / columns)), 0)
    return rows > 0 ? `\r\x1b[${rows}A` : '\r'
  }
}

/** Seconds without a line after which there is a sign of life. */
const quiet = 5

function inLines(s: Streams, o: WatchOptions): Watcher {
  const p: Progress = startProgress({ ...o, now: seconds() })
  let told = seconds()
  let shown = ''
  const say = (text: string): void => {
    told = seconds()
    s.err.write(`${text}\n`)
  }
  const timer = every(() => {
    look(p, seconds())
    if (p.now - told >= quiet) say(heartbeat(p))
  }, 500)
  timer.unref?.()
  return {
    event(e) {
      observe(p, e)
      if (e.kind === 'answer') {
        const line = `${p.best?.text}|${p.best?.score}|${p.best?.verified}`
        if (line !== shown) say(bestLine(p))
        shown = line
      } else if (e.kind === 'model.limited') {
        look(p, seconds())
        if (p.now - told >= 1) say(heartbeat(p))
      } else if (e.kind === 'store.waiting') say(`store: ${e.data.message}; trying again`)
      else if (e.kind === 'run.live' && e.data.replayed > 0) say(`${counted(e.data.replayed, 'effect')} taken from the record`)
    },
    interrupted() {
      say('stopping: calls under way may end; once more cancels them')
    },
    end() {
      stopTimer(timer)
    },
  }
}
