import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'
import { holder, lock } from './lock.ts'
import { StoreFailure } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-lock-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
let files = 0
const fresh = (): string => join(folder, `${files++}.lock`)

/** A process that tries to take the lock, says how that went, and stays. */
async function other(file: string): Promise<{ child: ChildProcess; said: string }> {
  const code = `
    const { lock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))})
    try { lock(${JSON.stringify(file)}, 'run r-1'); console.log('taken') } catch (error) { console.log(error.message) }
    setInterval(() => globalThis.gc?.(), 20)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = await once(createInterface({ input: child.stdout! }), 'line')
  return { child, said }
}

const refused = (file: string): StoreFailure => {
  try {
    lock(file, 'run r-1').release()
  } catch (error) {
    expect(error).toBeInstanceOf(StoreFailure)
    return error as StoreFailure
  }
  throw new Error('the lock was given')
}

test('a lock excludes the same process and others, names its owner, and is free after release', async () => {
  const file = fresh()
  const before = Date.now() / 1000
  const mine = lock(file, 'run r-1')
  const owner = holder(file)
  expect(owner).toMatchObject({ pid: process.pid, host: hostname() })
  expect(owner?.since).toBeGreaterThanOrEqual(before - 1)
  expect(refused(file).message).toMatch(new RegExp(`^run r-1 is being written by process ${process.pid} on .+ since \\d{4}-.+Z$`))
  const { said } = await other(file)
  expect(said).toContain(`process ${process.pid} on ${hostname()}`)
  expect(holder(file)?.pid).toBe(process.pid)
  mine.release()
  mine.release()
  expect(holder(file)).toBe(null)
  lock(file, 'run r-1').release()
})

test('the system frees the lock of a process that was killed; until then it is held, though nothing refers to it', async () => {
  const file = fresh()
  const { child, said } = await other(file)
  expect(said).toBe('taken')
  // Its garbage is collected all the while.
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(refused(file).message).toContain(`process ${child.pid} `)
  expect(holder(file)?.pid).toBe(child.pid)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(holder(file)).toBe(null)
  lock(file, 'run r-1').release()
})

test('of processes that come at once, one gets the lock, and the others name it', async () => {
  const file = fresh()
  const all = await Promise.all(Array.from({ length: 5 }, () => other(file)))
  const winners = all.filter(x => x.said === 'taken')
  expect(winners.length).toBe(1)
  for (const { child, said } of all)
    if (child !== winners[0].child) expect(said).toMatch(/is being written by (process \d+ on|another process)/)
  expect(holder(file)?.pid).toBe(winners[0].child.pid)
  for (const { child } of all) child.kill('SIGKILL')
})

test('a lock that cannot be made is one clear line', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(refused(join(file, 'x.lock')).message).toContain('cannot be opened')
})
