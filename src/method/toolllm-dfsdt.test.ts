import { describe, expect, test } from 'vitest'
import type { Message, Provider } from '../contract/index.ts'
import { scripted } from '../model/index.ts'
import { run } from '../runtime/index.ts'
import { giveUp, rightTool, type ToolsRun, tools, toolsEntry, toolsOf } from '../world/index.ts'
import { toolllmDfsdt } from './toolllm-dfsdt.ts'

const placeOf = (messages: readonly Message[]): ToolsRun => {
  for (const m of messages) {
    const found = tools.oracle!.read([m])
    if (found !== null) return found.place as ToolsRun
  }
  throw new Error('no prompt of the world')
}
/** Gives up where an error shows; else calls what it is told by its place and by how often it was asked there. */
const agent = (call: (run: ToolsRun, time: number) => string, seen: string[] = []) => {
  const times = new Map<string, number>()
  return scripted(messages => {
    const at = placeOf(messages)
    const key = at.calls.join(' ')
    const time = times.get(key) ?? 0
    times.set(key, time + 1)
    seen.push(key)
    return tools.oracle!.moves(at)[0].text === giveUp ? giveUp : call(at, time)
  })
}
const wrong = (r: ToolsRun, i = 0): string => toolsOf(r.task).filter(x => x !== rightTool(r.task, r.done))[i]
const go = (model: Provider, o: { depth?: number; lag?: number } = {}, knobs: Record<string, number | boolean> = {}) => {
  const task = toolsEntry.parseTask({ depth: 3, lag: 1, seed: 5, ...o })
  return run({ world: tools, method: toolllmDfsdt, model, knobs: { depth: 300, width: 3, ...knobs } }, task, { concurrency: 1 })
}

test('where nothing fails it is ReAct: one call a step', async () => {
  const model = agent(at => rightTool(at.task, at.done))
  const r = await go(model)
  expect([r.solved, r.spent.calls]).toEqual([true, 3])
})

describe('giving up', () => {
  /** The second call of the job is wrong the first time; how often each place is asked tells where the search went back to. */
  const visits = async (lag: number, pruneBack: number) => {
    const seen: string[] = []
    const model = agent(
      (at, time) => (at.calls.length === 1 && time === 0 ? wrong(at) : at.since > 0 ? toolsOf(at.task)[0] : rightTool(at.task, at.done)),
      seen,
    )
    const r = await go(model, { lag }, { pruneBack })
    const first = rightTool(toolsEntry.parseTask({ depth: 3, lag, seed: 5 }), 0)
    return {
      solved: r.solved,
      again: seen.filter(x => x === first).length,
      wrongAgain: seen.filter(x => x.split(' ').length === 2 && x.startsWith(first)).length,
      root: seen.filter(x => x === '').length,
      calls: r.spent.calls,
    }
  }
  test('back by 2: the place that gave up is not asked again, its parent is', async () => {
    expect(await visits(1, 2)).toEqual({ solved: true, again: 2, wrongAgain: 2, root: 1, calls: 5 })
  })
  test('back by 1: the place that gave up is asked till it has nothing more to say', async () => {
    const { wrongAgain, calls } = await visits(1, 1)
    expect(wrongAgain).toBeGreaterThan(2)
    expect(calls).toBeGreaterThan(5)
  })
  test('back by 3: the parent is left too', async () => {
    expect(await visits(1, 3)).toMatchObject({ again: 2, root: 2 })
  })
  test('a mistake that shows a call later is best gone back from by one more', async () => {
    expect((await visits(2, 3)).again).toBe(2)
    expect((await visits(2, 3)).calls).toBeLessThan((await visits(2, 2)).calls)
  })
})

describe('siblings', () => {
  test('from the second on they are told what was tried and what came of it, and no descendant hears of it', async () => {
    const model = agent((at, time) =>
      at.calls.length === 0 ? [wrong(at), wrong(at, 1), rightTool(at.task, 0)][time] : rightTool(at.task, at.done),
    )
    await go(model)
    const told = model.calls.map(c => ({
      at: placeOf(c.messages).calls.length,
      text: c.messages
        .slice(1)
        .map(m => m.content)
        .join('\n'),
    }))
    const atRoot = told.filter(x => x.at === 0).map(x => x.text)
    expect(atRoot).toHaveLength(3)
    expect(atRoot[0]).toBe('')
    expect(atRoot[1]).toMatch(/^Already tried here; propose something different:\n\w+ -> error: /)
    expect(atRoot[2].split('\n')).toHaveLength(3)
    expect(told.filter(x => x.at > 0).every(x => x.text === '')).toBe(true)
  })
  test('or not told', async () => {
    const model = agent((at, time) => (at.calls.length === 0 && time === 0 ? wrong(at) : rightTool(at.task, at.done)))
    await go(model, {}, { told: false })
    expect(model.calls.every(c => c.messages.length === 1)).toBe(true)
  })
})

describe('limits', () => {
  test('depth is counted in nodes, three to a step, and reaching it is not giving up', async () => {
    const seen: string[] = []
    const model = agent(at => rightTool(at.task, at.done), seen)
    const r = await go(model, { depth: 6 }, { depth: 6, width: 2 })
    expect(r.solved).not.toBe(true)
    expect(Math.max(...seen.map(x => (x === '' ? 0 : x.split(' ').length)))).toBe(1)
    expect(seen.filter(x => x !== '').length).toBeGreaterThan(1)
  })
  test('an exhausted tree ends it unsolved, or it begins again', async () => {
    const late = () => agent((at, time) => (at.calls.length === 0 && time < 2 ? wrong(at, time) : rightTool(at.task, at.done)))
    expect((await go(late(), {}, { width: 2 })).solved).not.toBe(true)
    expect((await go(late(), {}, { width: 2, restart: true })).solved).toBe(true)
    // Nothing new in three passes: it ends without a budget.
    const stuck = agent(at => wrong(at))
    expect((await go(stuck, {}, { restart: true, queries: 0 })).ended).toBe('done')
  })
  test('no more draws than queries', async () => {
    const model = agent((at, time) => wrong(at, time % 5))
    expect((await go(model, { depth: 8, lag: 3 }, { queries: 7 })).spent.calls).toBe(7)
  })
})
