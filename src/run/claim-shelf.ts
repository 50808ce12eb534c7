// Where claims and their results lie: claims/<id>.ts and claims/results/<id>.json, beside the sources. The package brings the results alone.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Failure, nearest } from '../kernel/index.ts'
import type { Claim, ClaimResult, Verdict } from './claim.ts'

// Two folders up from here in the sources as in the build.
const folder = new URL('../../claims/', import.meta.url)
const inFolder = (name: string): string => fileURLToPath(new URL(name, folder))
const named = (at: string, end: string): string[] =>
  existsSync(at)
    ? readdirSync(at)
        .filter(f => f.endsWith(end) && !f.endsWith(`.test${end}`))
        .map(f => f.slice(0, -end.length))
        .sort()
    : []

/** Ids of the experiments that are here; none in the published package. */
export const claimIds = (): string[] => named(inFolder('.'), '.ts')

/** @throws Failure (usage) that names the nearest id */
export async function claimNamed(id: string): Promise<Claim> {
  const ids = claimIds()
  if (ids.length === 0)
    throw new Failure('usage', 'the experiments are not part of the published package', 'run them in a clone of the repository')
  if (!ids.includes(id)) {
    const near = nearest(id, ids)
    throw new Failure('usage', `no claim is called '${id}'`, near === undefined ? `claims: ${ids.join(', ')}` : `did you mean ${near}?`)
  }
  const { claim } = (await import(new URL(`${id}.ts`, folder).href)) as { claim?: Claim }
  if (claim?.id !== id) throw new Error(`claims/${id}.ts: expected an export 'claim' of that id, found ${claim?.id ?? 'none'}`)
  return claim
}

/** The latest result of every claim that was run in full, by id. */
export function claimResults(): ReadonlyMap<string, ClaimResult> {
  const at = inFolder('results')
  return new Map(named(at, '.json').map(id => [id, JSON.parse(readFileSync(`${at}/${id}.json`, 'utf8')) as ClaimResult]))
}

/** Keeps a result, in place of the one before. */
export function keepResult(r: ClaimResult): string {
  const at = inFolder('results')
  mkdirSync(at, { recursive: true })
  const file = `${at}/${r.id}.json`
  writeFileSync(`${file}.new`, `${JSON.stringify(r, null, 2)}\n`)
  renameSync(`${file}.new`, file)
  return file
}

/** What is known of a part: the verdict of the claims that are evidence for it. */
export interface Shown {
  readonly claim: string
  readonly verdict: Verdict
  readonly effect: number
  readonly interval: readonly [number, number]
  readonly date: string
}
/** @param id of a method, world, loss, ... @param results of `claimResults`, read once for all that is shown */
export const evidenceFor = (id: string, results: ReadonlyMap<string, ClaimResult>): Shown[] =>
  [...results.values()]
    .filter(r => r.evidence.includes(id))
    .map(r => ({ claim: r.id, verdict: r.verdict, effect: r.effect, interval: r.interval, date: r.date }))
