// The studio in a real browser with a tree of 100,000 nodes: first paint, a node's prompts, updates while it grows, and memory that does not.
// The browser comes with the tests: npm install --prefix tools/test. Updates go on for eight seconds, or for `--minutes N`.
import { readdirSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { NodeDetail, TreeColumns, TreeGrowth, TreeStats } from '../src/serve/api/wire.ts'
import { chrome, type Page } from '../test/studio/fixture/browser.ts'
import { largeRun } from '../test/studio/fixture/large-run.ts'
import { type Studio, studio } from '../test/studio/fixture/studio.ts'
import type { Row } from './row.ts'

/** Of the page, where the functions that are handed to it run. */
declare const document: { querySelector(selector: string): any }
const patience = 120_000
const painted = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => performance.getEntriesByName('espalier:tree').length > 0, undefined, { timeout: patience })
const heap = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const w = globalThis as unknown as { gc?: () => void }
    // What an answer under way or a paint still holds is let go of first.
    for (let i = 0; i < 3; i++) {
      await new Promise(done => setTimeout(done, 300))
      w.gc?.()
    }
    return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize
  })
const paints = (page: Page): Promise<number> => page.evaluate(() => Number(document.querySelector('.tree-base').dataset.paints))
const median = (xs: number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]

/** Milliseconds until all that is known of a node is told, its prompts included. */
async function told(at: Studio, run: string, row: number): Promise<number> {
  const from = performance.now()
  while ((await at.get<NodeDetail>(`/api/runs/${run}/nodes/${row}?wait=60`)).pending !== undefined);
  return performance.now() - from
}
/** A server of its own over the same store, as after a restart: the first node that is looked at, one of those after it, and the tree before both. */
async function nodes(store: string, run: string): Promise<{ first: number; later: number }> {
  const at = await studio({ folder: store })
  try {
    const { size, parent } = await at.get<TreeColumns>(`/api/runs/${run}/tree`)
    const rows = Array.from({ length: 21 }, (_, i) => parent[Math.floor((size * (i + 1)) / 23)])
    const times: number[] = []
    for (const row of rows) times.push(await told(at, run, row))
    return { first: times[0], later: median(times.slice(1)) }
  } finally {
    await at.close()
  }
}

export async function bench({ smoke, minutes }: { smoke: boolean; minutes?: number }): Promise<Row[]> {
  const at = await studio()
  // Where there is no graphics device the processor composes the page: emulating one would be measured in its place.
  const browser = await chrome(['--js-flags=--expose-gc', '--enable-precise-memory-info', '--disable-gpu', '--disable-software-rasterizer'])
  try {
    const made = await largeRun(at.store, smoke ? 5000 : 100_000)
    // For longer than a while: memory alone is what more time tells.
    if (minutes !== undefined) return await updates(at, browser, made, minutes * 60, `${minutes} minutes`)
    const looked = await looks(at, browser, made, smoke ? 2 : 6)
    return [...looked, ...(await updates(at, browser, made, smoke ? 2 : 8, 'the updates')), ...(await prompts(at, made))]
  } finally {
    await browser.close()
    await at.close()
  }
}
type Browser = Awaited<ReturnType<typeof chrome>>
type Made = Awaited<ReturnType<typeof largeRun>>

async function looks(at: Studio, browser: Browser, { run, rows }: Made, times: number): Promise<Row[]> {
  // The first look warms the server's own copy of the tree, as anybody's first does.
  const paint: number[] = []
  let bytes = 0
  for (let i = 0; i < times; i++) {
    const { page, close } = await browser.open(`${at.url}/runs/${run}`)
    await painted(page)
    if (i > 0) paint.push(await page.evaluate(() => performance.getEntriesByName('espalier:tree')[0].startTime))
    bytes = await heap(page)
    await close()
  }
  return [
    {
      name: `first paint, ${rows} nodes`,
      value: median(paint),
      unit: 'ms',
      ratio: median(paint) / 1000,
      bar: 'at most',
      target: 1,
      note: 'from navigation; ratio to a second',
    },
    { name: 'memory a node', value: bytes / rows, unit: 'B', note: 'heap of the whole page, over nodes' },
  ]
}

async function updates(at: Studio, browser: Browser, { run, rows }: Made, seconds: number, long: string): Promise<Row[]> {
  const tree = await at.get<TreeColumns>(`/api/runs/${run}/tree`)
  const live = await growing(at, tree, seconds)
  const { page, close } = await browser.open(`${live.url}/runs/${run}`)
  await painted(page)
  await page.waitForTimeout(1500)
  const before = await heap(page)
  const first = await paints(page)
  const from = performance.now()
  live.begin()
  // A look at the heap now and then.
  const heaps: { minute: number; bytes: number }[] = []
  for (;;) {
    const over = await Promise.race([live.over.then(() => true), new Promise<false>(done => setTimeout(() => done(false), 30_000))])
    if (over) break
    heaps.push({ minute: (performance.now() - from) / 60_000, bytes: await heap(page) })
    const { minute, bytes } = heaps[heaps.length - 1]
    process.stderr.write(`studio: ${minute.toFixed(1)} min, ${(bytes / 2 ** 20).toFixed(1)} MiB\n`)
  }
  const rate = ((await paints(page)) - first) / ((performance.now() - from) / 1000)
  await page.waitForFunction(n => Number(document.querySelector('.tree-base').dataset.rows) === n, tree.size, { timeout: patience })
  const after = await heap(page)
  await close()
  live.close()
  heaps.push({ minute: (performance.now() - from) / 60_000, bytes: after })
  const most = Math.max(...heaps.map(h => h.bytes))
  return [
    {
      name: `updates, ${rows} nodes`,
      value: rate,
      unit: '/s',
      ratio: rate / 30,
      bar: 'at least',
      target: 1,
      note: 'paints of the whole tree while growth comes forty times a second; ratio to 30',
    },
    {
      name: `memory after ${long}`,
      value: after / 2 ** 20,
      unit: 'MiB',
      ratio: after / before,
      bar: 'at most',
      target: 1.25,
      note: 'heap after a collection; ratio to before them',
    },
    ...(heaps.length < 8
      ? []
      : [
          {
            name: `most memory in ${long}`,
            value: most / 2 ** 20,
            unit: 'MiB',
            ratio: most / before,
            bar: 'at most' as const,
            target: 1.25,
            note: `heap after a collection, ${heaps.length} looks; ratio to before them`,
          },
          {
            name: 'memory a minute of updates',
            value: slope(heaps.slice(Math.floor(heaps.length / 5))) / 2 ** 10,
            unit: 'KiB',
            note: 'slope of the heap by least squares, after the first fifth of the time',
          },
        ]),
  ]
}

/** Of a run that is over, as it was kept and with its record to be run again. */
async function prompts(at: Studio, { run, rows }: Made): Promise<Row[]> {
  const kept = await nodes(at.store, run)
  for (const name of readdirSync(join(at.store, 'runs')))
    if (/\.(requests|terms)\.snapshot$/.test(name)) rmSync(join(at.store, 'runs', name))
  const again = await nodes(at.store, run)
  return [
    {
      name: `a node with its prompts, ${rows} nodes, the first after a restart`,
      value: kept.first,
      unit: 'ms',
      ratio: kept.first / again.first,
      note: 'the tree was drawn before; ratio to the same where the record has to be run again',
    },
    {
      name: 'a node with its prompts, one after the other',
      value: kept.later,
      unit: 'ms',
      ratio: kept.later / again.later,
      note: 'median of 20; ratio to the same once the record was run again',
    },
  ]
}

/** Bytes a minute. */
function slope(heaps: readonly { minute: number; bytes: number }[]): number {
  const mean = (f: (h: { minute: number; bytes: number }) => number): number => heaps.reduce((sum, h) => sum + f(h), 0) / heaps.length
  const [x, y] = [mean(h => h.minute), mean(h => h.bytes)]
  const spread = mean(h => (h.minute - x) ** 2)
  return spread === 0 ? Number.NaN : mean(h => (h.minute - x) * (h.bytes - y)) / spread
}

/** The same run as if it were under way: its last twentieth comes as events, forty a second, with statistics of older rows that change. */
async function growing(at: Studio, tree: TreeColumns, seconds: number) {
  const size = Math.floor(tree.size * 0.95)
  const columns = ['flags', 'N', 'Q', 'V', 'R', 'P', 'se', 'calls', 'tokens', 'usd'] as const
  const early: TreeColumns = { ...tree, size, cursor: '0' }
  for (const c of ['parent', 'rank', 'born', ...columns] as const) (early[c] as unknown[]) = tree[c].slice(0, size)
  const text = JSON.stringify(early)
  let watcher: ServerResponse | undefined
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    if (path.endsWith('/tree')) response.setHeader('content-type', 'application/json').end(text)
    else if (path.endsWith('/events')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': here\n\n')
      watcher = response
    } else {
      const answer = await fetch(at.url + path, { headers: { accept: request.headers.accept ?? '*/*' } })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      response.end(Buffer.from(await answer.arrayBuffer()))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  let done: () => void
  const over = new Promise<void>(resolve => {
    done = resolve
  })
  const steps = seconds * 40
  const begin = (): void => {
    let step = 0
    const timer = setInterval(() => {
      const from = size + Math.floor(((tree.size - size) * step) / steps)
      const to = size + Math.floor(((tree.size - size) * (step + 1)) / steps)
      const rows = Array.from({ length: 200 }, (_, i) => (i * 6007 + step * 97) % size)
      for (let r = from; r < to; r++) rows.push(r)
      const stats = { at: rows } as unknown as TreeStats
      for (const c of columns) (stats[c] as unknown[]) = rows.map(r => tree[c][r])
      stats.N = stats.N.map(n => n + step)
      const growth: TreeGrowth = {
        from,
        parent: tree.parent.slice(from, to),
        rank: tree.rank.slice(from, to),
        born: tree.born.slice(from, to),
        time: step / 40,
        stats,
      }
      watcher?.write(`event: tree\nid: ${step}\ndata: ${JSON.stringify(growth)}\n\n`)
      if (++step < steps) return
      clearInterval(timer)
      done()
    }, 25)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin,
    over,
    close() {
      watcher?.destroy()
      server.close()
    },
  }
}
