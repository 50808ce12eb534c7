import { describe, expect, test } from 'vitest'
import { answering, type Chance, drawing, letter } from '../compose/fixture/letter.ts'
import { run } from '../runtime/index.ts'
import { dser } from './dser.ts'

/** Repairs with chance pIC, spoils with pCI; the first solution is right with p0. */
const chain =
  (p0: number, pIC: number, pCI: number): Chance =>
  (role, r, shown) => {
    if (role === 'check') return 'No. Something is wrong.'
    if (role === 'draft') return r.next() < p0 ? 'r' : 'w'
    return shown === 'r' ? (r.next() < pCI ? 'w' : 'r') : r.next() < pIC ? 'r' : 'w'
  }
describe('dser', () => {
  test('from mostly wrong to mostly right where a round repairs more often than it spoils, and the other way round', async () => {
    const knobs = { K: 6, n: 40, pool: 20 }
    expect((await answering(dser, drawing(chain(0.1, 0.3, 0.1)).model, knobs)).answer).toBe('r')
    expect((await answering(dser, drawing(chain(0.9, 0.1, 0.3)).model, knobs)).answer).toBe('w')
  })
  test('a round is a check and a revision; nothing stops a chain', async () => {
    const { model, prompts } = drawing((role, _r) => (role === 'check' ? 'Yes, it is right.' : 'r'))
    const r = await answering(dser, model, { K: 3, n: 5, pool: 4 })
    expect(r.spent.calls).toBe(3 * (1 + 2 * 5))
    expect(r.score).toBe(3 * 4)
    // Markov: a prompt shows one solution and one check, however late the round.
    const longest = Math.max(...prompts.map(p => p.join('').length))
    expect(longest).toBeLessThan(600)
    expect(prompts.filter(p => /A check of it:\n"""\nYes, it is right\./.test(p.join('\n')))).toHaveLength(15)
  })
  test('only the last rounds of each chain vote', async () => {
    let drafts = 0
    const draft = () => {
      drafts++
      return 'w'
    }
    const { model } = drawing(role => (role === 'check' ? 'No.' : role === 'draft' ? draft() : 'r'))
    const r = await answering(dser, model, { K: 2, n: 6, pool: 3 })
    expect(drafts).toBe(2)
    expect(r.score).toBe(6)
    const late = r.tree.column('late')
    expect(Object.fromEntries(r.tree.answers().map(n => [r.tree.state(n), late[n]]))).toEqual({ w: 0, r: 6 })
  })
  test('a reply that cannot be read leaves the chain where it is, and a mute model ends it', async () => {
    const { model } = drawing(role => (role === 'check' ? 'No.' : role === 'draft' ? 'r' : '???'))
    expect((await answering(dser, model, { K: 1, n: 20, pool: 10 })).spent.calls).toBe(1 + 2 * 3)
    expect((await answering(dser, drawing(() => '???').model, { K: 4 })).spent.calls).toBe(12)
  })
  test('a model that reads no words is refused before anything is spent', async () => {
    const { model, prompts } = drawing(() => 'r')
    const world = { ...letter, dialects: { tokens: letter } }
    await expect(run({ world, method: dser, model: { ...model, dialect: 'tokens' } }, '')).rejects.toThrow(/reads tokens/)
    expect(prompts).toEqual([])
  })
})
