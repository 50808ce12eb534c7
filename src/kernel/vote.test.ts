import { describe, expect, test } from 'vitest'
import type { NodeId } from '../contract/index.ts'
import { aggregate } from './aggregate.ts'
import { vote } from './vote.ts'

const ballots = (...xs: [string, number][]) => xs.map(([answer, score], i) => ({ answer, score, node: i as NodeId }))

describe('vote', () => {
  const xs = ballots(['a', 0.9], ['b', 0.5], ['b', 0.3], ['c', 0.7], ['b', Number.NaN])
  test('majority counts, weighted sums, best takes the greatest', () => {
    expect(vote(xs, { mode: 'majority' })).toEqual({ value: 'b', nodes: [1, 2, 4], score: 3 })
    expect(vote(xs, { mode: 'weighted' })).toEqual({ value: 'a', nodes: [0], score: 0.9 })
    expect(vote(xs, { mode: 'best' })).toEqual({ value: 'a', nodes: [0], score: 0.9 })
  })
  test('Borda: (N - r + 1)^p', () => {
    // Ranks: a 1, c 2, b 3, 4, 5. Votes: a 5, c 4, b 3 + 2 + 1.
    expect(vote(xs, { mode: 'borda' })).toEqual({ value: 'b', nodes: [1, 2, 4], score: 6 })
    expect(vote(xs, { mode: 'borda', p: 2 })).toEqual({ value: 'a', nodes: [0], score: 25 })
    expect(vote(xs, { mode: 'borda', p: 0 })?.value).toBe(vote(xs, { mode: 'majority' })?.value)
    expect(vote(xs, { mode: 'borda', p: Infinity })).toEqual({ value: 'a', nodes: [0], score: 1 })
  })
  test('Borda: equal scores share their rank, so that the order of drawing does not matter', () => {
    const same = ballots(['a', 1], ['b', 1], ['b', 1])
    expect(vote(same, { mode: 'borda' })).toEqual({ value: 'b', nodes: [1, 2], score: 4 })
  })
  test('equal votes: the greater sum of scores, then the first', () => {
    expect(vote(ballots(['a', 0.1], ['b', 0.2]), { mode: 'majority' })?.value).toBe('b')
    expect(vote(ballots(['a', 0.2], ['b', 0.2]), { mode: 'majority' })?.value).toBe('a')
  })
  test('unknown scores: majority counts them, best never takes them', () => {
    const unknown = ballots(['a', Number.NaN], ['a', Number.NaN], ['b', 0.1])
    expect(vote(unknown, { mode: 'majority' })?.value).toBe('a')
    expect(vote(unknown, { mode: 'best' })?.value).toBe('b')
    expect(vote(unknown, { mode: 'weighted' })?.value).toBe('b')
    expect(vote(ballots(['a', Number.NaN]), { mode: 'best' })).toBeNull()
    expect(vote(ballots(['a', -5]), { mode: 'best' })?.score).toBe(-5)
    expect(vote([], { mode: 'majority' })).toBeNull()
  })
  test("equal by value, or by a sameness of one's own; the best of a group speaks for it", () => {
    const boxed = [
      { answer: { x: 1, y: 2 }, score: 0.2, node: 1 as NodeId },
      { answer: { y: 2, x: 1 }, score: 0.1, node: 2 as NodeId },
      { answer: { x: 9, y: 9 }, score: 0.9, node: 3 as NodeId },
    ]
    expect(vote(boxed, { mode: 'majority' })?.nodes).toEqual([1, 2])
    const close = ballots(['1.00', 0.1], ['1', 0.4], ['2', 0.3])
    expect(vote(close, { mode: 'majority', same: (a, b) => Number(a) === Number(b) })).toEqual({ value: '1', nodes: [1, 0], score: 2 })
  })
  test('a node with several draws is listed once', () => {
    const draws = [0, 1].map(() => ({ answer: 'a', score: 1, node: 4 as NodeId }))
    expect(vote(draws, { mode: 'weighted' })).toEqual({ value: 'a', nodes: [4], score: 2 })
  })
})

describe('aggregate', () => {
  test('of a path of step rewards', () => {
    const xs = [0.5, 0.8, 0.2]
    expect(aggregate(xs, 'product')).toBeCloseTo(0.08, 12)
    expect([aggregate(xs, 'min'), aggregate(xs, 'last'), aggregate(xs, 'mean')]).toEqual([0.2, 0.2, 0.5])
  })
  test('unknown where one that counts is unknown, or there is none', () => {
    expect([aggregate([], 'mean'), aggregate([1, Number.NaN], 'min'), aggregate([1, Number.NaN], 'product')]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ])
    expect(aggregate([Number.NaN, 1], 'last')).toBe(1)
  })
})
