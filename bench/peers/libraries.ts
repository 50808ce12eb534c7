// What a node costs in other libraries of tree search, where their checkouts are: `--peer NAME=PATH`, or ESPALIER_PEER_NAME=PATH. None is needed, fetched
// or changed; a library that is not given is named as absent. ESPALIER_PYTHON names the interpreter that has what a library imports (default python3).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PureWorld, Value } from '../../src/contract/index.ts'
import { AddressedRandom, gameUct, hashText } from '../../src/kernel/index.ts'
import { uct } from '../../src/method/index.ts'
import { run } from '../../src/runtime/index.ts'
import { ConnectFour } from '../../src/world/index.ts'
import type { Row } from '../row.ts'

export interface Peer {
  readonly name: string
  /** Where its modules lie in a checkout. */
  readonly modules: readonly string[]
  /** Beside this file. It is given the size, and prints {"done", "seconds"} on its last line. */
  readonly script: string
  readonly unit: string
  /** As many as a run does. */
  readonly size: { readonly full: number; readonly smoke: number }
  /** The same job here, in the same run: so many a second. */
  ours(size: number): Promise<number>
}

/** A tree that costs nothing to grow: three actions everywhere, values drawn from the place. */
const free: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'free',
  start: task => task,
  step: (s, a) => s + a,
  outcome: () => null,
  render: c => [{ role: 'user', content: c.state }],
  parse: text => text,
  actions: () => ['a', 'b', 'c'],
}
const drawn: Value<string, string> = {
  id: 'drawn',
  value: async at => ({ value: new AddressedRandom(1, hashText(at.state), 0, 'value').next() }),
}
const seconds = async (job: () => unknown): Promise<number> => {
  const start = process.hrtime.bigint()
  await job()
  return Number(process.hrtime.bigint() - start) / 1e9
}
async function nodes(size: number): Promise<number> {
  const frame = { world: free, method: uct, value: drawn, knobs: { how: 'all', simulations: size } }
  return size / (await seconds(() => run(frame, '', { concurrency: 1 })))
}
const games = async (size: number): Promise<number> => size / (await seconds(() => gameUct(new ConnectFour(), { simulations: size })))

export const peers: readonly Peer[] = [
  {
    name: 'treequest',
    modules: ['src', '.'],
    script: 'run_treequest.py',
    unit: 'nodes/s',
    size: { full: 400, smoke: 20 },
    ours: nodes,
  },
  {
    name: 'llm-reasoners',
    modules: ['.'],
    script: 'run_llm_reasoners.py',
    unit: 'nodes/s',
    size: { full: 4000, smoke: 60 },
    ours: nodes,
  },
  {
    name: 'open-spiel',
    modules: ['.', 'build/python'],
    script: 'run_open_spiel.py',
    unit: 'simulations/s',
    size: { full: 20_000, smoke: 200 },
    ours: games,
  },
]

/** ESPALIER_PEER_OPEN_SPIEL for open-spiel. */
export const variableOf = (name: string): string => `ESPALIER_PEER_${name.toUpperCase().replaceAll('-', '_')}`

/**
 * One peer's rows: its speed with ours as `ratio` times its own; or one that says that it is absent, or what went wrong. A peer's failure is its own affair.
 * @param o.path its checkout @param o.python what runs the script @param o.scripts where scripts are
 */
export async function measure(p: Peer, o: { path?: string; python: string; smoke: boolean; scripts?: string }): Promise<Row[]> {
  const none = (note: string): Row[] => [{ name: p.name, value: 0, unit: p.unit, note }]
  if (o.path === undefined || o.path === '') return none('peer absent')
  if (!existsSync(o.path)) return none(`peer absent: there is no folder ${o.path}`)
  const size = o.smoke ? p.size.smoke : p.size.full
  const child = spawnSync(o.python, [join(o.scripts ?? import.meta.dirname, p.script), String(size)], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, PYTHONPATH: p.modules.map(m => join(o.path!, m)).join(process.platform === 'win32' ? ';' : ':') },
  })
  const told = (child.stdout ?? '').trim().split('\n').at(-1) ?? ''
  const result = read(told)
  if (child.status !== 0 || result === null) {
    const why = child.error?.message ?? (child.stderr ?? '').trim().split('\n').at(-1) ?? ''
    return none(`peer failed: ${why || `it printed "${told.slice(0, 80)}"`}`)
  }
  const theirs = result.done / result.seconds
  // Twice: the first time teaches the compiler.
  await p.ours(size)
  const ours = await p.ours(size)
  return [
    { name: `${p.name}, ${size}`, value: theirs, unit: p.unit },
    { name: `the same here, ${size}`, value: ours, unit: p.unit, ratio: ours / theirs },
  ]
}
function read(line: string): { done: number; seconds: number } | null {
  try {
    const { done, seconds: s } = JSON.parse(line) as { done?: unknown; seconds?: unknown }
    return typeof done === 'number' && typeof s === 'number' && done > 0 && s > 0 ? { done, seconds: s } : null
  } catch {
    return null
  }
}

export async function bench(o: { smoke?: boolean } = {}): Promise<Row[]> {
  const rows: Row[] = []
  for (const p of peers) {
    const path = process.env[variableOf(p.name)]
    rows.push(
      ...(await measure(p, {
        python: process.env.ESPALIER_PYTHON ?? 'python3',
        smoke: o.smoke === true,
        ...(path === undefined ? {} : { path }),
      })),
    )
  }
  return rows
}
