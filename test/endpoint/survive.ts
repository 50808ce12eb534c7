// Kills a search over an endpoint at random moments and resumes it, until it ends.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Usage } from '../../src/contract/index.ts'

export interface Survived {
  run: string
  spent: Usage
  inDoubt: Usage
  kills: number
}
interface Search {
  url: string
  store: string
  stream: string
  concurrency: number
  calls: number
}

/** @param o.kills how often it is killed, each a moment after a random number of answers @param o.server calls `answered` at each of its answers */
export async function survive(o: Search & { kills: number; server: { answered: () => void } }): Promise<Survived> {
  let run = '-'
  for (let kills = 0; ; kills++) {
    const r = await once(
      o,
      run,
      kills >= o.kills ? Number.POSITIVE_INFINITY : 1 + Math.floor((Math.random() * o.calls) / (2 * o.kills + 2)),
    )
    run = r.run || run
    if (r.end !== undefined) return { ...r.end, run, kills }
  }
}

function once(
  o: Search & { server: { answered: () => void } },
  resume: string,
  answers: number,
): Promise<{ run: string; end?: { spent: Usage; inDoubt: Usage } }> {
  return new Promise((resolve, reject) => {
    const args = [join(import.meta.dirname, 'child.ts'), o.url, o.store, resume, o.stream, String(o.concurrency), String(o.calls)]
    const p = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let left = answers
    o.server.answered = () => {
      if (--left === 0) setTimeout(() => p.kill('SIGKILL'), Math.random() * 4)
    }
    p.stdout.on('data', d => {
      out += d
    })
    p.stderr.on('data', d => {
      err += d
    })
    p.on('close', (code, signal) => {
      o.server.answered = () => {}
      const [first, end] = out
        .split('\n')
        .filter(Boolean)
        .map(l => JSON.parse(l))
      if (signal === 'SIGKILL') resolve({ run: first?.run ?? '' })
      else if (code !== 0) reject(new Error(`the child ended with ${code}: ${err}`))
      else resolve({ run: first.run, end })
    })
  })
}
