import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { FlatTree } from '../src/kernel/index.ts'
import { given, go } from '../src/method/fixture/conformance.ts'
import { methodIds, methods } from '../src/method/index.ts'
import { solve } from '../src/run/index.ts'
import { budget, seed } from './crash/methods.ts'

// Every method once, a dozen to a process: each is killed with a call of its own under way.
describe('kill -9 in the middle of every method, then resume', () => {
  const store = mkdtempSync(join(tmpdir(), 'espalier-methods-'))
  afterAll(() => rmSync(store, { recursive: true, force: true }))
  const dozen = 12
  const groups = Array.from({ length: Math.ceil(methodIds.length / dozen) }, (_, i) => methodIds.slice(i * dozen, (i + 1) * dozen))

  test.each(groups.map(g => [g.join(' '), g] as const))('%s', async (_, ids) => {
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'crash', 'methods.ts'), store, ids.join(',')], {
      encoding: 'utf8',
    })
    expect(child.stderr).toBe('')
    expect(child.signal).toBe('SIGKILL')
    const { begun, stuck } = JSON.parse(child.stdout) as { begun: Record<string, string>; stuck: string[] }
    expect(Object.keys(begun).sort()).toEqual([...ids].sort())
    // Hardly any method is done with so few calls.
    expect(stuck.length).toBeGreaterThan(ids.length / 2)
    for (const id of stuck) {
      const { frame, task } = given(methods.get(id)!, { budget })
      const whole = await go({ frame, task }, { seed, concurrency: 1 })
      const again = await solve(frame, task, { store, resume: begun[id] })
      expect((again.tree as FlatTree).digest(), id).toBe((whole.tree as FlatTree).digest())
      expect(again.answer, id).toEqual(whole.answer)
      expect(again.spent.calls, id).toBe(whole.spent.calls)
      // The call that was under way may have been paid for: it is named, and nothing else is.
      expect(again.inDoubt.calls, id).toBeGreaterThan(0)
      expect(again.inDoubt.requests, id).toBe(1)
    }
  })
})
