import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Shape, seedling, seedlingShape } from '../../model/seedling/index.ts'
import { makeSeedling, readCard, sayable24 } from './make.ts'
import type { TrainEvent } from './train.ts'

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
  expect(card.stages[0].curves.dev.map(p => p.step)).toEqual([2, 4, 6])
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

test('stages run one after the other, each from the weights before it, and may be stopped in any', async () => {
  const common = { shape, batch: 4, measureEvery: 4, saveEvery: 2, puzzles: 4, samples: 8, seed: 5 }
  const stages = [{ steps: 4 }, { steps: 4, rate: 1e-3, warmup: 2 }]
  const whole = (await makeSeedling({ ...common, stages, out: join(root, 'whole') }))!
  expect(whole.stages.map(s => [s.plan.seed, s.plan.steps])).toEqual([
    [5, 4],
    [6, 4],
  ])
  const out = join(root, 'stopped')
  const stop = new AbortController()
  let saves = 0
  const onEvent = (e: TrainEvent) => {
    if (e.kind === 'saved' && ++saves === 3) stop.abort()
  }
  expect(await makeSeedling({ ...common, stages, out, signal: stop.signal, onEvent })).toBeNull()
  await makeSeedling({ ...common, stages, out })
  expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(root, 'whole', 'model.safetensors')))).toBe(true)
}, 120_000)

test('most sets that make 24 do so in words', () => {
  const { sets, of } = sayable24()
  expect(of).toBe(1362)
  expect(sets).toBeGreaterThan(1100)
  expect(sets).toBeLessThan(of)
})
