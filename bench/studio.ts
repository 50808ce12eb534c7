// The studio in a real browser with a tree of 100,000 nodes: first paint, updates while it grows, and memory that does not.
// The browser comes with the tests: npm install --prefix tools/test.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TreeColumns, TreeGrowth, TreeStats } from '../src/serve/api/wire.ts'
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

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const at = await studio()
  // Where there is no graphics device the processor composes the page: emulating one would be measured in its place.
  const browser = await chrome(['--js-flags=--expose-gc', '--enable-precise-memory-info', '--disable-gpu', '--disable-software-rasterizer'])
  try {
    const { run, rows } = await largeRun(at.store, smoke ? 5000 : 100_000)
    // The first look warms the server's own copy of the tree, as anybody's first does.
    const times: number[] = []
    let bytes = 0
    for (let i = 0; i < (smoke ? 2 : 6); i++) {
      const { page, close } = await browser.open(`${at.url}/runs/${run}`)
      await painted(page)
      if (i > 0) times.push(await page.evaluate(() => performance.getEntriesByName('espalier:tree')[0].startTime))
      bytes = await heap(page)
      await close()
    }
    const tree = await at.get<TreeColumns>(`/api/runs/${run}/tree`)
    const live = await growing(at, tree, smoke ? 2 : 8)
    const { page, close } = await browser.open(`${live.url}/runs/${run}`)
    await painted(page)
    await page.waitForTimeout(1500)
    const before = await heap(page)
    const first = await paints(page)
    const from = performance.now()
    live.begin()
    await live.over
    const rate = ((await paints(page)) - first) / ((performance.now() - from) / 1000)
    await page.waitForFunction(n => Number(document.querySelector('.tree-base').dataset.rows) === n, tree.size, {
      timeout: patience,
    })
    const after = await heap(page)
    await close()
    live.close()
    const of = `${rows} nodes`
    return [
      {
        name: `first paint, ${of}`,
        value: median(times),
        unit: 'ms',
        ratio: median(times) / 1000,
        bar: 'at most',
        target: 1,
        note: 'from navigation; ratio to a second',
      },
      {
        name: `updates, ${of}`,
        value: rate,
        unit: '/s',
        ratio: rate / 30,
        bar: 'at least',
        target: 1,
        note: 'paints of the whole tree while growth comes forty times a second; ratio to 30',
      },
      {
        name: 'memory after the updates',
        value: after / 2 ** 20,
        unit: 'MiB',
        ratio: after / before,
        bar: 'at most',
        target: 1.25,
        note: 'heap after a collection; ratio to before them',
      },
      { name: 'memory a node', value: bytes / rows, unit: 'B', note: 'heap of the whole page, over nodes' },
    ]
  } finally {
    await browser.close()
    await at.close()
  }
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
