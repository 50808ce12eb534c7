// The pages of runs, comparisons, data and training in a real browser: what they show is what the API says, and what is saved is what the command writes.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Comparison, ComparisonRow, DataPreview, RunRow, TreeColumns } from '../../src/serve/api/wire.ts'
import { openStore } from '../../src/store/index.ts'
import { inside } from '../cli/espalier.ts'
import { type Chrome, chrome, type Opened, type Page, param, patience } from './fixture/browser.ts'
import { keptLoop } from './fixture/loop.ts'
import { hostile, type Studio, studio } from './fixture/studio.ts'

// However slow the machine is: what is waited for is a condition.
vi.setConfig({ testTimeout: 10 * patience })
// What is evaluated in the page knows the page's world.
declare const document: any
declare const window: any
declare const Image: any
declare const getComputedStyle: any
let browser: Chrome
let at: Studio
let comparison: Comparison
let runs: RunRow[]
const game = { world: 'game24', model: 'simulated', reward: 'exact', budget: 'calls=40' }

beforeAll(async () => {
  at = await studio()
  keptLoop(at.store, 'rest-mcts-both-1', { rounds: 2, of: 3, steps: 12 })
  const { id } = await at.post<ComparisonRow>('/api/comparisons', {
    world: 'game24',
    methods: ['puct'],
    tasks: ['1 1 4 6', '4 9 10 13', '2 3 4 12'],
    budget: 'calls=60',
    model: 'simulated',
  })
  runs = [
    await at.whole({ ...game, task: '1 1 4 6', method: 'best-of-n' }),
    await at.whole({ ...game, task: '4 9 10 13', method: 'puct', preset: 'robust' }),
    await at.whole({ world: 'reason', task: 'What is 6 times 7?', model: 'slow', method: 'best-of-n', reward: 'votes', budget: 'calls=3' }),
  ]
  for (;;) {
    const { comparisons } = await at.get<{ comparisons: ComparisonRow[] }>('/api/comparisons')
    if (comparisons.find(c => c.id === id)?.status !== 'running') break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  comparison = await at.get(`/api/comparisons/${id}`)
  browser = await chrome()
}, 900_000)
afterAll(async () => {
  await browser?.close()
  await at?.close()
}, patience)

const open = (path: string, o: Parameters<Chrome['open']>[1] = {}): Promise<Opened> => browser.open(at.url + path, o)
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: patience, interval: 200 })
const rowsShown = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll('.virtual-row')].map((r: any): string => r.getAttribute('data-key')))
/** What the page gives as a file is kept where it can be read. */
const watchFiles = (page: Page) =>
  page.evaluate(() => {
    const files: Promise<string>[] = []
    window.files = files
    const make = URL.createObjectURL.bind(URL)
    URL.createObjectURL = (x: Blob) => {
      files.push(x.text())
      return make(x)
    }
  })
const lastFile = (page: Page) => page.evaluate(async () => (await window.files.at(-1)) as string | undefined)

describe('every page', () => {
  test('opens in both themes without a word on the console, and asks nobody else', async () => {
    const ids = runs.slice(0, 2).map(r => r.run)
    const pages: [string, string | RegExp][] = [
      ['/runs', 'Runs'],
      ['/runs/new', 'New run'],
      ['/compare', 'Comparisons'],
      ['/compare/new', 'New comparison'],
      [`/compare/${comparison.id}`, 'game24'],
      [`/compare/runs?runs=${ids.join(',')}`, '2 runs side by side'],
      [`/compare/trees?a=${ids[0]}&b=${ids[1]}`, 'Two trees'],
      [`/data?runs=${comparison.id}&format=stepwise`, 'Data'],
      ['/training', 'Training'],
      ['/training/rest-mcts-both-1', 'rest-mcts-both-1'],
    ]
    for (const theme of ['light', 'dark'] as const) {
      const { page, errors, elsewhere, close } = await open('/', { theme })
      for (const [path, title] of pages) {
        await page.goto(at.url + path)
        await page.getByRole('heading', { name: title }).first().waitFor({ timeout: patience })
        await page.locator('.page, .said').first().waitFor()
      }
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(ground).toBe(theme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(19, 20, 22)')
      expect(errors).toEqual([])
      expect(elsewhere).toEqual([])
      await close()
    }
  })
})

describe('runs', () => {
  test('are filtered by text, method and status; the address says how; the keyboard opens one', async () => {
    const { page, close } = await open('/runs')
    await eventually(() => rowsShown(page)).toEqual([...runs].reverse().map(r => r.run))
    await page.keyboard.press('/')
    await page.keyboard.type('4 9 10')
    await eventually(() => rowsShown(page)).toEqual([runs[1].run])
    expect(await param(page, 'text')).toBe('4 9 10')
    await page.goto(`${at.url}/runs?method=best-of-n`)
    await eventually(() => rowsShown(page)).toEqual([runs[2].run, runs[0].run])
    await page.getByRole('button', { name: 'Failed', exact: true }).click()
    await page.getByText('No run fits').waitFor()
    await page.goto(`${at.url}/runs?world=game24`)
    await eventually(() => rowsShown(page)).toHaveLength(2)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    // The row under the cursor has the focus: it is read aloud.
    await eventually(() => page.evaluate((): string | null => document.activeElement.getAttribute('href'))).toBe(`/runs/${runs[0].run}`)
    await page.keyboard.press('x')
    await page.getByText('1 chosen').waitFor()
    await page.keyboard.press('Delete')
    await page.getByRole('dialog', { name: 'Delete runs' }).waitFor()
    await page.keyboard.press('Escape')
    // A dialog gives the focus back.
    await eventually(() => page.evaluate((): string | null => document.activeElement.getAttribute('href'))).toBe(`/runs/${runs[0].run}`)
    await page.keyboard.press('Enter')
    await eventually(() => new URL(page.url()).pathname).toBe(`/runs/${runs[0].run}`)
    await close()
  })

  test('what a model wrote is text', async () => {
    const { page, errors, close } = await open(`/runs?text=${encodeURIComponent('6 times 7')}`)
    await eventually(() => rowsShown(page)).toEqual([runs[2].run])
    expect(await page.locator('.virtual-row').first().textContent()).toContain(runs[2].answer ?? 'there is an answer')
    await page.goto(`${at.url}/data?runs=${runs[2].run}&format=tree`)
    await page.locator('[data-row]').first().waitFor()
    expect(await page.locator('.rows-shown').textContent()).toContain(hostile.slice(0, 8))
    expect(
      await page.evaluate(() => [document.querySelectorAll('main img').length, document.querySelectorAll('.rows-shown b').length]),
    ).toEqual([0, 0])
    expect(errors).toEqual([])
    await close()
  })

  test('one begins from the form: what is wrong is said beside its field, then it is there and over', async () => {
    const { page, close } = await open('/runs/new?model=simulated&method=best-of-n')
    await page.getByLabel('Task', { exact: true }).fill('1 1 4 6')
    await page.getByLabel('Limit of calls', { exact: true }).fill('many')
    const command = page.locator('[data-command]')
    expect(await command.textContent()).toBe(
      "espalier solve game24 '1 1 4 6' --model simulated:error=0.2,width=8 --method best-of-n --budget calls=many",
    )
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    const refused = await fetch(`${at.url}/api/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ world: 'game24', task: '1 1 4 6', model: 'simulated', method: 'best-of-n', budget: 'calls=many' }),
    })
    const { error } = (await refused.json()) as { error: { message: string; param: string } }
    expect([error.param, await alert.textContent()]).toEqual(['budget', error.message])
    await page.getByLabel('Limit of calls', { exact: true }).fill('30')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.waitForURL(/\/runs\/r-/, { timeout: patience })
    const run = new URL(page.url()).pathname.split('/').at(-1)
    await expect.poll(async () => (await at.get<RunRow>(`/api/runs/${run}`)).status, { timeout: patience }).toBe('done')
    const row = await at.get<RunRow>(`/api/runs/${run}`)
    expect(row).toMatchObject({ world: 'game24', task: '1 1 4 6', method: 'best-of-n', budget: { calls: 30 } })
    await page.goto(`${at.url}/runs`)
    await eventually(async () => (await rowsShown(page))[0]).toBe(run)
    expect(await page.locator(`[data-key="${run}"]`).textContent()).toContain(
      row.solved ? 'solved' : row.solved === false ? 'not solved' : 'not verified',
    )
    // And it is deleted, once that is confirmed.
    await page.getByLabel(`Choose ${run}`).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('button', { name: 'Keep' }).click()
    expect((await at.get<RunRow>(`/api/runs/${run}`)).run).toBe(run)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.locator('dialog button').filter({ hasText: 'Delete' }).click()
    await eventually(() => rowsShown(page)).not.toContain(run)
    expect((await fetch(`${at.url}/api/runs/${run}`)).status).toBe(404)
    await close()
  })
})

describe('comparisons', () => {
  test('verdict, rates with intervals, curves, and each task with its runs', async () => {
    const { page, close } = await open(`/compare/${comparison.id}`)
    await page.locator('[data-verdict-text]').waitFor({ timeout: patience })
    expect(await page.locator('[data-verdict-text]').textContent()).toBe(comparison.verdict)
    const { rows } = comparison
    for (const r of rows) {
      const line = page.locator(`table[aria-label="Methods"] tr[data-key="${r.method}"]`)
      expect(await line.textContent()).toContain(`${(100 * r.rate).toFixed(1)}\u2009%`)
      const interval = `from ${(100 * r.interval[0]).toFixed(0)}\u2009% to ${(100 * r.interval[1]).toFixed(0)}\u2009%`
      expect(await line.locator('.span-plot').getAttribute('aria-label')).toContain(interval)
    }
    expect(
      (
        await page.evaluate(() => [...document.querySelectorAll('[data-series]')].map((s: any): string => s.getAttribute('data-series')))
      ).sort(),
    ).toEqual(rows.map(r => r.method).sort())
    const marks = await page.evaluate(() =>
      [...document.querySelectorAll('a.cell-mark')].map((a: any): [string, string] => [
        a.getAttribute('href'),
        a.getAttribute('data-right'),
      ]),
    )
    expect(new Map(marks)).toEqual(new Map(comparison.cells.map(c => [`/runs/${c.run}`, String(c.correct)])))
    await page.locator('a.cell-mark').first().click()
    await page.waitForURL(/\/runs\/r-/)
    await close()
  })

  test('a plot is saved as a picture that stands alone, and as its numbers', async () => {
    const { page, close } = await open(`/compare/${comparison.id}`)
    const plot = page.locator('.plot')
    await plot.locator('svg').waitFor({ timeout: patience })
    await watchFiles(page)
    await plot.locator('button').filter({ hasText: 'CSV' }).click()
    const csv = (await lastFile(page))!.trim().split('\r\n')
    expect(csv[0]).toBe('series,calls spent on a task,value,low,high')
    expect(csv.slice(1).sort()).toEqual(
      comparison.rows.flatMap(r => r.curve.map(p => [r.method, p.spent, p.rate, ...p.interval].join(','))).sort(),
    )
    await plot.locator('button').filter({ hasText: 'SVG' }).click()
    const svg = (await lastFile(page))!
    expect(svg).toMatch(/^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    for (const r of comparison.rows) expect(svg).toContain(r.method)
    expect(svg).not.toMatch(/var\(--|class=|<script|data-live/)
    // It is drawn by a browser without any of the page's styles.
    const drawn = await page.evaluate(text => {
      const image = new Image()
      return new Promise<number>((resolve, reject) => {
        image.onload = () => resolve(image.naturalWidth)
        image.onerror = reject
        image.src = `data:image/svg+xml,${encodeURIComponent(text)}`
      })
    }, svg)
    expect(drawn).toBeGreaterThan(300)
    // The keyboard reads it.
    await plot.locator('svg').focus()
    await page.keyboard.press('Home')
    expect(await plot.locator('.plot-now').textContent()).toBe('0')
    await page.keyboard.press('End')
    expect(await plot.locator('.plot-now').textContent()).toBe('60')
    await close()
  })

  test('one is paused, resumed and stopped, and the page says how far it came', async () => {
    at.allow(5)
    const row = await at.post<ComparisonRow>('/api/comparisons', {
      world: 'game24',
      tasks: ['4 9 10 13', '1 1 4 6', '2 3 5 12'],
      methods: ['puct'],
      model: 'slow',
      budget: 'calls=40',
      concurrency: 1,
    })
    const now = async () => (await at.get<{ comparisons: ComparisonRow[] }>('/api/comparisons')).comparisons.find(c => c.id === row.id)
    const { page, errors, close } = await open(`/compare/${row.id}`)
    const status = (text: string) => page.locator(`[data-progress] [data-status="${text}"]`).waitFor({ timeout: patience })
    const press = (name: string): Promise<void> => page.getByRole('button', { name }).click()
    // What is in flight is waited for: the model answers it, a call at a time.
    const landed = () => {
      at.allow(1)
      return now()
    }
    await status('running')
    await press('Pause')
    await eventually(async () => (await landed())?.status).toBe('paused')
    await status('paused')
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await press('Resume')
    await status('running')
    await press('Stop')
    await eventually(landed).toMatchObject({ status: 'done', stopped: true, worker: null })
    await page.getByText('then it was stopped').waitFor({ timeout: patience })
    at.allow(Number.POSITIVE_INFINITY)
    await press('Resume')
    await eventually(now).toMatchObject({ status: 'done', stopped: false })
    await page.locator('[data-progress]').waitFor({ state: 'detached', timeout: patience })
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0)
    // Each task stands by its name.
    for (const task of ['4 9 10 13', '1 1 4 6', '2 3 5 12'])
      await page.locator('table[aria-label="Tasks by methods"] td').filter({ hasText: task }).first().waitFor({ timeout: patience })
    expect(errors).toEqual([])
    await close()
  })

  test('one begins from the form and is followed to its verdict', async () => {
    const { page, close } = await open('/compare/new')
    await page.getByLabel('Model').selectOption('simulated')
    await page.getByLabel('How many').fill('2')
    await page.getByLabel('Limit of calls', { exact: true }).fill('12')
    for (const m of ['auto', 'gumbel-search', 'rest-mcts']) await page.getByRole('button', { name: m, exact: true }).click()
    await page.getByRole('button', { name: 'Compare 3 methods' }).click()
    await page.waitForURL(/\/compare\/r-/, { timeout: patience })
    const id = new URL(page.url()).pathname.split('/').at(-1)
    await page.locator('[data-progress]').waitFor({ state: 'detached', timeout: patience })
    await expect
      .poll(async () => (await at.get<{ comparisons: ComparisonRow[] }>('/api/comparisons')).comparisons[0], { timeout: patience })
      .toMatchObject({ id, status: 'done' })
    const told = await at.get<Comparison>(`/api/comparisons/${id}`)
    await eventually(() => page.locator('[data-verdict-text]').textContent()).toBe(told.verdict)
    expect(told.rows.map(r => r.method).sort()).toEqual(['best-of-n', 'self-consistency', 'tree-of-thoughts'])
    await close()
  })
})

describe('data', () => {
  test('what is shown before it is written is what `espalier export` writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-pages-'))
    const file = join(folder, 'steps.jsonl')
    try {
      const by = await inside([
        'export',
        comparison.id,
        '--format',
        'stepwise',
        '--labels',
        'distance',
        '--more',
        '--out',
        file,
        '--store',
        at.store,
        '--json',
      ])
      expect([by.code, by.err]).toEqual([0, ''])
      const text = readFileSync(file, 'utf8')
      const lines = text.trim().split('\n')
      const { page, errors, close } = await open(`/data?runs=${comparison.id}&format=stepwise&labels=distance&more=yes`)
      await page.locator('[data-count]').waitFor({ timeout: patience })
      expect(await page.locator('[data-count]').getAttribute('data-count')).toBe(String(lines.length))
      const first = JSON.parse(lines[0]) as { prompt: string; completions: string[] }
      const shown = page.locator('[data-row="1"]')
      expect(await shown.textContent()).toContain(first.prompt)
      for (const c of first.completions) expect(await shown.textContent()).toContain(c)
      expect(await page.locator('[data-row]').count()).toBe(Math.min(20, lines.length))
      expect(await page.locator('[data-command]').textContent()).toBe(
        `espalier export ${comparison.id} --format stepwise --labels distance --more --out stepwise.jsonl`,
      )
      await watchFiles(page)
      await page.getByRole('button', { name: 'Download' }).click()
      await eventually(() => lastFile(page)).toBe(text)
      expect(errors).toEqual([])
      await close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('runs are found and added; what cannot be written is said in words', async () => {
    const { page, close } = await open('/data')
    await page.getByText('No runs are chosen').waitFor()
    await page.getByLabel('Find runs').fill('4 9 10')
    await page.locator('.menu-item').filter({ hasText: '4 9 10 13' }).first().click()
    expect(await param(page, 'runs')).toBe(runs[1].run)
    await page.getByRole('button', { name: 'group', exact: true }).click()
    const { count } = await at.post<DataPreview>('/api/data/preview', { runs: [runs[1].run], format: 'group' }).catch(() => ({ count: 0 }))
    if (count > 0) await eventually(() => page.locator('[data-count]').getAttribute('data-count')).toBe(String(count))
    await page.goto(`${at.url}/data?runs=${runs[1].run}&format=preference&margin=999`)
    await page.locator('[data-wrong]').waitFor({ timeout: patience })
    expect(await page.locator('[data-wrong]').textContent()).toMatch(/^the run gives no preference row/)
    expect(await page.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true)
    await close()
  })
})

test('what a person preferred is exported first and shown as theirs', async () => {
  const { run } = runs[1]
  const tree = await at.get<TreeColumns>(`/api/runs/${run}/tree`)
  const [a, b] = tree.parent.flatMap((p, r) => (p === 0 && r > 0 ? [r] : []))
  await at.post(`/api/runs/${run}/acts`, { do: 'prefer', row: b, than: a, why: 'it is shorter' })
  const { labels } = await at.get<{ labels: Record<string, string> }>(`/api/runs/${run}/labels?rows=${a},${b}`)
  const { page, errors, close } = await open(`/data?runs=${run}&pairs=people&more=yes`)
  const row = page.locator('[data-row="1"]')
  await row.waitFor({ timeout: patience })
  expect(await page.locator('[data-row]').count()).toBe(1)
  expect(await row.locator('.by-person').textContent()).toBe('chosen by a person')
  for (const text of [labels[a], labels[b], 'it is shorter']) expect(await row.textContent()).toContain(text)
  expect(await page.locator('[data-card]').textContent()).toContain('chosen by a person1')
  expect(errors).toEqual([])
  await close()
})

describe('training', () => {
  test('rounds with intervals and curves; a new step is drawn when it comes', async () => {
    const { page, close } = await open('/training')
    await page.locator('tr[data-key="rest-mcts-both-1"]').waitFor()
    expect(await page.locator('tr[data-key="rest-mcts-both-1"]').textContent()).toContain('2 of 3')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('[data-series="by search"]').waitFor({ timeout: patience })
    const series = () =>
      page.evaluate(() => [...document.querySelectorAll('[data-series]')].map((s: any): string => s.getAttribute('data-series')))
    await eventually(async () => (await series()).sort()).toEqual(
      ['by search', 'first try', 'policy, round 1', 'policy, round 2', 'value, round 1', 'value, round 2'].sort(),
    )
    expect(await page.locator('table[aria-label="Rounds"] tbody tr').count()).toBe(3)
    expect(await page.locator('table[aria-label="Rounds"] tbody tr').nth(2).textContent()).toContain('34.0\u2009%')
    const line = () => page.locator('[data-series="policy, round 2"] path').getAttribute('d')
    const points = async () => (await line())!.split('L').length
    await eventually(points).toBe(12)
    appendFileSync(
      join(at.store, 'loops/rest-mcts-both-1/points.jsonl'),
      `${JSON.stringify({ round: 2, part: 'policy', step: 13, loss: 0.1, heldOut: null })}\n`,
    )
    await eventually(points).toBe(13)
    await close()
  })
})

test('thousands of runs: only those that are to be seen are there, the rest comes by scrolling', async () => {
  const store = openStore(at.store)
  const known = (await at.get<{ runs: RunRow[] }>('/api/runs?limit=200')).runs.length
  for (let i = 0; i < 230; i++)
    store
      .create({
        world: 'game24',
        method: { id: 'greedy', version: 1 },
        task: `1 2 3 ${i}`,
        status: 'done',
        options: { plan: { task: `1 2 3 ${i}` } },
      })
      .close()
  store.close()
  const { page, errors, close } = await open('/runs')
  const table = page.locator('[role="table"]')
  await eventually(async () => Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThanOrEqual(200)
  expect((await rowsShown(page)).length).toBeLessThan(70)
  // The rest comes while one scrolls: its end is below what was the end.
  await eventually(async () => {
    await page.evaluate(() => document.querySelector('.virtual').scrollTo(0, 1e6))
    return rowsShown(page)
  }).toContain(runs[0].run)
  expect(Number(await table.getAttribute('aria-rowcount'))).toBe(230 + known)
  expect((await rowsShown(page)).length).toBeLessThan(70)
  expect(errors).toEqual([])
  await close()
})
