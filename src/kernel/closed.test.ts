import { expect, test } from 'vitest'
import { FlatTree } from './tree.ts'

const grown = () => {
  const t = new FlatTree<string, string>('', { outcome: s => (s.endsWith('!') ? { answer: s } : null) })
  const child = (parent: number, a: string, aside = false) => {
    const e = t.edge(parent as never, a, a)
    if (aside) t.flag(e, 'aside')
    return t.take(e, a)
  }
  return { t, child }
}

test('a look-ahead kept aside closes nothing: the node is as open as a leaf', () => {
  const { t, child } = grown()
  const n = child(t.root, 'n')
  child(n, 'ahead', true)
  child(n, 'ahead!', true)
  expect(t.is(n, 'closed')).toBe(false)
  expect(t.is(t.root, 'closed')).toBe(false)
})

test('beside a look-ahead, all finished still closes', () => {
  const { t, child } = grown()
  const n = child(t.root, 'n')
  child(n, 'ahead', true)
  child(n, 'a!')
  expect(t.is(n, 'closed')).toBe(true)
  expect(t.is(t.root, 'closed')).toBe(true)
})

test('a look-ahead that is drawn for the search counts from then on', () => {
  const { t, child } = grown()
  const n = child(t.root, 'n')
  const end = child(n, 'ahead!', true)
  t.flag(end, 'aside', false)
  expect(t.edges(n)).toEqual([end])
  expect(t.is(n, 'closed')).toBe(true)
  const open = child(n, 'open', true)
  t.flag(open, 'aside', false)
  expect(t.is(n, 'closed')).toBe(false)
})
