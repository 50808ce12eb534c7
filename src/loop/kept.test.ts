import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lock } from '../store/index.ts'
import { loopLock, loopLog, loopNames, readLoop } from './kept.ts'
import { loopFolder, loopPlan, loopStateFile } from './plan.ts'
import type { LoopEvent } from './round.ts'

const store = mkdtempSync(join(tmpdir(), 'kept-'))
afterAll(() => rmSync(store, { recursive: true }))
const made = (name: string): string => {
  mkdirSync(loopFolder(store, name), { recursive: true })
  writeFileSync(
    loopStateFile(store, name),
    JSON.stringify({ plan: { ...loopPlan, loop: 'rest-em' }, rounds: [], at: 0, beliefs: {}, of: 2 }),
  )
  return name
}
const step = (n: number, loss: number, round = 1): LoopEvent => ({
  kind: 'tuning',
  round,
  part: 'policy',
  event: { kind: 'progress', step: n, steps: 3, loss, norm: 1, rate: 0.1, speed: 100, metrics: {} },
})

describe('what a loop leaves behind', () => {
  test('its steps, and what it did last', () => {
    const hear = loopLog(store, made('a'))
    hear({ kind: 'begun', round: 1, rounds: 2 })
    for (const n of [1, 2, 3]) hear(step(n, 1 / n))
    hear({ kind: 'tuning', round: 1, part: 'policy', event: { kind: 'measured', step: 3, loss: 0.5, metrics: {}, best: true } })
    hear({ kind: 'searched', round: 1, problems: 4, solved: 2, calls: 150, of: 300 })
    const kept = readLoop(store, 'a')!
    expect(kept.points.map(p => [p.step, p.loss, p.heldOut])).toEqual([
      [1, 1, null],
      [2, 0.5, null],
      [3, 1 / 3, null],
      [3, null, 0.5],
    ])
    expect(kept.now).toMatchObject({ round: 1, text: 'round 1: 2 of 4 problems solved, 150 of 300 calls', share: 0.5 })
    expect(kept.state.of).toBe(2)
  })

  test('steps made again after a stop stand once, as they were made last; a line that was cut short is none', () => {
    const hear = loopLog(store, made('b'))
    for (const n of [1, 2]) hear(step(n, 9))
    for (const n of [2, 3]) hear(step(n, 1))
    appendFileSync(join(loopFolder(store, 'b'), 'points.jsonl'), '{"round":1,"part"')
    expect(readLoop(store, 'b')!.points.map(p => [p.step, p.loss])).toEqual([
      [1, 9],
      [2, 1],
      [3, 1],
    ])
  })

  test('it is active while a process holds its lock', () => {
    made('c')
    expect(readLoop(store, 'c')!.active).toBe(false)
    const held = lock(loopLock(store, 'c'), 'loop c')
    expect(readLoop(store, 'c')!.active).toBe(true)
    held.release()
    expect(readLoop(store, 'c')!.active).toBe(false)
  })

  test('a store without loops has none', () => {
    expect(loopNames(join(store, 'none'))).toEqual([])
    expect(loopNames(store).sort()).toEqual(['a', 'b', 'c'])
    expect(readLoop(store, 'z')).toBeNull()
  })
})
