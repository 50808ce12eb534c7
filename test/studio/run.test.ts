// The run page in a real browser: what is shown is what the API says, and what is done there stands in the journal.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ActRecord, NodeDetail, RunRow, TreeColumns } from '../../src/serve/api/wire.ts'
import { type Chrome, chrome, type Opened, type Page, param, patience } from './fixture/browser.ts'
import { largeRun } from './fixture/large-run.ts'
import { hostile, type Studio, studio } from './fixture/studio.ts'

/** Of the page, where the functions that are handed to it run. */
declare const document: { title: string; querySelector(selector: string): any }
// However slow the machine is: what is waited for is a condition.
vi.setConfig({ testTimeout: 10 * patience })
let browser: Chrome
let at: Studio
let large: { run: string; rows: number }
beforeAll(async () => {
  at = await studio()
  large = await largeRun(at.store)
  browser = await chrome()
}, 900_000)
afterAll(async () => {
  await browser?.close()
  await at?.close()
}, patience)

const open = (path: string, o: Parameters<Chrome['open']>[1] = {}): Promise<Opened> => browser.open(at.url + path, o)
/** Rows that the canvas shows. */
const shown = async (page: Page): Promise<number> => Number(await page.locator('.tree-base').getAttribute('data-rows'))
const painted = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('.tree-base')?.hasAttribute('data-painted'), undefined, { timeout: patience })
const rows = (page: Page, n: number): Promise<unknown> =>
  page.waitForFunction(n => Number(document.querySelector('.tree-base')?.dataset.rows) === n, n, {
    timeout: patience,
  })
const acts = async (run: string): Promise<ActRecord[]> => (await at.get<{ acts: ActRecord[] }>(`/api/runs/${run}/acts`)).acts
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: patience, interval: 250 })
const small = { world: 'game24', task: '4 9 10 13', model: 'simulated', method: 'puct', reward: 'exact', budget: 'calls=80', seed: 2 }
const slow = { ...small, model: 'slow', budget: 'calls=60' }

describe('100,000 nodes', () => {
  test('all of them are shown, in both themes and every layout, without a word on the console', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const { page, errors, elsewhere, close } = await open(`/runs/${large.run}`, { theme })
      await painted(page)
      expect(await shown(page)).toBe(large.rows)
      await page.getByText('of').first().waitFor()
      for (const [key, layout] of [
        ['2', 'radial'],
        ['3', 'icicle'],
        ['1', null],
      ] as const) {
        await page.keyboard.press(key)
        await eventually(() => param(page, 'layout')).toBe(layout)
        await rows(page, large.rows)
      }
      expect(errors).toEqual([])
      expect(elsewhere).toEqual([])
      await close()
    }
  })

  test('a node that is chosen shows its state; a subtree, the slider and the colouring stand in the address', async () => {
    const tree = await at.get<TreeColumns>(`/api/runs/${large.run}/tree`)
    const parent = tree.parent.findIndex((p, r) => p > 0 && tree.parent.includes(r))
    const inside = new Set([parent])
    for (let r = 1; r < tree.size; r++) if (inside.has(tree.parent[r])) inside.add(r)
    const { page, errors, close } = await open(`/runs/${large.run}?node=${parent}`)
    await painted(page)
    const node = await at.get<NodeDetail>(`/api/runs/${large.run}/nodes/${parent}?wait=0`)
    const state = page.locator('[data-what="state"]')
    await state.waitFor({ timeout: patience })
    expect(JSON.parse((await state.textContent()) ?? '')).toEqual(JSON.parse(node.state))
    expect(await page.locator('.inspector-action').textContent()).toBe(node.action)

    await page.keyboard.press('z')
    await rows(page, inside.size)
    expect(await param(page, 'root')).toBe(String(parent))
    await page.keyboard.press('c')
    expect(await param(page, 'colour')).toBe('critic')
    await page.getByLabel('Rows that are there').fill('5000')
    const early = [...inside].filter(r => r < 5000).length
    await rows(page, early)

    // The same address is the same view.
    await page.reload()
    await rows(page, early)
    await eventually(() => page.locator('.tree-colour select').inputValue()).toBe('critic')
    await eventually(() => page.locator('.inspector').getAttribute('data-row')).toBe(String(parent))
    await page.keyboard.press('\\')
    await rows(page, inside.size)
    await page.keyboard.press('Backspace')
    await eventually(() => param(page, 'root')).not.toBe(String(parent))
    expect(errors).toEqual([])
    await close()
  })

  test('a click chooses the row under the pointer', async () => {
    const { page, close } = await open(`/runs/${large.run}?layout=icicle`)
    await painted(page)
    const box = (await page.locator('.tree-over').boundingBox())!
    await page.mouse.click(box.x + 40, box.y + box.height / 2)
    await eventually(() => param(page, 'node')).toBe('0')
    await close()
  })
})

describe('a run that is over', () => {
  test('keys go to child, sibling and parent, and the inspector follows', async () => {
    const { run } = await at.whole(small)
    const tree = await at.get<TreeColumns>(`/api/runs/${run}/tree`)
    const { page, errors, close } = await open(`/runs/${run}?node=0`)
    await painted(page)
    const kids = tree.parent.flatMap((p, r) => (p === 0 ? [r] : [])).sort((a, b) => tree.rank[a] - tree.rank[b])
    const most = kids.reduce((a, b) => (tree.N[b] > tree.N[a] ? b : a))
    await page.keyboard.press('ArrowRight')
    await eventually(() => param(page, 'node')).toBe(String(most))
    const step = kids.indexOf(most) + 1 < kids.length ? 1 : -1
    await page.keyboard.press(step === 1 ? 'j' : 'k')
    const next = kids[kids.indexOf(most) + step]
    await eventually(() => param(page, 'node')).toBe(String(next))
    await page.locator(`.inspector[data-row="${next}"]`).waitFor({ timeout: patience })
    await page.keyboard.press('h')
    await eventually(() => param(page, 'node')).toBe('0')
    await page.keyboard.press('Escape')
    await eventually(() => param(page, 'node')).toBe(null)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.getByText('child that was visited most').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('a window of another size is painted at once; the way to the answer leads to its node', async () => {
    const row = await at.whole({ ...small, task: '1 1 4 6', method: 'best-of-n' })
    expect(row.answer).not.toBe(null)
    const { page, errors, close } = await open(`/runs/${row.run}`)
    await painted(page)
    const width = () => page.evaluate((): number => document.querySelector('.tree-base').width)
    const before = await width()
    await page.setViewportSize({ width: 1100, height: 700 })
    await eventually(width).toBeLessThan(before)
    // The ground of a light page is light; a canvas that nobody painted is black.
    const corner = () =>
      page.evaluate((): number[] => [...document.querySelector('.tree-base').getContext('2d').getImageData(3, 3, 1, 1).data])
    await eventually(async () => Math.min(...(await corner()))).toBeGreaterThan(200)
    // In a narrow one what is said stands below the tree, and nothing lies beside the page.
    await page.setViewportSize({ width: 600, height: 900 })
    const places = () =>
      page.evaluate((): boolean => {
        const [tree, side] = ['.run-tree', '.run-side'].map(s => document.querySelector(s).getBoundingClientRect())
        const main = document.querySelector('.app-main')
        return side.top >= tree.bottom && main.scrollWidth <= main.clientWidth
      })
    await eventually(places).toBe(true)
    await page.getByRole('button', { name: 'its node' }).click()
    const node = await at.get<NodeDetail>(`/api/runs/${row.run}/nodes/${await param(page, 'node')}`)
    expect(node.outcome?.answer).toBe(row.answer)
    expect(errors).toEqual([])
    await close()
  })

  test('the prompt and the samples are shown to the letter, and markup in them is text', async () => {
    const { run } = await at.whole({ ...slow, budget: 'calls=4' })
    const { page, errors, close } = await open(`/runs/${run}?node=0`)
    const effect = page.locator('.effect').first()
    await effect.waitFor({ timeout: patience })
    await effect.locator('summary').click()
    const sample = (await effect.locator('[data-sample] pre').first().textContent()) ?? ''
    expect(sample).toContain(hostile)
    // Prompts are read off the record, after whatever other record is being read: they come when they are there.
    await effect.locator('.message').filter({ hasText: 'Numbers left: 4 9 10 13' }).first().waitFor({ timeout: patience })
    expect(await page.locator('.run-side img, .run-side b b').count()).toBe(0)
    expect(await page.evaluate(() => document.title)).not.toBe('1')
    expect(errors).toEqual([])
    await close()
  })

  test('prefer stands in the journal; what if says how much is covered; a fork is a new run', async () => {
    const row = await at.whole(small)
    const tree = await at.get<TreeColumns>(`/api/runs/${row.run}/tree`)
    const [a, b] = tree.parent.flatMap((p, r) => (p === 0 ? [r] : []))
    const { page, errors, close } = await open(`/runs/${row.run}?node=${a}&with=${b}`)
    await page.getByRole('button', { name: `Prefer to node ${b}` }).click()
    await page.getByLabel('Why').fill('shorter')
    await page.getByRole('button', { name: 'Prefer', exact: true }).click()
    await eventually(async () => (await acts(row.run)).map(x => [x.do, x.row, x.than])).toEqual([['prefer', a, b]])

    await page.getByRole('button', { name: 'What if' }).click()
    await page.getByLabel('Budget').fill('calls=20')
    await page.getByRole('button', { name: 'Replay' }).click()
    const answer = page.locator('table[aria-label="What would have been"] tbody tr')
    await answer.waitFor({ timeout: patience })
    expect(await answer.textContent()).toContain('100\u2009%')
    await page.getByRole('button', { name: 'Close' }).last().click()

    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Fork', exact: true }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Fork', exact: true }).click()
    await page.waitForURL(u => u.pathname !== `/runs/${row.run}`, { timeout: patience })
    const forked = new URL(page.url()).pathname.split('/').at(-1)!
    expect((await at.get<RunRow>(`/api/runs/${forked}`)).origin).toBe(row.run)
    expect(errors).toEqual([])
    await close()
  })
})

test('a fork draws by another seed from the slider on; with another method it says that it begins anew', {
  timeout: patience * 2,
}, async () => {
  const row = await at.whole(small)
  const { page, errors, close } = await open(`/runs/${row.run}?at=10`)
  await painted(page)
  const fork = async (): Promise<RunRow> => {
    const was = page.url()
    await page.locator('dialog[open]').getByRole('button', { name: 'Fork', exact: true }).click()
    await page.waitForURL(u => u.pathname !== new URL(was).pathname, { timeout: patience })
    return at.get<RunRow>(`/api/runs/${new URL(page.url()).pathname.split('/').at(-1)}`)
  }
  const dialog = async (): Promise<void> => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Fork', exact: true }).click()
  }
  await dialog()
  await page.getByLabel('Seed').fill('x')
  await page.locator('dialog[open]').getByRole('button', { name: 'Fork', exact: true }).click()
  await page.getByText(/^seed/).first().waitFor({ timeout: patience })
  await page.getByLabel('Seed').fill('7')
  await page.getByLabel('Budget').fill('calls=60')
  const made = await fork()
  expect(made).toMatchObject({ origin: row.run, seed: 7, method: 'puct', budget: { calls: 60 } })
  await page.locator('.acts-list [data-do="change"]').filter({ hasText: 'seed 7' }).waitFor({ timeout: patience })

  await page.goto(`${at.url}/runs/${row.run}`)
  await painted(page)
  await dialog()
  await page.getByLabel('Method').selectOption('best-first')
  await page.getByText('begins with the task').waitFor()
  const other = await fork()
  expect(other).toMatchObject({ origin: row.run, seed: row.seed, method: 'best-first', budget: row.budget })
  expect(errors.filter(e => !/40[09]|Bad Request/.test(e))).toEqual([])
  await close()
})

describe('a run under way', () => {
  test('grows before the eyes; pin, prune, edit, raise, pause, resume and stop do what they say', async () => {
    at.allow(12)
    const knobs = { untilSolved: false }
    const { run } = await at.post<RunRow>('/api/runs', { ...slow, knobs, budget: 'calls=400', concurrency: 4 })
    const { page, errors, close } = await open(`/runs/${run}`)
    await painted(page)
    const early = await shown(page)
    // Not every answer has a step in it that is new: as many are let as it takes.
    const grown = () => {
      at.allow(4)
      return shown(page)
    }
    await eventually(grown).toBeGreaterThan(early + 5)
    expect(await page.locator('.run-head [data-status]').getAttribute('data-status')).toBe('running')

    await page.keyboard.press('h')
    await page.keyboard.press('l')
    const row = Number(await param(page, 'node'))
    expect(row).toBeGreaterThan(0)
    await page.keyboard.press('p')
    await eventually(async () => (await acts(run)).at(-1)).toMatchObject({ do: 'pin', row })
    await page.getByRole('button', { name: 'Unpin' }).waitFor({ timeout: patience })

    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('ArrowDown')
    const other = Number(await param(page, 'node'))
    await page.getByRole('button', { name: 'Prune' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Prune', exact: true }).click()
    await eventually(async () => (await acts(run)).at(-1)).toMatchObject({ do: 'prune', row: other })
    await page.getByText('pruned', { exact: true }).first().waitFor({ timeout: patience })

    await page.getByRole('button', { name: 'Edit, fork' }).click()
    await page.getByLabel('Action', { exact: true }).fill('13 - 4 = 9 (left: 9 9 10)')
    await page.getByRole('button', { name: 'Take it' }).click()
    await eventually(async () => (await acts(run)).at(-1)?.do).toBe('edit')

    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('button', { name: 'Raise the budget' }).click()
    await page.getByLabel('Limits').fill('calls=500')
    await page.getByRole('button', { name: 'Raise', exact: true }).click()
    await eventually(async () => (await at.get<RunRow>(`/api/runs/${run}`)).budget.calls).toBe(500)
    await page.locator('.meter[data-unit="calls"]').filter({ hasText: 'of 500' }).waitFor({ timeout: patience })

    await page.getByRole('button', { name: 'Pause' }).click()
    // What is in flight comes to its end first.
    await eventually(async () => {
      at.allow(4)
      return (await at.get<RunRow>(`/api/runs/${run}`)).status
    }).toBe('paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await eventually(async () => (await at.get<RunRow>(`/api/runs/${run}`)).status).toBe('running')
    await eventually(grown).toBeGreaterThan(await shown(page))
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Stop', exact: true }).click()
    await eventually(async () => (await acts(run)).at(-1)?.do).toBe('stop')
    at.allow(Number.POSITIVE_INFINITY)
    await eventually(async () => (await at.get<RunRow>(`/api/runs/${run}`)).status).toBe('done')
    await page.locator('.run-head [data-status="done"]').waitFor({ timeout: patience })
    await page.keyboard.press('Escape')
    const listed = await page.locator('.acts-list').first().textContent()
    for (const word of ['pinned', 'pruned', 'edit', 'raised the budget', 'stop']) expect(listed).toContain(word)
    expect(errors).toEqual([])
    await close()
  })
})
