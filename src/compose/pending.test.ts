import { describe, expect, test } from 'vitest'
import { Pending } from './pending.ts'

const later = <R>() => Promise.withResolvers<R>()

describe('Pending', () => {
  test('gives what finished, in the order it came, and no more', async () => {
    const p = new Pending<string, number>()
    const [a, b, c] = [later<number>(), later<number>(), later<number>()]
    p.add('a', a.promise)
    p.add('b', b.promise)
    p.add('c', c.promise)
    c.resolve(3)
    a.resolve(1)
    await Promise.resolve()
    expect(await p.next()).toEqual([
      ['c', 3],
      ['a', 1],
    ])
    expect(p.size).toBe(1)
    const waiting = p.next()
    b.resolve(2)
    expect(await waiting).toEqual([['b', 2]])
    expect(await p.next()).toEqual([])
  })
  test('all waits for those added meanwhile', async () => {
    const p = new Pending<number, number>()
    p.add(1, Promise.resolve(10))
    const all = p.all()
    p.add(2, Promise.resolve(20))
    expect(await all).toEqual([
      [1, 10],
      [2, 20],
    ])
  })
  test('a rejection is thrown in its turn and loses nothing', async () => {
    const p = new Pending<number, string>()
    p.add(1, Promise.resolve('one'))
    p.add(2, Promise.reject(new Error('two')))
    p.add(3, Promise.resolve('three'))
    await new Promise(r => setImmediate(r))
    expect(await p.next()).toEqual([[1, 'one']])
    await expect(p.next()).rejects.toThrow('two')
    expect(await p.next()).toEqual([[3, 'three']])
    expect(p.size).toBe(0)
  })
  test('names may repeat', async () => {
    const p = new Pending<string, number>()
    p.add('x', Promise.resolve(1))
    p.add('x', Promise.resolve(2))
    expect(await p.all()).toEqual([
      ['x', 1],
      ['x', 2],
    ])
  })
})
