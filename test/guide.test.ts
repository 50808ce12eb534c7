// The guide does what it says: every file of a page is written down, type-checked and run, and what its commands say is what the page shows.
// After a change of what comes out: node test/guide/refresh.ts. In what a page shows, … stands for anything, and a run's id for whatever id the run has.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serveModel } from '../src/model/fixture/server.ts'
import { type Folder, makeFolder, readPage, root, Stands } from './guide/page.ts'
import { solver } from './guide/reply.ts'

const guide = join(root, 'docs/guide')
const pages = readdirSync(guide).filter(f => f.endsWith('.md'))

test("the README's programs over other models stand in the guide, where they are run", () => {
  const blocks = (text: string): string[] => [...text.matchAll(/```ts\n(?:\/\/ \S+\.ts\n)?([\s\S]*?)```/g)].map(m => m[1])
  const [, ...programs] = blocks(readFileSync(join(root, 'README.md'), 'utf8'))
  expect(programs.length).toBe(2)
  const run = blocks(readFileSync(join(root, 'docs', 'guide', 'model.md'), 'utf8'))
  for (const program of programs) expect(run).toContain(program)
})

test('the guide has its pages, and the README leads to them', () => {
  expect(pages.sort()).toEqual(['costs.md', 'first-search.md', 'method.md', 'model.md', 'reward.md', 'world.md'])
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const p of pages) expect(readme).toContain(`(docs/guide/${p})`)
})

describe.each(pages)('%s', name => {
  const page = readPage(readFileSync(join(guide, name), 'utf8'))
  let folder: Folder
  let stands: Stands
  let server: Served
  beforeAll(async () => {
    server = await serveModel(solver())
    stands = new Stands([['127.0.0.1:8000', `127.0.0.1:${server.port}`]])
    folder = makeFolder(Object.fromEntries(Object.entries(page.files).map(([file, text]) => [file, stands.here(text)])))
  })
  afterAll(async () => {
    folder.remove()
    await server.close()
  })

  test('has no code that nobody runs, and no dead link', () => {
    expect(page.loose).toEqual([])
    expect(page.commands.length).toBeGreaterThan(0)
    for (const to of page.links) expect([to, existsSync(join(guide, to))]).toEqual([to, true])
  })

  // A page that is about the types runs the compiler itself.
  if (Object.keys(page.files).some(f => f.endsWith('.ts')) && !page.commands.some(c => c.script.includes('npx tsc'))) {
    test('its types hold', async () => {
      expect(await folder.shell('npx tsc')).toEqual({ code: 0, said: '' })
    })
  }

  test('does what it shows', { timeout: 240_000 }, async () => {
    for (const { script, shown, line } of page.commands) {
      const { code, said } = await folder.shell(stands.here(shown === undefined ? `set -e\n${script}` : script))
      const at = `${name}:${line}`
      if (shown === undefined) expect([at, code, said]).toEqual([at, 0, said])
      else {
        const { like, said: told } = stands.agree(shown, said)
        if (!like) expect(`${at}\n${told}`).toBe(`${at}\n${shown}`)
      }
    }
  })
})

test('what the page on costs says of benches is in their results', () => {
  const text = readFileSync(join(guide, 'costs.md'), 'utf8')
  const rows = (part: string): Map<string, number> =>
    new Map(
      (JSON.parse(readFileSync(join(root, `bench/results/${part}.json`), 'utf8')) as { rows: { name: string; value: number }[] }).rows.map(
        r => [r.name, r.value],
      ),
    )
  const endpoint = rows('endpoint')
  expect(text).toContain('adds less than 0.1 ms to a call')
  expect(
    endpoint.get('a call: by a search, journal on disk')! - endpoint.get('a call: by the client alone (its fetch), median')!,
  ).toBeLessThan(100)
  const slots = rows('slots')
  expect(text).toContain('keeps 32 slots in use for more than 95 % of the time, and all that it pays for enters the tree')
  expect(slots.get('slot use to the last start, 32 in flight, 5000 calls')).toBeGreaterThan(0.95)
  expect(slots.get('yield of the paid calls, 32 in flight')).toBe(1)
  const solved = rows('fixture')
  const table = [...text.matchAll(/^\| `([\w-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)]
  expect(table.length).toBe(5)
  for (const [, method, ...shown] of table)
    expect([method, ...shown.map(Number)]).toEqual([
      method,
      ...[0, 0.1, 0.2, 0.3].map(error => solved.get(`142 calls: ${method}, error ${error}, solved of 100`)),
    ])
})
