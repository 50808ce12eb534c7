// A thread of a comparison: makes the parts from the plan, and runs the cells it is sent.
import { parentPort, workerData } from 'node:worker_threads'
import { Failure } from '../kernel/index.ts'
import type { Run } from '../runtime/index.ts'
import { runCell } from './compare-cell.ts'
import type { FromThread, ToThread } from './compare-crew.ts'
import { enter } from './compare-field.ts'
import { assemble, type ComparePlan, type Ways } from './compare-plan.ts'
import { unitOf } from './compare-statistics.ts'

const port = parentPort!
const send = (m: FromThread): void => port.postMessage(m)
const asData = (e: unknown): NonNullable<FromThread['failure']> =>
  e instanceof Failure
    ? { code: e.code, message: e.message, hint: e.hint }
    : { code: 'internal', message: (e as Error)?.message ?? String(e), hint: '' }

const { plan, ways } = workerData as { plan: ComparePlan; ways: Ways }
const going = new Set<Run<any, any, any>>()
let interrupts = 0
const made = assemble(plan, ways).then(
  parts => {
    send({ kind: 'ready' })
    return parts
  },
  e => {
    send({ kind: 'ready', failure: asData(e) })
    throw e
  },
)
made.catch(() => {})

port.on('message', async (m: ToThread) => {
  if (m.kind === 'interrupt') {
    interrupts++
    for (const r of going) r.interrupt()
  } else if (m.kind === 'close') {
    await (await made).close()
    port.close()
  } else {
    const { options } = await made
    const { label, item, ...cell } = m.cell!
    const done = await runCell({
      ...cell,
      frame: options.frame,
      entrant: enter(options.methods).find(e => e.label === label)!,
      item: options.items.find(x => x.id === item)!,
      budget: options.budget,
      unit: unitOf(options.budget)!,
      options,
      going,
      interrupted: () => interrupts > 0,
    })
    send({ kind: 'done', number: m.number!, done })
  }
})
