// The process of a tuning: folder and steps between checkpoints as arguments, events and its end as messages.
import { Failure } from '../../kernel/index.ts'
import type { TrainDevice } from '../seedling/index.ts'
import { type FromTuning, runTuneJob } from './job.ts'

const [folder, saveEvery, device] = process.argv.slice(2)
const stop = new AbortController()
const tell = (m: FromTuning): Promise<void> => new Promise(done => (process.connected ? process.send!(m, () => done()) : done()))
process.on('message', m => m === 'stop' && stop.abort())
// Whoever started it is gone: it lands at a checkpoint.
process.on('disconnect', () => stop.abort())
// A terminal's Ctrl-C, its closing, or a service's stop reaches the whole group; what it means is for the parent to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

try {
  await runTuneJob(folder, {
    signal: stop.signal,
    saveEvery: Number(saveEvery),
    ...(device === undefined ? {} : { device: device as TrainDevice }),
    onEvent: event => void tell({ kind: 'event', event }),
  })
  await tell({ kind: 'done' })
  process.exit(0)
} catch (e) {
  const f = e instanceof Failure ? e : new Failure('internal', (e as Error)?.message ?? String(e), '', { cause: e })
  await tell({ kind: 'failure', code: f.code, message: f.message, hint: f.hint })
  process.exit(1)
}
