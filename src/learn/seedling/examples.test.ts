import { expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { decode, type Shape, seedlingProvider, seedlingShape, token } from '../../model/seedling/index.ts'
import { split } from '../../world/number/index.ts'
import { solves } from './evaluate.ts'
import { batchAt, type Example, example, kinds, layOut, solvedPuzzle } from './examples.ts'
import { freshState, Trainer } from './step.ts'
import { ascending, solvable, steps, stepTokens } from './table.ts'
import { freshWeights } from './train.ts'

const rows = Array.from({ length: 400 }, (_, i) => example(3, 'train', 5, i))
const promptOf = (e: Example) => ({ target: e.tokens[0], numbers: e.tokens.slice(2, e.tokens.indexOf(token.semicolon)) })

test('rows are functions of their place, and only of the train split', () => {
  expect(example(3, 'train', 5, 17)).toEqual(rows[17])
  expect(example(4, 'train', 5, 17)).not.toEqual(rows[17])
  for (const e of rows) expect(split(promptOf(e).numbers)).toBe('train')
  for (let i = 0; i < 50; i++) expect(split(promptOf(example(3, 'dev', 5, i)).numbers)).toBe('dev')
  for (const k of kinds) expect(rows.some(e => e.kind === k)).toBe(true)
})

test('a row is its prompt and legal steps; all of it is learnt where it solves the puzzle', () => {
  let solved = 0
  for (const e of rows) {
    const p = promptOf(e)
    const start = p.numbers.length + 3
    let left = ascending(p.numbers)
    let at = start
    while (at < e.tokens.length) {
      const step = steps(left).find(s => stepTokens(s).every((id, i) => e.tokens[at + i] === id))!
      expect(step, decode(e.tokens)).toBeDefined()
      const words = stepTokens(step).length
      const good = solvable(step.rest, p.target)
      // A choice is learnt if it is a good one, what follows from it always.
      expect(e.says.slice(at, at + words)).toEqual(Array.from({ length: words }, (_, i) => good || i >= 3))
      left = step.rest
      at += words
    }
    expect(e.says.slice(0, start).some(Boolean)).toBe(false)
    if (e.judged.length === 0) {
      solved++
      expect(solves(p, decode(e.tokens.slice(start)))).toBe(true)
    }
  }
  expect(solved).toBeGreaterThan(180)
  expect(solved).toBeLessThan(300)
})

test('verdicts are those of exhaustive search', () => {
  let good = 0
  let all = 0
  for (const e of rows)
    for (const j of e.judged) {
      const prefix = e.tokens.slice(0, j.length)
      const last = prefix[j.length - 1]
      expect([token.semicolon, token.end]).toContain(last)
      const { numbers, target } = promptOf(e)
      const colon = prefix.lastIndexOf(token.colon)
      const left = last === token.end ? [prefix[j.length - 2]] : colon === 1 ? numbers : prefix.slice(colon + 1, -1)
      expect(j.good).toBe(solvable(ascending(left), target))
      all++
      if (j.good) good++
    }
  expect(good / all).toBeGreaterThan(0.3)
  expect(good / all).toBeLessThan(0.7)
})

test('cotangents are those of the mean negative log-probability, verdicts counting twice', () => {
  const b = batchAt(1, 'train', 1, 32)
  const sum = (role: number) => b.cotangents.reduce((a, c, i) => a + (b.role[i] === role ? c : 0), 0)
  const count = (role: number) => b.role.filter(r => r === role).length
  expect(sum(1) + sum(2)).toBeCloseTo(-1, 5)
  expect(sum(0)).toBe(0)
  expect(sum(2) / count(2)).toBeCloseTo((2 * sum(1)) / count(1), 6)
})

test('a row that does not fit is refused', () => {
  const e: Example = { kind: 'four', tokens: Array.from({ length: 40 }, () => 1), says: Array.from({ length: 40 }, () => true), judged: [] }
  expect(() => layOut([e])).toThrow(/39 words and 0 judgements/)
})

test('each column of a training row says what decoding says after its prefix, judgements too', async () => {
  const shape: Shape = { ...seedlingShape, width: 32, layers: 2, heads: 2, hidden: 32 }
  const weights = freshWeights(shape, 1)
  const list = rows.slice(0, 12)
  const batch = layOut(list)
  const trainer = new Trainer(shape, freshState(shape, weights))
  const lp = await trainer.logprobs(batch)
  trainer.close()
  const { engine } = seedlingProvider(shape, weights, { pages: 2048 })
  list.forEach((e, b) => {
    e.tokens.slice(1).forEach((id, t) => {
      expect(lp[b * batch.length + t]).toBeCloseTo(engine.law(engine.places([e.tokens.slice(0, t + 1)])[0])[id], 4)
    })
    e.judged.forEach((j, i) => {
      const prefix = [...e.tokens.slice(0, j.length), token.judge]
      const said = lp[b * batch.length + e.tokens.length - 1 + i]
      expect(said).toBeCloseTo(engine.law(engine.places([prefix])[0])[j.good ? token.good : token.bad], 4)
    })
  })
})

test('solved puzzles of every kind keep to their ranges', () => {
  for (const kind of kinds)
    for (let i = 0; i < 30; i++) {
      const p = solvedPuzzle(new AddressedRandom(1, i, 0, kind), kind, 'train')
      expect(p.numbers).toHaveLength(kind === 'three' ? 3 : 4)
      expect(Math.max(...p.numbers)).toBeLessThanOrEqual(kind === 'three' || kind === 'four' ? 20 : 13)
      expect(p.solution[p.solution.length - 1].c).toBe(p.target)
      if (kind === 'game24') expect(p.target).toBe(24)
    }
})
