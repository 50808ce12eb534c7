import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { backtrackOrNot } from '../../method/index.ts'
import { scripted } from '../../model/index.ts'
import { encode, seedlingShape, token } from '../../model/seedling/index.ts'
import { run } from '../../runtime/index.ts'
import { graph, graphTasks } from '../../world/index.ts'
import { countdownTraces, sudokuTraces, type TraceSource, traceData, traceForms, traceOf } from './data.ts'
import { trainTraces } from './train.ts'
import { searchTree } from './tree.ts'

const rng = (n: number) => new AddressedRandom(2, n, 0, 'test')
const few = (s: TraceSource<any, any>): TraceSource<any, any> => ({ ...s, tasks: split => s.tasks(split, 12) })
const sources = [
  few(countdownTraces),
  few(sudokuTraces),
  {
    id: 'graph',
    world: graph,
    tasks: () => graphTasks({ n: 12, size: 3, branching: 3 }).map(t => t.task),
    shuffled: true,
  } satisfies TraceSource<any, any>,
]
const backs = (trace: string): number => encode(trace).filter(id => id === token.backtrack).length

describe.each(sources)('traces of $id', source => {
  test.each(traceForms)('%s: in words of the seedling; read by the method that runs on them, it solves the task', async form => {
    for (const [i, task] of source.tasks('train').entries()) {
      const { prompt, trace, solved } = traceOf(source, task, form, rng(i))
      expect(solved).toBe(true)
      expect(() => encode(`${prompt} ${trace}`)).not.toThrow()
      expect(trace.endsWith('$')).toBe(true)
      expect(trace.indexOf('$')).toBe(trace.length - 1)
      const model = scripted([trace], { dialect: 'tokens' })
      const r = await run({ world: source.world, method: backtrackOrNot, model }, task)
      expect(model.calls[0].messages[0].content).toBe(prompt)
      expect(r.solved).toBe(true)
    }
  })
  test('the search holds the path; recognised dead ends are left out, tried ones are not', () => {
    let more = 0
    for (const [i, task] of source.tasks('train').entries()) {
      const [direct, backtrack, think] = traceForms.map(f => traceOf(source, task, f, rng(i)).trace) as [string, string, string]
      expect(backs(direct)).toBe(0)
      expect(backs(think)).toBeLessThanOrEqual(backs(backtrack))
      expect(backtrack.length).toBeGreaterThanOrEqual(direct.length)
      // The last step is that of the solution.
      expect(backtrack.split(' ; ').at(-1)).toBe(direct.split(' ; ').at(-1))
      more += backs(backtrack)
    }
    expect(more).toBeGreaterThan(0)
  })
})

test('a search tree is made as it is walked, and no further', () => {
  const { world } = countdownTraces
  let steps = 0
  const counted = {
    ...world,
    step: (s: never, a: never) => {
      steps++
      return world.step(s, a)
    },
  }
  const tree = searchTree(counted, world.start({ numbers: [2, 3, 4], target: 24 }))
  expect(steps).toBe(0)
  const kids = tree.children(0).length
  expect(steps).toBe(kids)
  tree.children(0)
  expect(steps).toBe(kids)
})

test('rows: only what comes after the prompt carries loss; the same for the same row', () => {
  const data = traceData(few(countdownTraces), 'backtrack', 64)
  const batch = data.batch(1, 'train', 3, 4)
  expect(data.batch(1, 'train', 3, 4)).toEqual(batch)
  for (let b = 0; b < 4; b++) {
    const row = Array.from(batch.tokens.slice(b * 64, (b + 1) * 64))
    const first = row.indexOf(token.semicolon)
    const role = Array.from(batch.role.slice(b * 64, (b + 1) * 64))
    expect(role.slice(0, first).every(x => x === 0)).toBe(true)
    expect(role[first]).toBe(1)
  }
})

describe('training', () => {
  const root = mkdtempSync(join(tmpdir(), 'traces-'))
  afterAll(() => rmSync(root, { recursive: true }))
  const shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16, context: 256 }
  test('goes on from its checkpoint, and not from that of other data', async () => {
    const o = { shape, steps: 2, batch: 2, folder: root }
    const first = await trainTraces(few(sudokuTraces), 'direct', o)
    expect(first.finished).toBe(true)
    expect(first.plan.source).toBe('sudoku-4 direct 48')
    expect((await trainTraces(few(sudokuTraces), 'direct', o)).weights).toEqual(first.weights)
    await expect(trainTraces(few(sudokuTraces), 'backtrack', o)).rejects.toThrow(/found one of another/)
  })
})
