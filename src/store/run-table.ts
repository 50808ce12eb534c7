// What the index knows of each run: enough to list, to show and to start it again. Never a key or a password: models are named, not configured.
import type { KnobValue, Limits, Usage } from '../contract/index.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'
import { transact } from './sqlite.ts'

/** running: a process said it works on it (whether it still does, `owner` knows). paused: may be resumed. done, failed: ended. */
export type RunStatus = 'running' | 'paused' | 'done' | 'failed'

/** What a run is. It is written to disk as it stands: model specs by name (`openai:gpt-x`), never keys. */
export interface RunMeta {
  readonly id: string
  /** Unix time in seconds. */
  readonly created: number
  readonly updated: number
  status: RunStatus
  world: string
  method: { id: string; version: number }
  /** Model spec by role; `policy` is the one that answers. */
  models: Record<string, string>
  task: unknown
  knobs: Record<string, KnobValue>
  /** Whatever else the run was started with: reward, durability, clock. */
  options: Record<string, unknown>
  limits: Limits
  seed: number
  concurrency: number
  /** Of the code of world and method. */
  codeHash: string
  contractVersion: number
  spent: Partial<Usage>
  answer: unknown
  /** null: nothing verified it. */
  solved: boolean | null
  verifiedBy: string | null
  score: number | null
  nodes: number
  depth: number
  /** The run this one was made from, by salvage or as a fork. */
  origin: string | null
}

/** What must be known to begin a run; the rest has defaults. */
export type NewRun = Pick<RunMeta, 'world' | 'method' | 'task'> & Partial<Omit<RunMeta, 'id' | 'created' | 'updated'>>
/** What may change later. */
export type RunPatch = Partial<Omit<RunMeta, 'id' | 'created' | 'updated'>>

/** Which runs to list, newest first. Times are Unix seconds. */
export interface RunFilter {
  status?: RunStatus | readonly RunStatus[]
  world?: string
  method?: string
  origin?: string
  /** false: without the runs that are parts of another, such as the cells of a comparison. */
  parts?: boolean
  since?: number
  /** Changed at or after this time. */
  changed?: number
  /** Those that come after this run in the list. */
  before?: string
  until?: number
  limit?: number
  offset?: number
}

const defaults: Omit<RunMeta, 'id' | 'created' | 'updated' | 'world' | 'method' | 'task'> = {
  status: 'running',
  models: {},
  knobs: {},
  options: {},
  limits: {},
  seed: 0,
  concurrency: 1,
  codeHash: '',
  contractVersion: 0,
  spent: {},
  answer: null,
  solved: null,
  verifiedBy: null,
  score: null,
  nodes: 0,
  depth: 0,
  origin: null,
}

/** A full record of a run that begins now. */
export function newMeta(id: string, run: NewRun, now: number): RunMeta {
  const given = Object.fromEntries(Object.entries(run).filter(([, v]) => v !== undefined))
  return { ...defaults, ...(given as NewRun), id, created: now, updated: now }
}

const jsons = ['models', 'task', 'knobs', 'options', 'limits', 'spent', 'answer'] as const
// biome-ignore format: one look shows them all
const columns = [
  'id', 'created', 'updated', 'status', 'world', 'method', 'version', 'models', 'task', 'knobs', 'options', 'limits', 'seed', 'concurrency',
  'code', 'contract', 'spent', 'answer', 'solved', 'verified_by', 'score', 'nodes', 'depth', 'origin',
] as const

/** The table of runs, and what each version changed in it. */
export const runSteps = {
  1: `CREATE TABLE runs(id TEXT PRIMARY KEY, created REAL NOT NULL, updated REAL NOT NULL, status TEXT NOT NULL, world TEXT NOT NULL, method TEXT NOT NULL,
        version INTEGER NOT NULL, models TEXT, task TEXT, knobs TEXT, options TEXT, limits TEXT, seed INTEGER, concurrency INTEGER, code TEXT, contract INTEGER,
        spent TEXT, answer TEXT, solved INTEGER, verified_by TEXT, score REAL, nodes INTEGER, depth INTEGER);
      CREATE INDEX runs_created ON runs(created);`,
  /** Runs know what they were made from. */
  2: 'ALTER TABLE runs ADD COLUMN origin TEXT;',
} as const

type Cell = string | number | null
type Row = Record<(typeof columns)[number], Cell>

const number = (x: number | null | undefined): number | null => (typeof x === 'number' && Number.isFinite(x) ? x : null)

function toRow(m: RunMeta): Row {
  // biome-ignore format: the same rows as in fromRow
  const row = {
    id: m.id, created: m.created, updated: m.updated, status: m.status, world: m.world, method: m.method.id, version: m.method.version,
    seed: m.seed, concurrency: m.concurrency, code: m.codeHash, contract: m.contractVersion, solved: m.solved === null ? null : Number(m.solved),
    verified_by: m.verifiedBy, score: number(m.score), nodes: m.nodes, depth: m.depth, origin: m.origin,
  } as Row
  for (const name of jsons) row[name] = JSON.stringify(m[name] ?? null)
  return row
}

function fromRow(row: Row): RunMeta {
  // biome-ignore format: the same rows as in toRow
  const out = {
    id: row.id, created: row.created, updated: row.updated, status: row.status, world: row.world, method: { id: row.method, version: row.version },
    seed: row.seed, concurrency: row.concurrency, codeHash: row.code, contractVersion: row.contract, solved: row.solved === null ? null : row.solved !== 0,
    verifiedBy: row.verified_by, score: row.score, nodes: row.nodes, depth: row.depth, origin: row.origin,
  } as Record<string, unknown>
  for (const name of jsons) out[name] = row[name] === null ? null : JSON.parse(row[name] as string)
  return out as unknown as RunMeta
}

/** The table of runs in the index. */
export class RunTable {
  readonly #db: DatabaseSync
  readonly #get: StatementSync
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#get = db.prepare(`SELECT ${columns.join(', ')} FROM runs WHERE id = ?`)
  }

  /** False if the id is taken. */
  add(meta: RunMeta): boolean {
    const row = toRow(meta)
    const insert = this.#db.prepare(
      `INSERT INTO runs(${columns.join(', ')}) VALUES(${columns.map(() => '?').join(', ')}) ON CONFLICT(id) DO NOTHING`,
    )
    return transact(this.#db, () => Number(insert.run(...columns.map(c => row[c])).changes) === 1)
  }

  get(id: string): RunMeta | null {
    const row = this.#get.get(id) as Row | undefined
    return row ? fromRow(row) : null
  }

  /** False if there is no such run. What the patch leaves out stays; two processes may change different things of one run. */
  update(id: string, patch: RunPatch, now: number): boolean {
    return transact(this.#db, () => {
      const meta = this.get(id)
      if (!meta) return false
      const given = Object.fromEntries(Object.entries(patch).filter(([, v]) => v !== undefined))
      const row = toRow({ ...meta, ...given, id, created: meta.created, updated: now })
      const names = columns.filter(c => c !== 'id' && c !== 'created')
      this.#db.prepare(`UPDATE runs SET ${names.map(c => `${c} = ?`).join(', ')} WHERE id = ?`).run(...names.map(c => row[c]), id)
      return true
    })
  }

  remove(id: string): void {
    transact(this.#db, () => this.#db.prepare('DELETE FROM runs WHERE id = ?').run(id))
  }

  list(f: RunFilter = {}): RunMeta[] {
    const where: string[] = []
    const values: Cell[] = []
    const want = (sql: string, ...v: Cell[]) => {
      where.push(sql)
      values.push(...v)
    }
    if (f.status !== undefined) {
      const any = typeof f.status === 'string' ? [f.status] : [...f.status]
      want(`status IN (${any.map(() => '?').join(', ')})`, ...any)
    }
    if (f.world !== undefined) want('world = ?', f.world)
    if (f.method !== undefined) want('method = ?', f.method)
    if (f.origin !== undefined) want('origin = ?', f.origin)
    if (f.parts === false) where.push("json_extract(options, '$.part') IS NULL")
    if (f.since !== undefined) want('created >= ?', f.since)
    if (f.changed !== undefined) want('updated >= ?', f.changed)
    if (f.before !== undefined) want('(created, id) < (SELECT created, id FROM runs WHERE id = ?)', f.before)
    if (f.until !== undefined) want('created <= ?', f.until)
    const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''
    const sql = `SELECT ${columns.join(', ')} FROM runs ${condition} ORDER BY created DESC, id DESC LIMIT ? OFFSET ?`
    return (this.#db.prepare(sql).all(...values, f.limit ?? -1, f.offset ?? 0) as Row[]).map(fromRow)
  }

  ids(): string[] {
    return (this.#db.prepare('SELECT id FROM runs ORDER BY id').all() as { id: string }[]).map(r => r.id)
  }

  /** Ids that begin with a text. */
  withPrefix(prefix: string): string[] {
    const rows = this.#db.prepare('SELECT id FROM runs WHERE substr(id, 1, ?) = ? ORDER BY id').all(prefix.length, prefix)
    return (rows as { id: string }[]).map(r => r.id)
  }
}
