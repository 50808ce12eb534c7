// `espalier claims`: does what the papers say show here?
import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import {
  type ClaimResult,
  claimIds,
  claimNamed,
  claimPage,
  claimResults,
  deciding,
  keepResult,
  runClaim,
  type Verdict,
} from '../run/index.ts'
import type { Action, Streams } from './definition.ts'
import { asFailure, errorJson, jsonLine, lookOf, print } from './report.ts'
import { cut, duration, fill, type Line, marksFor, piece, type Style } from './text.ts'
import { whole } from './whole.ts'

type Failed = { id: string; error: ReturnType<typeof errorJson> }
const isFailed = (x: ClaimResult | Failed): x is Failed => 'error' in x

export const claimsCommand: Action = async (call, s) => {
  if (call.flags.has('markdown')) {
    s.out.write(claimPage(claimResults()))
    return 0
  }
  const json = call.flags.has('json')
  const ids = call.args.length > 0 ? [...new Set(call.args)] : claimIds()
  // A wrong name is told before anything is run. So is a package without experiments.
  for (const id of ids.length > 0 ? ids : ['']) await claimNamed(id)
  const seed = whole(call, 'seed', 0) ?? 1
  const jobs = Math.min(whole(call, 'jobs', 1) ?? availableParallelism(), ids.length)
  const quick = call.flags.has('quick')
  const done: (ClaimResult | Failed)[] = new Array(ids.length)
  const tell = (r: ClaimResult | Failed): void => {
    if (!json) print(s, line(r, lookOf(s), Math.max(...ids.map(x => x.length))))
  }
  if (jobs === 1 && ids.length === 1) {
    done[0] = await here(ids[0], quick, seed, json ? undefined : s)
    tell(done[0])
  } else {
    // Each in a process of its own: one that falls over takes no other along, and both cores work.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stopAll)
    let next = 0
    const worker = async (): Promise<void> => {
      for (let i = next++; i < ids.length; i = next++) {
        done[i] = await apart(ids[i], quick, seed)
        tell(done[i])
      }
    }
    await Promise.all(Array.from({ length: jobs }, worker))
  }
  const failed = done.filter(isFailed)
  const ran = done.filter((x): x is ClaimResult => !isFailed(x))
  if (json) s.out.write(jsonLine({ claims: ran, failed }))
  else if (ids.length > 1) {
    const count = (v: Verdict): number => ran.filter(r => r.verdict === v).length
    print(s, [
      [
        piece(
          `${ran.length} of ${ids.length} claims ran: ${count('reproduced')} reproduced, ${count('not reproduced')} not reproduced, ${count('inconclusive')} inconclusive`,
          'bold',
        ),
        piece(quick ? '  (a smoke: too small to mean anything, not kept)' : '  (kept; npm run docs makes docs/claims.md of them)', 'dim'),
      ],
    ])
  }
  return failed.length > 0 ? 1 : 0
}

async function here(id: string, quick: boolean, seed: number, s: Streams | undefined): Promise<ClaimResult | Failed> {
  try {
    const claim = await claimNamed(id)
    const r = await runClaim(claim, { quick, seed, ...(s === undefined ? {} : { say: text => s.err.write(`${id}: ${text}\n`) }) })
    if (!quick) keepResult(r)
    return r
  } catch (e) {
    return { id, error: errorJson(asFailure(e)) }
  }
}

const children = new Set<ChildProcess>()
/** No experiment outlives the command. */
function stopAll(): void {
  for (const c of children) c.kill()
  process.exit(130)
}
function apart(id: string, quick: boolean, seed: number): Promise<ClaimResult | Failed> {
  const args = [process.argv[1], 'claims', id, '--json', '--jobs', '1', '--seed', String(seed), ...(quick ? ['--quick'] : [])]
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.add(child)
    let text = ''
    child.stdout.setEncoding('utf8').on('data', x => (text += x))
    child.on('close', (code, signal) => {
      children.delete(child)
      try {
        const { claims, failed } = JSON.parse(text) as { claims: ClaimResult[]; failed: Failed[] }
        resolve(claims[0] ?? failed[0])
      } catch {
        resolve({ id, error: { code: 'internal', message: `it ended with ${signal ?? `exit code ${code}`} and no result`, hint: '' } })
      }
    })
  })
}

const styles: Readonly<Record<Verdict, Style>> = { reproduced: 'good', 'not reproduced': 'warn', inconclusive: 'dim' }
function line(r: ClaimResult | Failed, look: { width: number; unicode: boolean }, wide: number): Line[] {
  const m = marksFor(look.unicode)
  if (isFailed(r)) return [[piece(`${m.no} `, 'bad'), piece(`${fill(r.id, wide)}  `, 'bold'), piece(`did not run: ${r.error.message}`)]]
  const x = (n: number): string => String(Number(n.toPrecision(3)))
  const f = deciding(r)
  const text = `${x(f.effect)} [${f.interval.map(x).join(', ')}]  ${f.says}`
  return [
    [
      piece(`${r.verdict === 'reproduced' ? m.yes : r.verdict === 'not reproduced' ? m.no : m.dot} `, styles[r.verdict]),
      piece(`${fill(r.id, wide)}  `, 'bold'),
      piece(`${fill(r.verdict, 14)}  `, styles[r.verdict]),
      piece(cut(text, Math.max(30, look.width - wide - 30), m.more)),
      piece(`  ${duration(r.seconds)}`, 'dim'),
    ],
  ]
}
