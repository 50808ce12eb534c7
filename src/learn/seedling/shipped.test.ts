import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { draftWeights, parameterCount, seedling, seedlingShape, shippedWeights } from '../../model/seedling/index.ts'
import { evaluateCritic, evaluatePuzzles, families } from './evaluate.ts'
import { readCard, seedlingStages } from './make.ts'
import { draftPlan, planOf, seedlingPlan } from './train.ts'

const card = readCard(fileURLToPath(new URL('../../model/seedling/weights/card.json', import.meta.url)))

test('the shipped weights are small, of the shape that is said, and of the plans that one call follows', () => {
  expect(statSync(shippedWeights).size).toBe(card.bytes)
  expect(card.bytes).toBeLessThan(5_000_000)
  expect(seedling(shippedWeights, { pages: 64 }).engine.shape).toEqual(seedlingShape)
  expect(card.parameters).toBe(parameterCount(seedlingShape))
  const plans = seedlingStages.map((stage, i) => planOf({ ...stage, seed: seedlingPlan.seed + i }))
  expect(card.stages.map(s => s.plan)).toEqual(JSON.parse(JSON.stringify(plans)))
})

test('they do, puzzle by puzzle, what their card says, on this machine too', async () => {
  const model = seedling()
  for (const family of families) {
    const said = card.results.find(r => r.family === family && r.split === 'dev')!
    const found = await evaluatePuzzles(model, family, 'dev', { n: said.puzzles, samples: 1 })
    expect(found.greedy).toEqual(said.greedy)
    expect(found.random[1].rate).toBeCloseTo(said.random[1].rate, 12)
  }
})

test('they are better than random legal play, by their intervals, and their verdicts rank states', async () => {
  for (const r of card.results) {
    expect(r.greedy.interval[0], `${r.family} ${r.split}`).toBeGreaterThan(r.random[1].interval[1])
    expect(r.pass[8].interval[0], `${r.family} ${r.split}`).toBeGreaterThan(r.random[8].interval[1])
  }
  for (const c of await evaluateCritic(seedling(), 'game24', 'dev', { n: 40 })) expect(c.auc.rate).toBeGreaterThan(0.6)
})

test('the small weights that ship beside them, too: of their plan, and as good as their card says', async () => {
  const small = readCard(fileURLToPath(new URL('../../model/seedling/weights/draft.json', import.meta.url)))
  expect(statSync(draftWeights).size).toBe(small.bytes)
  expect(small.bytes).toBeLessThan(300_000)
  expect(small.parameters).toBe(parameterCount(draftPlan.shape))
  expect(small.stages.map(s => s.plan)).toEqual([JSON.parse(JSON.stringify(planOf(draftPlan)))])
  const said = small.results.find(r => r.family === 'three' && r.split === 'dev')!
  const found = await evaluatePuzzles(seedling(draftWeights), 'three', 'dev', { n: said.puzzles, samples: 1 })
  expect(found.greedy).toEqual(said.greedy)
})
