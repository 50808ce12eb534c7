import { describe, expect, test } from 'vitest'
import type { Flag, NodeId } from '../contract/index.ts'
import { rollout } from './rollout.ts'

const id = (n: number) => n as NodeId
const tree = (ends: number[] = []) => ({ is: (e: number, f: Flag) => f === 'end' && ends.includes(e) })
const binary = async (n: NodeId) => [id(2 * n + 1), id(2 * n + 2)]

describe('rollout', () => {
  test('goes to the best child until the end', async () => {
    expect(await rollout(tree([14]), id(0), binary, n => n)).toEqual([2, 6, 14])
  })
  test('of equals the first', async () => {
    expect(await rollout(tree(), id(0), binary, () => 0, { steps: 2 })).toEqual([1, 3])
  })
  test('NaN never wins, and a level of NaN ends it', async () => {
    expect(await rollout(tree(), id(0), binary, n => (n === 2 || n === 3 || n === 4 ? Number.NaN : -n))).toEqual([1])
  })
  test('stop is asked where the walk arrives, never where it starts', async () => {
    const asked: number[] = []
    const stop = (n: NodeId) => asked.push(n) > 0 && n === 6
    expect(await rollout(tree(), id(0), binary, n => n, { stop })).toEqual([2, 6])
    expect(asked).toEqual([2, 6])
  })
  test('an end, no steps and no children give an empty path', async () => {
    let grown = 0
    const grow = async () => {
      grown++
      return []
    }
    expect(await rollout(tree([0]), id(0), grow, () => 0)).toEqual([])
    expect(await rollout(tree(), id(0), grow, () => 0, { steps: 0 })).toEqual([])
    expect(grown).toBe(0)
    expect(await rollout(tree(), id(0), grow, () => 0)).toEqual([])
    expect(grown).toBe(1)
  })
})
