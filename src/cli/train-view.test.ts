import { expect, test } from 'vitest'
import type { TrainEvent } from '../learn/index.ts'
import { width } from './text.ts'
import { curve, observeTraining, secondsLeft, type TrainProgress, trainLine, trainLines } from './train-view.ts'

const fresh = (): TrainProgress => ({
  step: 0,
  steps: 1000,
  batch: 10,
  speed: 0,
  train: [],
  dev: [],
  right: Number.NaN,
  saved: 0,
  phase: 'training',
})
const progress = (step: number, loss: number, speed: number): TrainEvent => ({ kind: 'progress', step, loss, norm: 1, rate: 1, speed })
const measured = (step: number, words: number): TrainEvent => ({ kind: 'measured', step, words, verdicts: 0.5, right: 0.75, byKind: {} })
const text = (p: TrainProgress, columns: number, unicode = true): string[] =>
  trainLines(p, { width: columns, unicode }).map(l => l.map(x => x.text).join(''))

test('before the first measurement it says so, and no number is made up', () => {
  const p = fresh()
  expect(secondsLeft(p)).toBeNaN()
  expect(text(p, 80).join('\n')).toMatch(/0 of 1,000[\s\S]*not yet[\s\S]*the first steps/)
})
test('curves fall, time left follows from the speed', () => {
  const p = fresh()
  for (let i = 1; i <= 10; i++) observeTraining(p, progress(50 * i, 4 / i, 640))
  observeTraining(p, measured(500, 0.41))
  const before = secondsLeft(p)
  expect(before).toBeGreaterThan(0)
  observeTraining(p, progress(750, 0.3, 640))
  expect(secondsLeft(p)).toBeCloseTo(before / 2, 9)
  observeTraining(p, progress(800, 0.3, 1280))
  expect(secondsLeft(p)).toBeCloseTo(before / 5, 9)
  const lines = text(p, 80)
  expect(lines[0]).toMatch(/█+░+ 800 of 1,000/)
  expect(lines[1]).toMatch(/█▄.*▁.* 0\.300 a word/)
  expect(lines[3]).toMatch(/1,280 tokens\/s, .* left/)
  expect(trainLine(p)).toMatch(/^step 800 of 1,000: loss 0\.300, held out 0\.410, verdicts right 75\.0 %, 1,280 tokens\/s/)
})
test('after the last step it is measured; asked to stop, it says that', () => {
  const p = fresh()
  observeTraining(p, progress(1000, 0.3, 640))
  observeTraining(p, { kind: 'saved', step: 1000, path: 'x' })
  expect(text(p, 80)[3]).toContain('trained; now measured')
  const q = { ...fresh(), phase: 'stopping' as const }
  expect(text(q, 80)[3]).toContain('stopping at a checkpoint')
})
test('no line is wider than the terminal, whatever is in it', () => {
  const p = fresh()
  for (let i = 1; i <= 200; i++) observeTraining(p, progress(5 * i, 4 / i, 123_456))
  for (const columns of [1, 5, 20, 44, 80, 200])
    for (const unicode of [true, false]) for (const l of text(p, columns, unicode)) expect(width(l)).toBeLessThanOrEqual(columns)
})
test('a long curve keeps its mean, a short one itself', () => {
  const xs = Array.from({ length: 100 }, (_, i) => i)
  expect(curve(xs, 10)).toEqual([4.5, 14.5, 24.5, 34.5, 44.5, 54.5, 64.5, 74.5, 84.5, 94.5])
  expect(curve([3, 2], 10)).toEqual([3, 2])
})
