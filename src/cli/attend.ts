// One run from its start to its result: its id first, a view of it, and a soft landing on Ctrl-C.
import type { Frame, RunResult } from '../contract/index.ts'
import { type SolveOptions, solve } from '../run/index.ts'
import { asRoles, type Event } from '../runtime/index.ts'
import type { Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { type Showing, type Watcher, type WatchOptions, watch } from './live.ts'

export interface Attend extends Omit<WatchOptions, 'run'> {
  frame: Frame<any, any, any, any>
  /** As the world takes it. */
  given: unknown
  options: SolveOptions
  showing: Showing
  /** Said before the first effect. Default: `run ID` on standard error. */
  announce?(id: string): void
}

/** Runs, shows, and returns the result. Closes the models. @throws Failure */
export async function attend(s: Streams, o: Attend): Promise<RunResult<any, any, any>> {
  let watcher: Watcher | undefined
  const early: Event[] = []
  const begin = (id: string): void => {
    if (o.announce !== undefined) o.announce(id)
    else s.err.write(`run ${id}\n`)
    watcher = watch(o.showing, s, { run: id, world: o.world, task: o.task, ...(o.above === undefined ? {} : { above: o.above }) })
  }
  try {
    const run = solve(o.frame, o.given, {
      ...o.options,
      onRun: begin,
      ...(o.showing === 'none' ? {} : { onEvent: e => (watcher === undefined ? early.push(e as Event) : watcher.event(e as Event)) }),
    })
    const off = onInterrupt(() => {
      watcher?.interrupted()
      run.interrupt()
    })
    try {
      return await run
    } finally {
      off()
    }
  } finally {
    watcher?.end()
    for (const p of new Set(Object.values(asRoles(o.frame.model)))) await p.close?.()
  }
}
