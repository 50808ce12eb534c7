// Kills a search at random moments and resumes it, until it ends.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Usage } from '../../src/contract/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { Counting } from './server.ts'

export interface Outcome {
  run: string
  digest: string
  spent: Usage
  inDoubt: Usage
  ended: string
  kills: number
  /** Keys of requests that crashes left in doubt, by the journal. */
  doubted: Set<string>
}
const child = join(import.meta.dirname, 'child.ts')

/** One process, killed a moment after the server gave it `answers` answers (Infinity: never). */
function once(
  server: Counting,
  o: { store: string; resume: string; method: string; concurrency: number; calls: number; seed: number },
  answers: number,
): Promise<{ run: string; result?: Omit<Outcome, 'run' | 'kills' | 'doubted'> }> {
  return new Promise((resolve, reject) => {
    const p = spawn(
      process.execPath,
      [child, String(server.port), o.store, o.resume, o.method, String(o.concurrency), String(o.calls), String(o.seed)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let out = ''
    let err = ''
    let left = answers
    server.onAnswer = () => {
      if (--left === 0) setTimeout(() => p.kill('SIGKILL'), Math.random() * 4)
    }
    p.stdout.on('data', d => {
      out += d
    })
    p.stderr.on('data', d => {
      err += d
    })
    p.on('close', (code, signal) => {
      server.onAnswer = () => {}
      const lines = out
        .split('\n')
        .filter(Boolean)
        .map(l => JSON.parse(l))
      const run = lines[0]?.run ?? ''
      if (signal === 'SIGKILL') resolve({ run })
      else if (code !== 0) reject(new Error(`the child ended with ${code}: ${err}`))
      else resolve({ run, result: lines[1] })
    })
  })
}

/** Runs a search to its end through `kills` kills, each after a random number of answers. */
export async function survive(
  server: Counting,
  o: { store: string; method: string; concurrency: number; calls: number; seed: number; kills: number },
): Promise<Outcome> {
  let run = '-'
  let kills = 0
  for (;;) {
    const last = kills >= o.kills
    const r = await once(server, { ...o, resume: run }, last ? Infinity : 1 + Math.floor((Math.random() * o.calls) / (o.kills + 1)))
    if (r.run !== '') run = r.run
    if (r.result !== undefined) {
      const store = openStore(o.store)
      const doubted = new Set<string>()
      for (const x of store.open(run).journal.read()) if (x.t === 'session') for (const k of x.inDoubt) doubted.add(`${run}-${k}`)
      store.close()
      return { ...r.result, run, kills, doubted }
    }
    kills++
  }
}
