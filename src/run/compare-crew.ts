// Cells of a comparison on several threads, where their models are local: each thread makes the comparison's parts anew from its plan.
import { Worker } from 'node:worker_threads'
import { Failure, type FailureCode } from '../kernel/index.ts'
import type { CellAsked, Elsewhere } from './compare.ts'
import type { CellDone } from './compare-cell.ts'

export interface ToThread {
  kind: 'cell' | 'interrupt' | 'close'
  number?: number
  cell?: CellAsked
}
export interface FromThread {
  kind: 'ready' | 'done'
  number?: number
  done?: CellDone
  /** What it could not even begin for. */
  failure?: { code: FailureCode; message: string; hint: string }
}

interface Thread {
  worker: Worker
  ready: Promise<void>
  waiting: Map<number, { resolve(done: CellDone): void; reject(e: unknown): void }>
}

/** Threads that run cells. Whoever makes it closes it. */
export interface Crew extends Elsewhere {
  readonly threads: number
  close(): Promise<void>
}

/** @param begun what each thread makes its parts from: the plan and the ways of the comparison, as data */
export function crew(threads: number, begun: unknown): Crew {
  const all = Array.from({ length: threads }, () => start(begun))
  let count = 0
  return {
    threads,
    async run(cell) {
      const thread = all.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a))
      const number = count++
      const done = new Promise<CellDone>((resolve, reject) => thread.waiting.set(number, { resolve, reject }))
      thread.worker.postMessage({ kind: 'cell', number, cell } satisfies ToThread)
      try {
        await thread.ready
        return await done
      } finally {
        thread.waiting.delete(number)
      }
    },
    interrupt() {
      for (const { worker } of all) worker.postMessage({ kind: 'interrupt' } satisfies ToThread)
    },
    async close() {
      await Promise.all(
        all.map(({ worker }) => {
          const gone = new Promise<void>(resolve => worker.once('exit', () => resolve()))
          worker.postMessage({ kind: 'close' } satisfies ToThread)
          return gone
        }),
      )
    },
  }
}

function start(begun: unknown): Thread {
  // The package holds JavaScript, a clone the sources.
  const file = import.meta.url.endsWith('.ts') ? './compare-thread.ts' : './compare-thread.js'
  // How this process was started (a program on the command line, a loader) is no matter of the threads.
  const worker = new Worker(new URL(file, import.meta.url), { workerData: begun, execArgv: [] })
  const waiting: Thread['waiting'] = new Map()
  let lost: unknown
  let resolveReady!: () => void
  let rejectReady!: (e: unknown) => void
  const ready = new Promise<void>((resolve, reject) => {
    resolveReady = resolve
    rejectReady = reject
  })
  ready.catch(() => {})
  const lose = (e: unknown): void => {
    lost ??= e
    rejectReady(lost)
    for (const w of waiting.values()) w.reject(lost)
  }
  worker.on('message', (m: FromThread) => {
    if (m.failure !== undefined) return lose(new Failure(m.failure.code, m.failure.message, m.failure.hint))
    if (m.kind === 'ready') return resolveReady()
    waiting.get(m.number!)?.resolve(m.done!)
  })
  worker.on('error', e => lose(new Failure('internal', `a thread of the comparison died: ${e.message}`, 'resume it', { cause: e })))
  worker.on('exit', () => lose(new Failure('internal', 'a thread of the comparison ended before its work', 'resume the comparison')))
  return { worker, ready, waiting }
}
