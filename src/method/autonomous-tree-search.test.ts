import { describe, expect, test } from 'vitest'
import type { KnobValue } from '../contract/index.ts'
import { readTrace } from '../kernel/index.ts'
import { type Reply, scripted, simulated } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { game24, sudoku } from '../world/index.ts'
import { autonomousTreeSearch } from './autonomous-tree-search.ts'

const task = { numbers: [4, 9, 10, 13], target: 24 }
const search = async (replies: Reply[], knobs: Record<string, KnobValue> = {}) => {
  const model = scripted(replies)
  const r = await run({ world: game24, method: autonomousTreeSearch, model, knobs }, task, { strict: true })
  return {
    r,
    model,
    t: r.tree,
    keys: r.tree.nodes().map(n =>
      r.tree
        .path(n)
        .slice(1)
        .map(e => game24.actionKey!(r.tree.action(e), r.tree.state(r.tree.root)))
        .join(', '),
    ),
  }
}
const good = `Level 1
[1] from [0]: 10 - 4 = 6 (left: 6 9 13) => promising
[2] from [0]: 13 - 9 = 4 (left: 4 4 10) => promising
Level 2
[3] from [1]: 13 - 9 = 4 (left: 4 6) => promising
[4] from [1]: 9 - 6 = 3 (left: 3 13) => impossible
Level 3
[5] from [3]: 4 * 6 = 24 (left: 24) => solved
Answer: (13 - 9) * (10 - 4) = 24`

describe('a search in one reply', () => {
  test('is read as the tree it tells of, and its end is the answer', async () => {
    const { r, t, keys, model } = await search([good])
    expect(keys).toEqual(['', '10 - 4', '10 - 4, 13 - 9', '10 - 4, 13 - 9, 6 * 4', '10 - 4, 9 - 6', '13 - 9'])
    expect(r.answer).toBe('(13 - 9) * (10 - 4) = 24'.replace(' = 24', ''))
    expect(r.solved).toBe(true)
    expect(r.spent.calls).toBe(1)
    const verdict = t.column('verdict')
    expect(t.nodes().map(n => verdict[n])).toEqual([Number.NaN, 1, 1, 1, 0, 1])
    // Its opinion prunes nothing: what it called impossible can be gone on with.
    expect(t.nodes().some(n => t.is(n, 'pruned'))).toBe(false)
    const [system, , ask] = model.calls[0].messages
    expect(system.role).toBe('system')
    expect(system.content).toContain('[1] from [0]:')
    expect(ask.content).toBe('Your search, breadth first, at most 5 steps at each state:')
  })
  test('after the first illegal step nothing is believed', async () => {
    const { r, keys } = await search([good.replace('13 - 9 = 4 (left: 4 6)', '13 - 9 = 3 (left: 3 6)')])
    expect(keys.slice(0, 3)).toEqual(['', '10 - 4', '13 - 9'])
    // Beside them there is only the answer as a whole, which the world checks.
    expect(r.solved).toBe(true)
    const wrong = await search([
      good.replace('13 - 9 = 4 (left: 4 6)', '13 - 9 = 3 (left: 3 6)').replace(/Answer.*/, 'Answer: 13 + 9 + 10 - 4'),
    ])
    expect(wrong.r.solved).not.toBe(true)
  })
  test('a state that was never reached is no parent', async () => {
    const { keys, r } = await search(['[1] from [0]: 10 - 4 = 6 (left: 6 9 13)\n[3] from [2]: 13 - 9 = 4\nAnswer: none found'])
    expect(keys).toEqual(['', '10 - 4'])
    expect(r.answer).toBeUndefined()
  })
  test('a finished state it calls impossible is not its answer', async () => {
    const { r } = await search([good.replace('=> solved', '=> impossible').replace(/Answer.*/, 'Answer: none found')])
    expect(r.answer === undefined || r.solved === true).toBe(true)
    expect(r.spent.calls).toBe(1)
  })
  test('a reply that breaks off is continued, once; without an answer it has failed', async () => {
    const [begun, rest] = [good.slice(0, good.indexOf('\nLevel 3')), good.slice(good.indexOf('Level 3'))]
    const on = await search([{ text: begun, finish: 'cut' }, rest])
    expect(on.r.solved).toBe(true)
    expect(on.model.calls[1].messages.at(-2)).toEqual({ role: 'assistant', content: begun })
    const off = await search([{ text: begun, finish: 'cut' }], { continuations: 0 })
    expect(off.r.answer).toBeUndefined()
    expect(off.keys).toHaveLength(5)
  })
})

describe('a simulated model', () => {
  test.each(['bfs', 'dfs'])('%s: that never errs is right; every step it writes is legal; more width, more tokens', async form => {
    const spent: number[] = []
    for (const width of [2, 8]) {
      let solved = 0
      let tokens = 0
      for (const numbers of [
        [4, 9, 10, 13],
        [1, 2, 7, 7],
        [3, 3, 8, 8],
        [2, 3, 4, 12],
      ]) {
        const model = simulated({ oracle: game24.oracle!, error: 0, width: 40 })
        const r = await run({ world: game24, method: autonomousTreeSearch, model, knobs: { form, width } }, { numbers, target: 24 })
        if (r.solved) solved++
        tokens += r.spent.outputTokens
        if (r.answer !== undefined) expect(r.solved).toBe(true)
      }
      spent.push(tokens)
      if (width === 8) expect(solved).toBeGreaterThan(0)
    }
    expect(spent[1]).toBeGreaterThan(spent[0])
  })
  test('judging wrongly, it answers wrongly or not at all, more often', async () => {
    const share = async (error: number) => {
      let solved = 0
      for (let seed = 1; seed <= 12; seed++) {
        const model = simulated({ oracle: sudoku({ order: 'reading' }).oracle!, error, seed })
        const world = sudoku({ order: 'reading' })
        if ((await run({ world, method: autonomousTreeSearch, model, knobs: { form: 'dfs' } }, '..1. .34. .1.. .43.')).solved) solved++
      }
      return solved
    }
    expect(await share(0)).toBe(12)
    expect(await share(0.4)).toBeLessThan(9)
  })
  test('writes the form that was asked for, with returns in depth-first order', async () => {
    const replies: string[] = []
    const inner = simulated({ oracle: game24.oracle!, error: 0.1 })
    const model = {
      ...inner,
      sample: async (...a: Parameters<typeof inner.sample>) => {
        const out = await inner.sample(...a)
        replies.push(...out.samples.map(s => s.text))
        return out
      },
    }
    await run({ world: game24, method: autonomousTreeSearch, model, knobs: { form: 'dfs' } }, task)
    await run({ world: game24, method: autonomousTreeSearch, model, knobs: { form: 'bfs' } }, task)
    expect(replies[0]).toMatch(/is a dead end; back to \[\d+\]/)
    expect(replies[1]).toMatch(/^Level 1\n\[1\] from \[0\]/)
    for (const reply of replies) {
      const { lines, answer } = readTrace(reply)
      expect(answer).toBeDefined()
      expect(lines.map(l => l.id)).toEqual(lines.map((_, i) => i + 1))
      for (const l of lines) expect(l.from).toBeLessThan(l.id)
    }
  })
})

test('a limit of tokens below that of a reply shortens the reply, and is kept', async () => {
  for (const budget of [{ outputTokens: 120 }, { tokens: 1500 }]) {
    const model = simulated({ oracle: game24.oracle!, error: 0.1 })
    const r = await run({ world: game24, method: autonomousTreeSearch, model, knobs: { form: 'dfs' }, budget }, task)
    expect(r.spent.calls).toBe(1)
    expect(r.spent.outputTokens).toBeGreaterThan(0)
    expect(r.spent.outputTokens).toBeLessThanOrEqual(budget.outputTokens ?? 1500)
  }
})
