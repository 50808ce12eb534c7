import { describe, expect, test } from 'vitest'
import type { KnobValue } from '../contract/index.ts'
import { scripted } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { countdown } from '../world/index.ts'
import { backtrackOrNot } from './backtrack-or-not.ts'

const search = async (replies: string[], knobs: Record<string, KnobValue> = {}) => {
  const model = scripted(replies, { dialect: 'tokens' })
  const r = await run({ world: countdown, method: backtrackOrNot, model, knobs }, { numbers: [7, 1, 9], target: 64 }, { strict: true })
  const t = r.tree
  return {
    r,
    model,
    keys: t.nodes().map(n =>
      t
        .path(n)
        .slice(1)
        .map(e => countdown.actionKey!(t.action(e), t.state(t.root)))
        .join(', '),
    ),
  }
}

describe('sequential', () => {
  test('a trace with returns is the tree it tells of; its end is the answer', async () => {
    const trace = '9 + 1 = 10 : 7 10 ; 10 - 7 = 3 ; <backtrack> 1 ; 10 + 7 = 17 ; <backtrack> 0 ; 9 * 7 = 63 : 1 63 ; 63 + 1 = 64 $'
    const { r, keys, model } = await search([trace])
    expect(keys).toEqual(['', '9 + 1', '9 + 1, 10 - 7', '9 + 1, 10 + 7', '9 * 7', '9 * 7, 63 + 1'])
    expect(r.solved).toBe(true)
    expect(model.calls).toHaveLength(1)
    expect(model.calls[0].messages.map(m => m.content)).toEqual(['64 : 7 1 9 ;'])
  })
  test.each([
    ['a trace that is cut has no answer', '9 + 1 = 10 : 7 10 ; 10 - 7 = 3 ; <backtrack> 0 ; 9 * 7 = 63 :', 3],
    ['a wrong sum ends it', '9 + 1 = 11 : 7 11 ; 11 - 7 = 4 $', 1],
    ['a return to nowhere ends it', '<backtrack> 3 ; 9 * 7 = 63 : 1 63 ; 63 + 1 = 64 $', 1],
    ['a step after a dead end without a return ends it', '9 + 1 = 10 : 7 10 ; 10 - 7 = 3 ; 9 * 7 = 63 : 1 63 ; 63 + 1 = 64 $', 3],
  ])('%s', async (_, trace, nodes) => {
    const { r, keys } = await search([trace])
    expect(r.answer === undefined || r.solved === false).toBe(true)
    expect(keys).toHaveLength(nodes)
  })
  test('several side by side: those after the proof are not drawn', async () => {
    const { r, model } = await search(['9 + 1 = 10 : 7 10 ; 10 - 7 = 3 $', '9 * 7 = 63 : 1 63 ; 63 + 1 = 64 $', 'x', 'x'], { n: 4 })
    expect(r.solved).toBe(true)
    expect(model.calls).toHaveLength(2)
  })
})

test('parallel: attempts, none of them told of the others', async () => {
  const { r, model, keys } = await search(['9 + 1 = 10 : 7 10 ; 10 - 7 = 3 $', '9 * 7 = 63 : 1 63 ; 63 + 1 = 64 $'], {
    form: 'parallel',
    n: 2,
  })
  expect(r.solved).toBe(true)
  expect(keys).toHaveLength(3)
  expect(new Set(model.calls.map(c => JSON.stringify(c.messages))).size).toBe(1)
})
