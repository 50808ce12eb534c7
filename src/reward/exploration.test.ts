import { describe, expect, test } from 'vitest'
import type { Context, Io } from '../contract/index.ts'
import { Counts, FlatTree } from '../kernel/index.ts'
import { type ExplorationOptions, episodicNovelty, exploration, remembered } from './index.ts'

/** A place at the end of some states, the first being the root's. */
const at = (...states: string[]): Context<string, string> => {
  const place = (n: number): Context<string, string> =>
    ({
      state: states[n],
      steps: states.slice(1, n + 1).map(s => ({ action: s, state: s })),
      parent: n === 0 ? null : place(n - 1),
    }) as unknown as Context<string, string>
  return place(states.length - 1)
}
const value = async (o: Partial<ExplorationOptions<string>>, ...states: string[]) =>
  (await exploration<string>({ key: s => s, ...o }).reward(at(...states), null, {} as Io)).value

describe('episodic novelty', () => {
  const key = (s: string) => s
  test('first: only the first visit of an episode counts; the start was visited', () => {
    expect(episodicNovelty(['a', 'b'], { key })).toBe(1)
    expect(episodicNovelty(['a', 'b', 'a'], { key })).toBe(0)
    expect(episodicNovelty(['a'], { key })).toBe(1)
  })
  test('count: falls with the visits in the episode', () => {
    expect(episodicNovelty(['a', 'a', 'b', 'a', 'a'], { key, episodic: 'count' })).toBe(0.5)
  })
  test('elliptic: a direction that the episode went in pays little, another one as much as ever', () => {
    const features = (s: string) => (s === 'x' ? [1, 0] : [0, 1])
    const o = { key, episodic: 'elliptic', features, lambda: 0.5 } as const
    expect(episodicNovelty(['y', 'x'], o)).toBeCloseTo(2)
    expect(episodicNovelty(['x', 'x', 'x'], o)).toBeCloseTo(1 / 2.5)
    expect(() => episodicNovelty(['x'], { key, episodic: 'elliptic' })).toThrow("'elliptic' needs features")
  })
})

describe('exploration', () => {
  const memory = new Counts([['old', 3]])
  test('the product is nothing where either is nothing; each alone, and the sum', async () => {
    expect(await value({ memory }, 's', 'new')).toBe(1)
    expect(await value({ memory }, 's', 'old')).toBe(0.5)
    expect(await value({ memory }, 's', 'new', 's', 'new')).toBe(0)
    expect(await value({ memory, how: 'global' }, 's', 'old', 's', 'old')).toBe(0.5)
    expect(await value({ memory, how: 'episodic' }, 's', 'old')).toBe(1)
    expect(await value({ memory, how: 'sum' }, 's', 'old')).toBe(1.5)
  })
  test('the memory is read and not changed; without one everything is new globally', async () => {
    await value({ memory }, 's', 'old')
    expect(memory.entries()).toEqual([['old', 3]])
    expect(await value({}, 's', 'old')).toBe(1)
  })
  test('what a search walked through is added, what it only looked at is not', () => {
    const t = new FlatTree<string, string>('start', { outcome: () => null })
    const seen = t.take(t.edge(t.root, 'a', 'a'), 'walked')
    t.take(t.edge(t.root, 'b', 'b'), 'looked')
    t.N[t.root] = t.N[seen] = 3
    expect(remembered(memory, t, s => s).entries()).toEqual([
      ['old', 3],
      ['start', 1],
      ['walked', 1],
    ])
    expect(memory.entries()).toEqual([['old', 3]])
  })
  test('a floor keeps what was met very often from ending exploration', async () => {
    const much = new Counts([['old', 1e6]])
    expect(await value({ memory: much }, 's', 'old')).toBeLessThan(0.01)
    expect(await value({ memory: much, floor: 0.2 }, 's', 'old')).toBe(0.2)
  })
})
