import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Context, Effect, Io, Outcome } from '../contract/index.ts'
import { splitWords, verifier, verify } from './index.ts'

const node = process.execPath
const dir = mkdtempSync(join(tmpdir(), 'verify-'))
let scripts = 0
/** A verifier made of JavaScript. */
const script = (code: string): string => {
  const file = join(dir, `s${scripts++}.cjs`)
  writeFileSync(file, code)
  return `"${node}" '${file}'`
}
const signal = new AbortController().signal
const io = { call: async (e: Effect<any, any>, input: unknown) => (await e.run([input], { signal }))[0] } as unknown as Io
const root = { state: { numbers: [4, 9, 10, 13] }, parent: null } as unknown as Context
const at = { state: 'later', parent: root } as unknown as Context
const answer: Outcome<string> = { answer: '1 + 1' }
const once = (code: string, o: { task?: unknown; timeout?: number } = {}) => verify(script(code), o).reward(at, answer, io)

describe('the verifier protocol', () => {
  test.each([
    ['exit 0 is 1', '', 1],
    ['exit 0 with a last line in [0, 1] is that', 'console.log("well"); console.log("0.25\\n")', 0.25],
    ['an exponent is a number', 'console.log("5e-1")', 0.5],
    ['exit 0 with another last line is 1', 'console.log("0.25"); console.log("done")', 1],
    ['exit 0 with a number out of range is 1', 'console.log("7")', 1],
    ['exit 1 is 0', 'console.log("0.9"); process.exit(1)', 0],
  ])('%s', async (_, code, value) => expect(await once(code)).toMatchObject({ value, verified: true }))

  test('the answer comes on standard input, the task as JSON in ESPALIER_TASK', async () => {
    const echo = 'console.error(process.env.ESPALIER_TASK + "|" + require("fs").readFileSync(0, "utf8"))'
    expect((await once(echo, { task: { numbers: [1, 2] } })).feedback).toBe('{"numbers":[1,2]}|1 + 1')
    expect((await once(echo)).feedback).toBe('{"numbers":[4,9,10,13]}|1 + 1')
    const structured = await verify(script(echo), { task: 'x' }).reward(at, { answer: { a: 1 } } as never, io)
    expect(structured.feedback).toBe('"x"|{"a":1}')
  })
  test('what it writes beside the mark is feedback', async () => {
    expect(await once('console.log("line 3 is wrong"); console.log(0.5)')).toEqual({
      value: 0.5,
      verified: true,
      feedback: 'line 3 is wrong',
    })
    expect(await once('console.log("no"); console.error("why"); process.exit(1)')).toEqual({
      value: 0,
      verified: true,
      feedback: 'no\nwhy',
    })
  })
  test('another exit is tried once more; then the judgement failed, and is no 0', async () => {
    const log = join(dir, 'tries')
    writeFileSync(log, '')
    const a = await once(`require("fs").appendFileSync(${JSON.stringify(log)}, "x"); console.error("no disk"); process.exit(3)`)
    expect(a).toEqual({ value: Number.NaN, failed: true, verified: false, feedback: 'the verifier could not say: exit code 3: no disk' })
    expect(readFileSync(log, 'utf8')).toBe('xx')
    writeFileSync(log, '')
    const b = await once(
      `const fs = require("fs"); fs.appendFileSync(${JSON.stringify(log)}, "x"); process.exit(fs.readFileSync(${JSON.stringify(log)}, "utf8").length === 1 ? 3 : 0)`,
    )
    expect(b).toMatchObject({ value: 1, verified: true })
  })
  test('ended by a signal is no verdict', async () => {
    expect(await once('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e6)')).toMatchObject({
      failed: true,
      feedback: expect.stringContaining('SIGTERM'),
    })
  })
  test('a timeout is no verdict, and nothing of it stays behind', async () => {
    const pids = join(dir, 'pids')
    writeFileSync(pids, '')
    const child = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 1e6)"], { stdio: "inherit" })`
    const a = await once(
      `const c = ${child}; require("fs").appendFileSync(${JSON.stringify(pids)}, c.pid + " "); setTimeout(() => {}, 1e6)`,
      { timeout: 2.5 },
    )
    expect(a).toMatchObject({ failed: true, feedback: 'the verifier could not say: no verdict within 2.5 s' })
    const started = readFileSync(pids, 'utf8').trim().split(' ').filter(Boolean).map(Number)
    expect(started.length).toBeGreaterThan(0)
    for (const pid of started) expect(await gone(pid)).toBe(true)
  })
  test('a program that does not read its input, and one that leaves another running, are heard', async () => {
    const big = await verify(script('process.exit(0)'), { task: 1 }).reward(at, { answer: 'x'.repeat(1 << 20) }, io)
    expect(big.value).toBe(1)
    const left = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 1e6)"], { stdio: "inherit" }).unref(); console.log(0.5); process.exit(0)`
    expect((await once(left)).value).toBe(0.5)
  })
  test('cancelled: it ends, and says why', async () => {
    const control = new AbortController()
    const running = verifier(script('setTimeout(() => {}, 1e6)')).run([{ task: '1', answer: '' }], { signal: control.signal })
    control.abort(new Error('stopped'))
    await expect(running).rejects.toThrow('stopped')
  })
  test('a program that is not there is said at once', async () => {
    await expect(verify('./no-such-check --x').reward(at, answer, io)).rejects.toMatchObject({
      code: 'world',
      message: 'the command ./no-such-check cannot be started: there is no such program',
    })
  })
  test('only answers are verified', async () => {
    const r = verify('./no-such-check')
    expect(await r.reward(at, null, io)).toEqual({ value: Number.NaN, verified: false })
    expect(await r.reward(at, { answer: 'x', failed: true }, io)).toEqual({ value: 0, verified: false })
  })
  test('several at once', async () => {
    const e = verifier(script('const x = require("fs").readFileSync(0, "utf8"); console.log(x === "a" ? 0.1 : 0.2)'))
    const all = await e.run(
      ['a', 'b', 'a'].map(a => ({ task: '1', answer: a })),
      { signal },
    )
    expect(all.map(v => v.score)).toEqual([0.1, 0.2, 0.1])
  })
})

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      process.kill(pid, 0)
      // A zombie counts as ended: whoever should wait for it is gone.
      if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return true
    } catch {
      return true
    }
    await sleep(20)
  }
  return false
}

test.each([
  ['./check.sh --flag', ['./check.sh', '--flag']],
  ["  a  'b c' d", ['a', 'b c', 'd']],
  ['a "b \\"c\\" \\n" \'d"\'', ['a', 'b "c" \\n', 'd"']],
  ['a\\ b c\\\\', ['a b', 'c\\']],
  ['pre"fix "suf', ['prefix suf']],
  ["a '' b", ['a', '', 'b']],
  ['', []],
])('words of %s', (command, words) => expect(splitWords(command)).toEqual(words))
