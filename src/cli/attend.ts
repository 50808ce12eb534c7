// One run from its start to its result: its id first, a view of it, and a soft landing on Ctrl-C.
import type { Frame, RunResult } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { type SolveOptions, solve } from '../run/index.ts'
import { asRoles, type Event } from '../runtime/index.ts'
import type { Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { type Showing, type Watcher, type WatchOptions, watch } from './live.ts'
import { storeOption } from './report.ts'

export interface Attend extends Omit<WatchOptions, 'run'> {
  frame: Frame<any, any, any, any>
  /** As the world takes it. */
  given: unknown
  options: SolveOptions
  showing: Showing
  /** How the store is named in a command; null: there is none. */
  store: string | null
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
    } catch (e) {
      // What was paid for is kept: once the cause is mended, the run goes on from there.
      const mendable = e instanceof Failure && (e.code === 'model' || e.code === 'world' || e.code === 'store')
      if (!mendable || o.options.store === null || o.options.store === undefined || o.store === null) throw e
      const go = `nothing that was paid for is lost: espalier resume ${run.id}${storeOption(o.store)}`
      throw new Failure(e.code, e.message, e.hint === '' ? go : `${e.hint}; ${go}`, { cause: e })
    } finally {
      off()
    }
  } finally {
    watcher?.end()
    for (const p of new Set(Object.values(asRoles(o.frame.model)))) await p.close?.()
  }
}
