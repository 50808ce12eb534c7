// The command in a pseudo terminal, which `script` of util-linux makes.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bin, held, inside } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-terminal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Terminal {
  child: ChildProcess
  /** All that was written to the screen so far. */
  seen(): string
  shows(what: RegExp): Promise<void>
  ended: Promise<number | null>
}
function terminal(args: readonly string[], env: Record<string, string> = {}): Terminal {
  const line = [process.execPath, bin, ...args].map(x => `'${x.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['-qefc', `stty cols 90 rows 24; exec ${line}`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '', ...env },
  })
  let seen = ''
  const waiting: { what: RegExp; go(): void }[] = []
  child.stdout!.on('data', d => {
    seen += d
    for (const w of waiting) if (w.what.test(seen)) w.go()
  })
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  return {
    child,
    seen: () => seen,
    shows: what =>
      new Promise((go, no) => {
        if (what.test(seen)) return go()
        waiting.push({ what, go })
        ended.then(() => no(new Error(`ended before it showed ${what}: ${JSON.stringify(seen)}`)))
      }),
    ended,
  }
}
const slow = ['solve', 'game24', '1 5 12 13', '--method', 'best-first', '--model', 'simulated:latency=300,sigma=0.2', '--clock', 'real']

/** What is left on a screen of enough rows: the few escape codes that the command uses, done. */
function screen(text: string): string[] {
  const rows: string[] = ['']
  let y = 0
  let x = 0
  for (const m of text.matchAll(/\x1b\[\?\d+[hl]|\x1b\[(\d*)([A-Za-z])|\r|\n|[^\x1b\r\n]+/g)) {
    const [all, n, letter] = m
    if (all === '\r') x = 0
    else if (all === '\n') {
      y++
      rows[y] ??= ''
    } else if (letter === 'A') y = Math.max(0, y - Number(n || 1))
    else if (letter === 'K') rows[y] = rows[y].slice(0, x)
    else if (letter === 'J') {
      rows[y] = rows[y].slice(0, x)
      rows.length = y + 1
    } else if (letter === 'm' || all.startsWith('\x1b[?')) continue
    else if (letter !== undefined) throw new Error(`a code that was not expected: ${JSON.stringify(all)}`)
    else {
      rows[y] = rows[y].slice(0, x).padEnd(x) + all + rows[y].slice(x + all.length)
      x += all.length
    }
  }
  return rows
}

test('draws a few lines over in place, and leaves the summary and a visible cursor', async () => {
  const t = terminal([...slow, '--budget', 'calls=40', '--store', 'none'])
  expect(await t.ended).toBe(3)
  const seen = t.seen()
  expect(seen.match(/calls {3}(\x1b\[\d+m)*[█░]/g)!.length).toBeGreaterThan(3)
  expect(seen.lastIndexOf('\x1b[?25h')).toBeGreaterThan(seen.lastIndexOf('\x1b[?25l'))
  expect(seen).toContain('\x1b[36m')
  const left = screen(seen)
  expect(left[0]).toMatch(/^run run-/)
  expect(left.join('\n')).toContain('✘ no answer')
  expect(left.join('\n')).toMatch(/spent {5}40 calls/)
  // Nothing of the live view remains.
  expect(left.join('\n')).not.toContain('in flight')
})

test('Ctrl-C: says that it lands, then how to go on; exit 130', async () => {
  const store = join(folder, 'store')
  const t = terminal([...slow, '--budget', 'calls=400', '--store', store])
  await t.shows(/[1-9]\d* \/ 400/)
  t.child.stdin!.write('\x03')
  expect(await t.ended).toBe(130)
  expect(t.seen()).toContain('Ctrl-C again cancels')
  const left = screen(t.seen()).join('\n')
  expect(left).toMatch(/ended {5}interrupted/)
  const [, run] = /resume {4}espalier resume (r-\w+) --store /.exec(left)!
  expect(held((await inside(['runs', '--store', store, '--json'])).out, 'runs').runs).toMatchObject([{ run, status: 'paused' }])
  expect(t.seen().lastIndexOf('\x1b[?25h')).toBeGreaterThan(t.seen().lastIndexOf('\x1b[?25l'))
})

test('a failure on the way leaves a visible cursor and one line', async () => {
  const t = terminal(['solve', 'game24', '4 9 10 13', '--method', './no-such-method.ts', '--store', 'none'])
  expect(await t.ended).toBe(2)
  expect(t.seen()).not.toContain('\x1b[?25l')
  expect(screen(t.seen())[0]).toMatch(/^espalier: method \.\/no-such-method\.ts/)
})

test('NO_COLOR, --plain and dumb terminals are respected', async () => {
  const args = ['solve', 'game24', '4 9 10 13', '--seed', '1', '--store', 'none']
  const plain = terminal([...args, '--plain'])
  const dumb = terminal(args, { TERM: 'dumb' })
  const grey = terminal([...slow, '--budget', 'calls=20', '--store', 'none'], { NO_COLOR: '1' })
  await Promise.all([plain.ended, dumb.ended, grey.ended])
  expect(plain.seen()).not.toContain('\x1b[?25l')
  expect(dumb.seen()).not.toContain('\x1b')
  expect(dumb.seen()).toContain('+ (9 - (13 - 10)) * 4')
  expect(grey.seen()).toContain('\x1b[?25l')
  expect(grey.seen()).not.toMatch(/\x1b\[\d*m/)
})
