// Saving what is whole in a damaged journal. All work is done on a copy: the damaged file may be the only evidence of what happened.
import { closeSync, copyFileSync, existsSync, ftruncateSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Journal, JournalRecord } from '../runtime/index.ts'
import { pageSize, SqliteJournal } from './journal.ts'
import { storeFailure } from './sqlite.ts'

const endings = ['', '-wal', '-shm'] as const
const erase = (file: string): void => {
  for (const ending of endings) rmSync(file + ending, { force: true })
}

/** The file and its write-ahead log, together: either alone is another state. */
function copy(from: string, to: string): void {
  erase(to)
  copyFileSync(from, to)
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`)
}

/** SQLite reads nothing of a file that is shorter than its header says: what is missing is filled with zeros, which no sum matches. */
function fill(file: string): void {
  const head = Buffer.alloc(100)
  const fd = openSync(file, 'r+')
  try {
    readSync(fd, head, 0, 100, 0)
    const pages = Math.ceil(statSync(file).size / pageSize)
    const said = head.readUInt32BE(28)
    if (said > pages && said < pages + 2 ** 20) ftruncateSync(fd, said * pageSize)
    else ftruncateSync(fd, pages * pageSize)
  } finally {
    closeSync(fd)
  }
}

/** The first page of a new journal. It holds the header and the tables' definitions: the same in every journal, all but the number of pages. */
let firstPage: Buffer | null = null
function newFirstPage(scratch: string): Buffer {
  if (firstPage) return firstPage
  const file = `${scratch}-new`
  erase(file)
  try {
    SqliteJournal.create(file).close()
    firstPage = readFileSync(file).subarray(0, pageSize)
    return firstPage
  } finally {
    erase(file)
  }
}

function renewFirstPage(file: string, page: Buffer): void {
  const fd = openSync(file, 'r+')
  try {
    const pages = Math.max(1, Math.ceil(statSync(file).size / pageSize))
    ftruncateSync(fd, pages * pageSize)
    writeSync(fd, page, 0, pageSize, 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(pages)
    writeSync(fd, count, 0, 4, 28)
  } finally {
    closeSync(fd)
  }
}

/** How many records of a file are whole. */
function whole(file: string): number {
  try {
    const journal = new SqliteJournal(file)
    try {
      let n = 0
      for (const records = journal.read(); !records.next().done; ) n++
      return n
    } finally {
      journal.close()
    }
  } catch {
    return 0
  }
}

/**
 * Copies the longest whole prefix of a damaged journal into a new one.
 * @param from the damaged file; neither it nor its write-ahead log is changed
 * @param scratch beginning of the paths of working copies, which are removed again
 * @param to an empty journal, open for writing
 * @returns the number of records copied
 */
export function rescue(from: string, scratch: string, to: Pick<Journal, 'append'>): number {
  const attempts = [`${scratch}-1`, `${scratch}-2`]
  try {
    copy(from, attempts[0])
    fill(attempts[0])
    copy(from, attempts[1])
    renewFirstPage(attempts[1], newFirstPage(scratch))
    const best = whole(attempts[0]) >= whole(attempts[1]) ? attempts[0] : attempts[1]
    if (whole(best) === 0) return 0
    const source = new SqliteJournal(best)
    try {
      let n = 0
      let batch: JournalRecord[] = []
      let held = 0
      const hand = () => {
        to.append(batch)
        n += batch.length
        batch = []
        held = 0
      }
      for (const record of source.read()) {
        batch.push(record)
        held += 'payload' in record ? record.payload.length : 0
        if (batch.length >= 1000 || held >= 4_000_000) hand()
      }
      hand()
      return n
    } finally {
      source.close()
    }
  } catch (error) {
    throw storeFailure(error, from)
  } finally {
    for (const file of attempts) erase(file)
  }
}
