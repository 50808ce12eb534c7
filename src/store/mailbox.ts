// What others ask of the process that works on something (a run, a comparison, a learning loop): a small file beside it, which that process looks into now and then.
import { existsSync, rmSync } from 'node:fs'
import { connect, patiently, transact } from './sqlite.ts'

/** A message, and who may care how old it is. */
export interface Letter {
  readonly id: number
  /** Unix time in seconds. */
  readonly sent: number
  readonly value: unknown
}

const read = (rows: unknown[]): Letter[] =>
  (rows as { id: number; sent: number; value: string }[]).map(r => ({ id: r.id, sent: r.sent, value: JSON.parse(r.value) }))

/** Puts a message in. */
export function send(file: string, value: unknown): void {
  const db = patiently(() => connect(file, { pageSize: 512 }))
  try {
    db.exec('PRAGMA synchronous=NORMAL')
    patiently(() =>
      db.exec('CREATE TABLE IF NOT EXISTS letters(id INTEGER PRIMARY KEY AUTOINCREMENT, sent REAL NOT NULL, value TEXT NOT NULL)'),
    )
    transact(db, () => db.prepare('INSERT INTO letters(sent, value) VALUES(?, ?)').run(Date.now() / 1000, JSON.stringify(value)))
  } finally {
    db.close()
  }
}

/** Messages that nobody has taken yet, oldest first. */
export function waiting(file: string): Letter[] {
  if (!existsSync(file)) return []
  const db = patiently(() => connect(file))
  try {
    return hasTable(db) ? read(db.prepare('SELECT id, sent, value FROM letters ORDER BY id').all()) : []
  } finally {
    db.close()
  }
}

/** Takes all messages out, oldest first. Costs a look at the folder where there are none. */
export function take(file: string): Letter[] {
  if (!existsSync(file)) return []
  const db = patiently(() => connect(file))
  try {
    if (!hasTable(db)) return []
    return transact(db, () => {
      const out = read(db.prepare('SELECT id, sent, value FROM letters ORDER BY id').all())
      if (out.length > 0) db.exec('DELETE FROM letters')
      return out
    })
  } finally {
    db.close()
  }
}
/** Its sender may still be making it. */
const hasTable = (db: ReturnType<typeof connect>): boolean =>
  (db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'letters'").get() as { n: number }).n > 0

/** Milliseconds between looks into a mailbox. */
const interval = 500

/**
 * Looks into a mailbox every half second until the function that comes back is called. What cannot be read now can be at the next look.
 * @param take takes what is in it
 * @param o.since Unix time in seconds at which this work began @param o.stale acts that are passed over where they were sent before: they were meant for whoever
 *   worked then
 */
export function listen(
  take: () => readonly Letter[],
  heed: (act: { readonly do: string }) => void,
  o: { since: number; stale: readonly string[] },
): () => void {
  const look = (): void => {
    try {
      for (const { sent, value } of take()) {
        const act = value as { do: string }
        if (sent >= o.since || !o.stale.includes(act.do)) heed(act)
      }
    } catch {
      // A store that cannot be read now can be in half a second.
    }
  }
  const timer = setInterval(look, interval)
  timer.unref()
  return () => clearInterval(timer)
}

/** Removes the file. Nobody may be using the run. */
export const discard = (file: string): void => {
  for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(file + ending, { force: true })
}
