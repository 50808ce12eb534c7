import { expect, test } from 'vitest'
import type { NodeId, Outcome } from '../contract/index.ts'
import { FlatTree } from '../kernel/index.ts'
import { readOff } from './read-off.ts'

/** A tree of texts; `ends` are answers, `!` at the end of a text is a failed one. */
function made(texts: readonly string[], answers: readonly string[]) {
  const outcome = (s: string): Outcome<string> | null =>
    answers.includes(s) ? { answer: s, open: true } : s.endsWith('!') ? { answer: s, failed: true } : null
  const t = new FlatTree<string, string, string>('', { outcome })
  const at = new Map<string, NodeId>([['', t.root]])
  for (const s of texts) {
    const e = t.edge(at.get(s.slice(0, -1))!, s, s)
    at.set(s, t.take(e, s))
  }
  return { t, at }
}

test('the way of the greatest score to a valid answer', () => {
  const { t, at } = made(['a', 'b', 'ax', 'ay', 'bx', 'b!'], ['ax', 'ay', 'bx'])
  const Q: Record<string, number> = { a: 0.4, b: 0.6, ax: 0.9, ay: 0.1, bx: 0.2, 'b!': 0.8 }
  expect(readOff(t, n => Q[t.state(n)])).toBe(at.get('bx'))
  expect(readOff(t, n => -Q[t.state(n)])).toBe(at.get('ay'))
})
test('subtrees without a valid answer, and what lies aside, are left out', () => {
  const { t, at } = made(['a', 'b', 'b!', 'ax', 'ay'], ['ax', 'ay'])
  t.flag(at.get('ay')!, 'aside')
  expect(readOff(t, n => (t.state(n) === 'a' ? 0 : 1))).toBe(at.get('ax'))
  expect(readOff(made(['a', 'a!'], []).t, () => 1)).toBeNull()
})
test('an answer that was gone on from: only what is better is', () => {
  const { t, at } = made(['a', 'ab', 'abc'], ['a', 'ab', 'abc'])
  const walk = (q: Record<string, number>) => t.state(readOff(t, n => q[t.state(n)])!)
  expect(walk({ a: 0.5, ab: 0.6, abc: 0.6 })).toBe('ab')
  expect(walk({ a: 0.5, ab: 0.4, abc: 0.9 })).toBe('a')
  expect(at.size).toBe(4)
})
