// A command a user gave, run without a shell.
import { spawn } from 'node:child_process'
import { clearTimeout, setTimeout } from 'node:timers'
import { Failure } from '../kernel/failure.ts'

/** Words as a shell would split them, quotes and backslashes respected; nothing else is special. @throws Failure (usage) on a quote that is not closed */
export function splitWords(command: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < command.length; i++) {
    const c = command[i]
    if (quote !== '') {
      if (c === quote) quote = ''
      else if (c === '\\' && quote === '"' && '"\\'.includes(command[i + 1] ?? ' ')) word += command[++i]
      else word += c
    } else if (c === '"' || c === "'") {
      quote = c
      word ??= ''
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (c === '\\' && i + 1 < command.length) word = (word ?? '') + command[++i]
    else word = (word ?? '') + c
  }
  if (quote !== '') throw new Failure('usage', `a ${quote} is not closed in the command ${command}`)
  if (word !== undefined) words.push(word)
  return words
}

export interface Ran {
  /** null: it was ended by a signal. */
  readonly code: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly out: string
  readonly err: string
}
/** Most that is kept of what a command writes; the end of it. */
const most = 1 << 20
/** What inherits a command's output may outlive it; its output is waited for so long (milliseconds). */
const grace = 250

/**
 * Runs a program in a process group of its own, which ends with it, with the time limit, or with the signal.
 * @param o.timeout seconds @throws Failure (world) where the program cannot be started; the signal's reason where it was cancelled
 */
export function runCommand(
  words: readonly string[],
  o: { input: string; env: Record<string, string>; timeout: number; signal: AbortSignal },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    o.signal.throwIfAborted()
    const group = process.platform !== 'win32'
    const child = spawn(words[0], words.slice(1), { stdio: 'pipe', env: { ...process.env, ...o.env }, detached: group, windowsHide: true })
    let out = Buffer.alloc(0)
    let err = Buffer.alloc(0)
    let timedOut = false
    let ended: { code: number | null; signal: string | null } | undefined
    let late: NodeJS.Timeout | undefined
    const kill = (): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGKILL')
      } catch {
        // It has ended already.
      }
    }
    const clock = setTimeout(() => {
      timedOut = true
      kill()
    }, o.timeout * 1000)
    const cancel = (): void => kill()
    o.signal.addEventListener('abort', cancel)
    const done = (f: () => void): void => {
      clearTimeout(clock)
      clearTimeout(late)
      o.signal.removeEventListener('abort', cancel)
      child.stdout.destroy()
      child.stderr.destroy()
      f()
    }
    const finish = (): void =>
      done(() => {
        kill()
        if (o.signal.aborted) reject(o.signal.reason)
        else resolve({ ...(ended ?? { code: null, signal: null }), timedOut, out: out.toString(), err: err.toString() })
      })
    child.stdout.on('data', (d: Buffer) => (out = Buffer.concat([out, d]).subarray(-most)))
    child.stderr.on('data', (d: Buffer) => (err = Buffer.concat([err, d]).subarray(-most)))
    child.stdin.on('error', () => {}) // a program need not read its input
    child.stdin.end(o.input)
    child.on('error', (e: NodeJS.ErrnoException) => {
      const why = e.code === 'ENOENT' ? 'there is no such program' : e.code === 'EACCES' ? 'it may not be run' : e.message
      done(() =>
        reject(
          new Failure('world', `the command ${words[0]} cannot be started: ${why}`, 'check the path, and that it is executable', {
            cause: e,
          }),
        ),
      )
    })
    child.on('exit', (code, signal) => {
      ended = { code, signal }
      late = setTimeout(finish, grace)
    })
    child.on('close', (code, signal) => {
      ended ??= { code, signal }
      finish()
    })
  })
}
