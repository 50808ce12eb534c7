// node docs/screenshots.ts [FOLDER]: pictures of the studio's main pages for the docs, made from runs with the simulated model. With a folder: its store.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chrome } from '../test/studio/fixture/browser.ts'
import { largeRun } from '../test/studio/fixture/large-run.ts'
import { studio } from '../test/studio/fixture/studio.ts'

/** Of the page, where the function that is handed to it runs. */
declare const document: { body: { textContent: string }; querySelector(selector: string): any }
const out = join(import.meta.dirname, 'studio')
const [folder, given] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const at = await studio(folder === undefined ? {} : { folder })
const browser = await chrome()
try {
  const large = given ?? (await largeRun(at.store)).run
  const game = { world: 'game24', task: '4 9 10 13', model: 'simulated', reward: 'exact', seed: 2 }
  const whole = await at.whole({ ...game, method: 'puct', budget: 'calls=120' })
  for (const [method, task] of [
    ['tree-of-thoughts', '4 9 10 13'],
    ['best-first', '2 5 8 11'],
    ['uct', '1 3 4 6'],
  ])
    await at.whole({ ...game, method, task, budget: 'calls=80' })
  const pages: [name: string, path: string, theme: 'light' | 'dark', painted: boolean][] = [
    ['tree', `/runs/${large}?colour=visits`, 'dark', true],
    ['radial', `/runs/${large}?layout=radial`, 'light', true],
    ['icicle', `/runs/${large}?layout=icicle`, 'light', true],
    ['node', `/runs/${whole.run}?node=3`, 'light', true],
    ['runs', '/runs', 'light', false],
  ]
  for (const [name, path, theme, painted] of pages) {
    const { page, errors, close } = await browser.open(at.url + path, { theme, width: 1280, height: 800 })
    if (painted) await page.locator('.tree-base[data-painted]').waitFor({ timeout: 120_000 })
    // Of a large run the way to the answer comes after its tree.
    if (painted && path.includes(large)) await page.getByRole('button', { name: 'its node' }).waitFor({ timeout: 120_000 })
    // What is asked for beside the tree, such as a node, labels and the curve, is there when nothing was painted for a while.
    for (let was = ''; ; ) {
      await page.waitForTimeout(3000)
      const now = await page.evaluate((): string => `${document.querySelector('.tree-base')?.dataset.paints} ${document.body.textContent}`)
      if (now === was) break
      was = now
    }
    const png = await page.screenshot({ type: 'png', timeout: 120_000 })
    writeFileSync(join(out, `${name}.png`), png)
    console.log(`${name}.png ${Math.round(png.length / 1000)} kB${errors.length > 0 ? ` ${errors.join('; ')}` : ''}`)
    await close()
  }
} finally {
  await browser.close()
  await at.close()
}
