import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Shape, seedling, seedlingShape } from '../../model/seedling/index.ts'
import { makeSeedling, readCard, sayable24 } from './make.ts'

const root = mkdtempSync(join(tmpdir(), 'make-'))
afterAll(() => rmSync(root, { recursive: true }))
const shape: Shape = { ...seedlingShape, width: 32, layers: 1, heads: 2, hidden: 32 }

test('one call makes weights, card and curves; a stopped one goes on', async () => {
  const out = join(root, 'seedling')
  const stop = new AbortController()
  const plan = { out, shape, steps: 6, batch: 4, measureEvery: 2, saveEvery: 2, puzzles: 6, samples: 8 }
  const stopped = await makeSeedling({ ...plan, signal: stop.signal, onEvent: e => e.kind === 'saved' && stop.abort() })
  expect(stopped).toBeNull()
  expect(readdirSync(out)).toEqual(['checkpoint.safetensors'])
  const card = (await makeSeedling(plan))!
  expect(readdirSync(out).sort()).toEqual(['card.json', 'card.md', 'checkpoint.safetensors', 'model.safetensors'])
  expect(readCard(join(out, 'card.json'))).toEqual(JSON.parse(JSON.stringify(card)))
  expect(card.curves.dev.map(p => p.step)).toEqual([2, 4, 6])
  expect(card.results.map(r => [r.split, r.family])).toEqual([
    ['dev', 'three'],
    ['dev', 'four'],
    ['dev', 'game24'],
    ['test', 'three'],
    ['test', 'four'],
    ['test', 'game24'],
  ])
  const text = readFileSync(join(out, 'card.md'), 'utf8')
  expect(text).toContain('| random @8 |')
  expect(text).toMatch(/\| Game of 24 \| 6 \| 0\.0 % \[0\.0, 39\.0\] \|/)
  const model = seedling(join(out, 'model.safetensors'), { pages: 64 })
  expect(model.engine.shape).toEqual(shape)
  expect(readFileSync(join(out, 'model.safetensors')).length).toBe(card.bytes)
}, 120_000)

test('most sets that make 24 do so in words', () => {
  const { sets, of } = sayable24()
  expect(of).toBe(1362)
  expect(sets).toBeGreaterThan(1100)
  expect(sets).toBeLessThan(of)
})
