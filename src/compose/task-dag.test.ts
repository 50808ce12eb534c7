import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TaskDag } from './task-dag.ts'

const ids = (xs: readonly { id: string }[]) => xs.map(x => x.id)

describe('TaskDag', () => {
  test('a task starts when its parents are answered, with their questions and answers', () => {
    const d = new TaskDag<number>()
    d.add('a', 'A?', [])
    d.add('b', 'B?', [])
    d.add('c', 'C?', ['a', 'b'])
    expect(ids(d.start())).toEqual(['a', 'b'])
    expect(d.start()).toEqual([])
    d.finish('b', 2)
    expect(d.startable).toBe(0)
    d.finish('a', 1)
    expect(d.startable).toBe(1)
    expect(d.start()).toEqual([
      {
        id: 'c',
        question: 'C?',
        parents: [
          ['A?', 1],
          ['B?', 2],
        ],
      },
    ])
    expect(d.open).toBe(1)
    expect(d.answered).toEqual([
      { id: 'a', question: 'A?', answer: 1 },
      { id: 'b', question: 'B?', answer: 2 },
    ])
  })
  test('the same id is not added twice, and the first answer stands', () => {
    const d = new TaskDag<string>()
    expect(d.add('a', 'first', [])).toBe('added')
    expect(d.add('a', 'second', ['z'])).toBe('same')
    d.finish('a', 'x')
    d.finish('a', 'y')
    d.finish('nobody', 'z')
    expect(d.answered).toEqual([{ id: 'a', question: 'first', answer: 'x' }])
  })
  test('refuses what would wait for itself, also over a parent named in advance', () => {
    const d = new TaskDag<number>()
    expect(d.add('a', '', ['a'])).toBe('cycle')
    expect(d.add('b', '', ['c'])).toBe('added')
    expect(d.startable).toBe(0)
    expect(d.add('c', '', ['b'])).toBe('cycle')
    expect(d.add('c', '', [])).toBe('added')
    expect(ids(d.start())).toEqual(['c'])
  })
  test('an undefined answer is an answer', () => {
    const d = new TaskDag<undefined>()
    d.add('a', '', [])
    d.add('b', '', ['a'])
    d.finish('a', undefined)
    expect(ids(d.start())).toEqual(['b'])
  })
  test('whatever is added, in any order, every task starts once and after its parents', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.array(fc.nat(9), { maxLength: 3 })), { maxLength: 14 })
    fc.assert(
      fc.property(edges, list => {
        const d = new TaskDag<string>()
        const parents = new Map<string, string[]>()
        for (const [i, ps] of list) if (d.add(`${i}`, `q${i}`, ps.map(String)) === 'added') parents.set(`${i}`, ps.map(String))
        const done = new Set<string>()
        for (let now = d.start(); now.length > 0; now = d.start()) {
          for (const { id } of now) {
            expect(done.has(id)).toBe(false)
            for (const p of parents.get(id)!) expect(done.has(p)).toBe(true)
          }
          for (const { id } of now) {
            d.finish(id, id)
            done.add(id)
          }
        }
        // What is left waits for a parent that was never added, at some distance.
        const missing = (id: string): boolean => !parents.has(id) || parents.get(id)!.some(missing)
        for (const id of parents.keys()) expect(done.has(id)).toBe(!missing(id))
        expect(d.open).toBe(parents.size - done.size)
      }),
    )
  })
})
