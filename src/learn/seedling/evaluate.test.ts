import { expect, test } from 'vitest'
import type { Provider, Sample } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { decode, encode, token, words } from '../../model/seedling/index.ts'
import { split } from '../../world/number/index.ts'
import { evaluateCritic, evaluatePuzzles, families, puzzles, randomPlay, solves } from './evaluate.ts'
import { ascending, solutions, solvable, steps, stepTokens } from './table.ts'

const text = (numbers: readonly number[], target: number, i = 0) => {
  const all = solutions(ascending(numbers), target)
  return decode(all[i % all.length].flatMap(stepTokens))
}

test('puzzles differ, can be solved, and are of their split', () => {
  for (const family of families) {
    const set = puzzles(family, 'dev', 40)
    expect(set).toHaveLength(40)
    expect(new Set(set.map(p => `${ascending(p.numbers)}>${p.target}`)).size).toBe(40)
    for (const p of set) {
      expect(split(p.numbers)).toBe('dev')
      expect(solvable(ascending(p.numbers), p.target)).toBe(true)
    }
  }
})

test('solutions solve; anything else does not', () => {
  for (const p of puzzles('four', 'dev', 10)) {
    const right = text(p.numbers, p.target)
    expect(solves(p, right)).toBe(true)
    expect(solves({ ...p, target: p.target === 5 ? 6 : 5 }, right)).toBe(false)
    const ids = encode(right)
    for (let i = 0; i < ids.length; i++) {
      expect(solves(p, decode(ids.slice(0, i)))).toBe(false)
      const changed = ids.with(i, ids[i] === 1 ? 2 : 1)
      // One changed word breaks the arithmetic, the table or the form.
      expect(solves(p, decode(changed))).toBe(false)
    }
    expect(solves(p, `${right} 1`)).toBe(false)
  }
})

test('the chance of random play is what random play gets', () => {
  const left = [2, 3, 4]
  const r = new AddressedRandom(1, 0, 0, 'play')
  let hits = 0
  for (let i = 0; i < 20000; i++) {
    let now = left
    while (now.length > 1) {
      const options = steps(now)
      if (options.length === 0) break
      now = r.pick(options).rest
    }
    if (now.length === 1 && now[0] === 24) hits++
  }
  expect(Math.abs(hits / 20000 - randomPlay(left, 24))).toBeLessThan(0.01)
})

/** Solves every puzzle whose target is even, and judges by looking it up, with noise where asked. */
function oracle(noise = false): Provider {
  return {
    id: 'oracle',
    dialect: 'tokens',
    can: ['n', 'score'],
    max: () => ({}),
    async sample(messages, { n }) {
      const ids = encode(messages[0].content)
      const numbers = ids.slice(2, -1)
      const samples = Array.from(
        { length: n },
        (_, i): Sample => ({ text: ids[0] % 2 ? words[token.end] : text(numbers, ids[0], i), finish: 'stop' }),
      )
      return { samples, usage: {} }
    },
    async score(messages) {
      const ids = encode(messages[0].content)
      const left = ids.slice(ids.lastIndexOf(token.colon) + 1, -2)
      const good = noise ? ids.length % 2 === 0 : solvable(ascending(left), ids[0])
      return { logprob: Math.log(good ? 0.9 : 0.1), usage: {} }
    },
  }
}

test('rates count what is solved, and stand beside random play', async () => {
  const set = puzzles('three', 'dev', 50)
  const even = set.filter(p => p.target % 2 === 0).length / 50
  const r = await evaluatePuzzles(oracle(), 'three', 'dev', { n: 50, samples: 8 })
  expect(r.greedy.rate).toBeCloseTo(even)
  expect(r.greedy.interval[0]).toBeLessThan(even)
  expect(r.pass[1].rate).toBeCloseTo(even)
  expect(Object.keys(r.pass)).toEqual(['1', '8'])
  const shares = set.map(p => randomPlay(ascending(p.numbers), p.target))
  expect(r.random[8].rate).toBeCloseTo(shares.reduce((a, p) => a + 1 - (1 - p) ** 8, 0) / 50)
})

test('a critic is held to the truth about unfinished states', async () => {
  const r = await evaluateCritic(oracle(), 'four', 'dev', { n: 30, samples: 3 })
  expect(r.map(x => x.depth)).toEqual([1, 2])
  // All states of solutions are good: no ranking, and a good critic is nearly right.
  expect(r[0].good).toBe(1)
  expect(r[0].brier).toBeCloseTo(0.01)
  expect(r[0].auc.rate).toBeNaN()
})
