import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { lastStep, planOf, rateAt, seedlingPlan, type TrainEvent, type TrainOptions, trainSeedling } from './train.ts'

const shape: Shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
const root = mkdtempSync(join(tmpdir(), 'train-'))
afterAll(() => rmSync(root, { recursive: true }))
const tiny: TrainOptions = { shape, steps: 12, batch: 4, measureEvery: 4, seed: 3 }

test('stopped and resumed at any step, the weights and curves are those of an uninterrupted run, bit for bit', async () => {
  const whole = await trainSeedling(tiny)
  expect(whole.finished).toBe(true)
  for (const at of [1, 5, 11]) {
    const folder = join(root, `stop-${at}`)
    const stop = new AbortController()
    const onEvent = (e: TrainEvent) => {
      if (e.kind === 'saved' && e.step === at) stop.abort()
    }
    const first = await trainSeedling({ ...tiny, folder, saveEvery: 1, signal: stop.signal, onEvent })
    expect(first).toMatchObject({ finished: false, step: at })
    const events: TrainEvent[] = []
    const second = await trainSeedling({ ...tiny, folder, onEvent: e => events.push(e) })
    expect(events[0]).toEqual({ kind: 'resumed', step: at })
    expect(second.weights).toEqual(whole.weights)
    expect(second.curves.dev).toEqual(whole.curves.dev)
  }
})

test('another seed, other weights', async () => {
  const a = await trainSeedling({ ...tiny, steps: 2 })
  const b = await trainSeedling({ ...tiny, steps: 2, seed: 4 })
  expect(a.weights.get('head')).not.toEqual(b.weights.get('head'))
})

test('a checkpoint of another plan is not continued; one whose rate has not begun to fall may be given more steps', async () => {
  const folder = join(root, 'plans')
  const stop = new AbortController()
  const onEvent = (e: TrainEvent) => {
    if (e.kind === 'saved' && e.step === 3) stop.abort()
  }
  const plan: TrainOptions = { ...tiny, folder, saveEvery: 1, cooling: 0.5 }
  await trainSeedling({ ...plan, signal: stop.signal, onEvent })
  await expect(trainSeedling({ ...plan, batch: 8 })).rejects.toThrow(/found one of another \(step 3\)/)
  await expect(trainSeedling({ ...plan, steps: 5 })).rejects.toThrow(/of another/)
  const longer = await trainSeedling({ ...plan, steps: 14 })
  expect(longer.weights).toEqual((await trainSeedling({ ...tiny, cooling: 0.5, steps: 14 })).weights)
  // Cooled by now: no more steps.
  await expect(trainSeedling({ ...plan, steps: 20 })).rejects.toThrow(/of another/)
})

test('a run may be ended early until it lands, and is then the run that was planned so', async () => {
  const folder = join(root, 'early')
  const stop = new AbortController()
  const onEvent = (e: TrainEvent) => {
    if (e.kind === 'saved' && e.step === 8) stop.abort()
  }
  const plan: TrainOptions = { ...tiny, folder, saveEvery: 1 }
  await trainSeedling({ ...plan, signal: stop.signal, onEvent })
  await expect(trainSeedling({ ...plan, until: 8 })).rejects.toThrow(/of another/)
  const early = await trainSeedling({ ...plan, until: 10 })
  expect(early).toMatchObject({ step: 10, finished: true })
  expect(early.weights).toEqual((await trainSeedling({ ...tiny, until: 10 })).weights)
})

test('a damaged checkpoint is said, not overwritten', async () => {
  const folder = join(root, 'damaged')
  await trainSeedling({ ...tiny, steps: 1, folder })
  const path = join(folder, 'checkpoint.safetensors')
  const cut = readFileSync(path).subarray(0, 5000)
  writeFileSync(path, cut)
  await expect(trainSeedling({ ...tiny, steps: 1, folder })).rejects.toThrow(/the file is truncated/)
  expect(readFileSync(path).equals(cut)).toBe(true)
})

test('the shipped plan ends early; one with steps of its own does not, unless it says so', () => {
  expect(lastStep(planOf({}))).toBe(lastStep(seedlingPlan))
  expect(lastStep(planOf({ seed: 2 }))).toBe(lastStep(seedlingPlan))
  expect(lastStep(planOf({ steps: 20_000 }))).toBe(20_000)
  expect(lastStep(planOf({ steps: 20_000, until: 9000 }))).toBe(9000)
})

test('the rate warms up, stays, and falls along a cosine', () => {
  const plan = { ...seedlingPlan, steps: 1000, warmup: 100, cooling: 0.5, rate: 1 }
  expect(rateAt(plan, 50)).toBeCloseTo(0.5)
  expect(rateAt(plan, 100)).toBe(1)
  expect(rateAt(plan, 500)).toBe(1)
  expect(rateAt(plan, 750)).toBeCloseTo(0.51)
  expect(rateAt(plan, 1000)).toBeCloseTo(0.02)
  expect(rateAt({ ...plan, cooling: 1 }, 500)).toBeCloseTo(0.51)
  expect(rateAt({ ...plan, cooling: 0 }, 1000)).toBe(1)
  const early = { ...plan, until: 500 }
  expect([450, 451, 476, 500].map(s => rateAt(early, s))).toEqual([1, 1, 0.5, 0.02])
})

test('a loss that is no number stops the run', async () => {
  await expect(trainSeedling({ ...tiny, rate: 1e30, warmup: 1 })).rejects.toThrow(/expected a finite loss, found/)
})
