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

/** @param o.kills how often it is killed; @param o.window each within so many milliseconds of its first sign of life */
export async function survive(o: Search & { kills: number; window: number }): Promise<Survived> {
  let run = '-'
  for (let kills = 0; ; kills++) {
    const r = await once(o, run, kills >= o.kills ? Number.POSITIVE_INFINITY : Math.random() * o.window)
    run = r.run || run
    if (r.end !== undefined) return { ...r.end, run, kills }
  }
}

function once(o: Search, resume: string, ms: number): Promise<{ run: string; end?: { spent: Usage; inDoubt: Usage } }> {
  return new Promise((resolve, reject) => {
    const args = [join(import.meta.dirname, 'child.ts'), o.url, o.store, resume, o.stream, String(o.concurrency), String(o.calls)]
    const p = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let timer: NodeJS.Timeout | undefined
    p.stdout.on('data', d => {
      out += d
      if (timer === undefined && Number.isFinite(ms) && out.includes('\n')) timer = setTimeout(() => p.kill('SIGKILL'), ms)
    })
    p.stderr.on('data', d => {
      err += d
    })
    p.on('close', (code, signal) => {
      clearTimeout(timer)
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
