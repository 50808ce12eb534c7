import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { held, inside, start } from './espalier.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-compare-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const few = ['--n', '4', '--split', 'dev', '--budget', 'calls=30', '--methods', 'auto,depth-first@robust']

describe('compare', () => {
  test('as JSON: of its schema, and the picture beside it', async () => {
    const svg = join(folder, 'plot.svg')
    const r = await inside(['compare', 'game24', ...few, '--seeds', '2', '--store', folder, '--json', '--svg', svg])
    expect(r.code).toBe(0)
    const x = held(r.out, 'comparison')
    expect(x.rows.map((y: { method: string }) => y.method)).toEqual(['auto', 'depth-first@robust', 'best-of-n', 'self-consistency'])
    expect(x.cells).toHaveLength(32)
    expect(x.cells.filter((c: { method: string }) => c.method === 'auto').every((c: { why?: string }) => c.why !== undefined)).toBe(true)
    expect(r.err).toContain(`run ${x.id}\n`)
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /)
    const again = await inside(['resume', x.id, '--store', folder, '--json'])
    expect(held(again.out, 'comparison')).toEqual(x)
  })
  test('as a table, with lines on the way', async () => {
    const r = await inside(['compare', 'game24', ...few, '--store', 'none'])
    expect(r.code).toBe(0)
    expect(r.out).toMatch(/^game24: 4 tasks, 1 seed, at most 30 calls a task; simulated:error=0\.1; reward exact; graded by game24\/dev\n/)
    expect(r.out).toMatch(/\n(auto|depth-first@robust|best-of-n|self-consistency) +\d+ /)
    expect(r.out).toMatch(/\nSearching (paid|did not pay)/)
    expect(r.err).toContain('16 runs: 4 methods, 4 tasks, 1 seed\n')
    expect(r.err).toMatch(/16 of 16 {2}right %: auto \d+/)
  })
  test('a file of tasks: bad lines are named, the rest is compared', async () => {
    const file = join(folder, 'tasks.txt')
    writeFileSync(file, '4 9 10 13\nnot a task\n{"id": "mine", "task": "1 2 7 7"}\n')
    const r = await inside([
      'compare',
      'game24',
      '--tasks',
      file,
      '--methods',
      'greedy',
      '--budget',
      'calls=9',
      '--store',
      'none',
      '--json',
    ])
    expect(r.code).toBe(0)
    expect(r.err).toMatch(/line 2/)
    expect(new Set(held(r.out, 'comparison').cells.map((c: { item: string }) => c.item))).toEqual(new Set(['line-1', 'mine']))
  })
  test.each([
    [['--methods', 'gredy'], /no method is called 'gredy'/],
    [['--methods', 'greedy@robost'], /greedy has no preset 'robost'/],
    [['--n', '0'], /--n: expected a whole number from 1/],
    [['--seeds', 'x'], /--seeds: expected a whole number from 1/],
    [['--split', 'tset'], /--split: expected train or dev or test/],
    [['--tasks', '/nowhere/tasks.txt'], /cannot be read/],
    [['--tasks', 'x.txt', '--n', '3'], /--n and --split are about made tasks/],
    [['--budget', 'cals=1'], /did you mean calls/],
    [['--svg', '/nowhere/plot.svg'], /--svg: .* cannot be written/],
    [['--model', 'simulatd'], /did you mean simulated/],
  ])('%j is refused before anything is run', async (args, message) => {
    const r = await inside(['compare', 'game24', '--store', folder, ...args])
    expect(r.code).toBe(2)
    expect(r.err).toMatch(message)
    expect(r.out).toBe('')
    expect(r.err).not.toContain('run r-')
  })
  test('Ctrl-C lands softly, and resume goes on', async () => {
    const going = start(['compare', 'game24', '--n', '60', '--methods', 'depth-first', '--store', folder, '--plain'])
    const said = await going.says(/\d+ of 180/)
    going.child.kill('SIGINT')
    const r = await going.ended
    const id = /run (r-\w+)/.exec(said)![1]
    expect(r.code).toBe(130)
    expect(r.out).toContain(`resume: espalier resume ${id} --store ${folder}`)
    const again = await inside(['resume', id, '--store', folder, '--json'])
    expect(again.code).toBe(0)
    expect(held(again.out, 'comparison').cells).toHaveLength(180)
  })
  test('its runs are listed apart, and go with it', async () => {
    const at = ['--store', folder]
    const { id, cells } = held((await inside(['compare', 'game24', ...few, ...at, '--json'])).out, 'comparison')
    const listed = async (...args: string[]) =>
      held((await inside(['runs', ...args, ...at, '--limit', '99', '--json'])).out, 'runs').runs.map((r: { run: string }) => r.run)
    expect(await listed()).toEqual([id])
    expect((await listed('--of', id)).sort()).toEqual(cells.map((c: { run: string }) => c.run).sort())
    expect((await inside(['runs', 'show', id, ...at])).out).toContain('vs best-of-n')
    expect((await inside(['replay', cells[0].run, ...at])).code).toBe(0)
    expect((await inside(['runs', 'rm', id, ...at])).out).toBe(`removed ${id} and its ${cells.length} runs\n`)
    expect(await listed()).toEqual([])
    expect((await inside(['runs', 'show', cells[0].run, ...at])).code).toBe(2)
  })
  test('its budget cannot be raised', async () => {
    const r = await inside(['compare', 'game24', '--n', '1', '--methods', 'greedy', '--budget', 'calls=9', '--store', folder, '--json'])
    const { id } = held(r.out, 'comparison')
    const raised = await inside(['resume', id, '--budget', 'calls=90', '--store', folder])
    expect(raised.code).toBe(2)
    expect(raised.err).toContain('the budget of a comparison cannot be raised')
  })
})
