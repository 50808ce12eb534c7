import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AddressedRandom } from '../kernel/index.ts'
import { freshWeights } from '../learn/seedling/train.ts'
import { seedlingShape, weightsPath, writeModel } from '../model/seedling/index.ts'
import { replay, treeOf } from '../run/index.ts'
import { openStore } from '../store/index.ts'
import {
  believed,
  byMopps,
  type LoopEvent,
  type LoopOptions,
  type LoopResult,
  loop,
  loopNamed,
  loopPlot,
  loopReport,
  loops,
} from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'loop-'))
afterAll(() => rmSync(root, { recursive: true }), 180_000)

/** One step of training on a handful of searches: that all of it fits together, not that it helps. */
const tiny = {
  rounds: 1,
  model: 'seedling@draft',
  spend: 300,
  abreast: 4,
  apart: false,
  measured: { problems: 4, split: 'dev' as const, calls: 8 },
  tune: { steps: 1, batch: 4, micro: 4 },
}
const run = (id: string, store: string, more: Partial<LoopOptions> = {}) => {
  const { on } = loopNamed(id)
  const own = on === undefined ? {} : { model: begun(on.model, store) }
  return loop(loopNamed(id), { ...tiny, ...own, ...more, store: join(root, store) })
}
/** Weights of a name for a loop that has some of its own: untrained, for here it is enough that they are there. */
function begun(model: string, store: string): string {
  const path = weightsPath(join(root, store, 'models'), model.slice('seedling@'.length))
  const shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, writeModel(shape, freshWeights(shape, 1), {}, 'F32'))
  return model
}
const without = (r: LoopResult) => r.rounds.map(({ seconds: _, ...x }) => x)

describe('every loop goes round once', () => {
  test.each([...loops.keys()])('%s', { timeout: 180_000 }, async id => {
    const r = await run(id, id)
    expect(r.finished).toBe(true)
    const [before, after] = r.rounds
    const spec = loopNamed(id)
    const first = spec.on?.model ?? 'seedling@draft'
    expect(before).toMatchObject({ round: 0, calls: 0, policy: first, critic: first })
    // An untrained model writes little that can be read, so that its searches end early.
    expect(after.calls).toBeGreaterThan(spec.on === undefined ? 200 : 10)
    expect(after.calls).toBeLessThanOrEqual(300)
    if (spec.critic === 'policy') expect(after.critic).toBe(after.policy)
    else if (spec.value === undefined) expect(after.critic).toBe(first)
    // What the searches cost is what their runs say they cost.
    const store = openStore(join(root, id))
    const runs = store.list({ origin: r.name, limit: 10_000 })
    store.close()
    expect(runs.reduce((n, m) => n + (m.spent.calls ?? 0), 0)).toBe(after.calls)
    expect(runs.every(m => m.status === 'done')).toBe(true)
    expect(loopReport(spec, r)).toContain(`| 1 | `)
    expect(loopPlot(r.rounds, r.name)).toMatch(/^<svg.*<\/svg>\n$/s)
  })
})

describe('stopped and resumed', () => {
  const weights = (store: string, r: LoopResult) => readFileSync(weightsPath(join(root, store, 'models'), r.rounds.at(-1)!.policy.slice(9)))
  test('anywhere, it ends in the same rounds and the same weights', { timeout: 120_000 }, async () => {
    const o = { rounds: 2, spend: 150 }
    const whole = await run('rest-mcts', 'whole', o)
    const seen: string[] = []
    const store = 'parts'
    for (const at of ['searched', 'tuning', 'measuring', 'round'] as const) {
      const stop = new AbortController()
      const onEvent = (e: LoopEvent) => {
        seen.push(e.kind)
        if (e.kind === at && (e.kind === 'round' || e.round > 0)) stop.abort()
      }
      const part = await run('rest-mcts', store, { ...o, signal: stop.signal, onEvent })
      expect(part.finished, at).toBe(false)
    }
    const end = await run('rest-mcts', store, o)
    expect(seen).toContain('resumed')
    expect(without(end)).toEqual(without(whole))
    expect(weights(store, end)).toEqual(weights('whole', whole))
    // More rounds go on from there; as many as there are cost nothing.
    const events: string[] = []
    await run('rest-mcts', store, { ...o, onEvent: e => events.push(e.kind) })
    expect(events).toEqual(['resumed'])
  })
})

test('b-star settles on a temperature and a threshold, and its probes are part of the spend', { timeout: 60_000 }, async () => {
  const r = await run('b-star', 'balance', { spend: 600 })
  const { settings, calls } = r.rounds[1]
  expect(Object.keys(settings).sort()).toEqual(['balance', 'temperature', 'threshold'])
  expect(settings.balance).toBeGreaterThan(0)
  expect(calls).toBeLessThanOrEqual(600)
})

test('rstar-math asks no critic before it has a preference model, and does from then on', { timeout: 120_000 }, async () => {
  /** Unfinished places of a round that were judged. */
  const judged = async (store: string, r: LoopResult, round: number): Promise<number> => {
    const kept = openStore(join(root, store))
    try {
      const runs = kept.list({ origin: r.name, limit: 1000 }).filter(m => String(m.options.part).startsWith(`r${round} `))
      expect(runs.length).toBeGreaterThan(0)
      const trees = await Promise.all(runs.map(async m => (await treeOf(kept, m.id)).tree))
      return trees.flatMap(t => t.nodes().filter(n => !t.is(n, 'end') && !Number.isNaN(t.V[n]))).length
    } finally {
      kept.close()
    }
  }
  const both = await run('rstar-math', 'preference', { rounds: 2, spend: 600 })
  expect(both.rounds.map(x => x.settings.preference)).toEqual([undefined, 0, 1])
  expect(both.rounds[1].trained.value).not.toBeNull()
  expect(await judged('preference', both, 1)).toBe(0)
  expect(await judged('preference', both, 2)).toBeGreaterThan(0)
  // Both networks are trained anew each round.
  const begins = ['policy', 'value'].map(part =>
    [1, 2].map(n => readFileSync(join(root, 'preference', 'loops', both.name, `round-${n}`, part, 'start.safetensors'))),
  )
  for (const [first, second] of begins) expect(second.equals(first)).toBe(true)
  // Where it is not trained, none is there to ask.
  const alone = await run('rstar-math', 'no-preference', { rounds: 2, spend: 120, parts: 'policy' })
  expect(alone.rounds[2].settings.preference).toBe(0)
  expect(await judged('no-preference', alone, 2)).toBe(0)
})

test('alphallm searches problems made of others, pays for them, and keeps those that it solves', { timeout: 120_000 }, async () => {
  const r = await run('alphallm', 'imagined', { rounds: 2, spend: 600 })
  const [, first, second] = r.rounds
  expect(first.imagined).toEqual({ problems: 0, kept: 0 })
  expect(second.imagined!.problems).toBe(Math.ceil(first.problems / 4))
  const kept = openStore(join(root, 'imagined'))
  const runs = kept.list({ origin: r.name, limit: 1000 })
  const tried = runs.filter(m => String(m.options.part).startsWith('r2 imagined '))
  const trees = await Promise.all(tried.map(async m => (await treeOf(kept, m.id)).tree))
  kept.close()
  expect(tried).toHaveLength(second.imagined!.problems)
  expect(trees.filter(t => t.answers().some(n => t.is(n, 'solved')))).toHaveLength(second.imagined!.kept)
  expect(runs.reduce((n, m) => n + (m.spent.calls ?? 0), 0)).toBe(first.calls + second.calls)
  expect(loopReport(loopNamed('alphallm'), r)).toContain(`(imagined: ${second.imagined!.kept} of ${tried.length})`)
})

describe('which problems', () => {
  test('mopps: problems that are known to be easy or hopeless come late; new ones and middling ones early', () => {
    const problems = Array.from({ length: 60 }, (_, i) => ({ id: String(i) }))
    const beliefs = Object.fromEntries(
      problems.map((p, i) => [p.id, i < 20 ? [40, 1] : i < 40 ? [1, 40] : [20, 20]] as [string, [number, number]]),
    )
    const order = byMopps(problems, beliefs, new AddressedRandom(1, 0, 0, 'x')).map(p => Number(p.id))
    expect(order.slice(0, 20).every(i => i >= 40)).toBe(true)
    expect(byMopps(problems, beliefs, new AddressedRandom(1, 0, 0, 'x')).map(p => Number(p.id))).toEqual(order)
  })
  test('beliefs forget, and change for what was searched only', () => {
    const tree = { nodes: () => [0, 1, 2, 3], M: [0, 2, 1, 1] }
    const right = (n: number) => (n === 0 ? null : n === 1)
    const after = believed({ a: [5, 1], b: [3, 3] }, [{ name: 'a', tree, right } as never])
    expect(after).toEqual({ a: [0.5 * 5 + 0.5 + 2, 0.5 * 1 + 0.5 + 2], b: [3, 3] })
  })
  test('a round by mopps goes on with the beliefs of the one before', { timeout: 60_000 }, async () => {
    const r = await run('lite-ppo', 'mopps', { select: 'mopps', rounds: 2, spend: 96 })
    const { beliefs } = JSON.parse(readFileSync(join(root, 'mopps', 'loops', r.name, 'loop.json'), 'utf8'))
    expect(Object.keys(beliefs).length).toBeGreaterThan(3)
    expect(r.rounds).toHaveLength(3)
  })
})

test('selection by prompts goes on with what was learnt of them; the curriculum of success needs a selection', {
  timeout: 180_000,
}, async () => {
  const r = await run('lite-ppo', 'pcl', { select: 'pcl', curriculum: 'success', rounds: 2, spend: 96 })
  const { prompts, beliefs, plan } = JSON.parse(readFileSync(join(root, 'pcl', 'loops', r.name, 'loop.json'), 'utf8'))
  expect(prompts).toHaveLength(130)
  expect(prompts.some((x: number) => x !== 0 && x !== 0.5)).toBe(true)
  expect(Object.keys(beliefs).length).toBeGreaterThan(3)
  expect(plan.curriculum).toBe('success')
  await expect(run('lite-ppo', 'none', { curriculum: 'success' })).rejects.toThrow('nothing is selected')
})
test('hinted searches are runs like any other: read again, they are the same, and they replay', { timeout: 180_000 }, async () => {
  const r = await run('prefix-rft', 'hints', { spend: 150, curriculum: 'weights' })
  const store = openStore(join(root, 'hints'))
  const hinted = store.list({ origin: r.name, limit: 1000 }).filter(m => String(m.options.part).includes(' hint '))
  store.close()
  expect(hinted.length).toBeGreaterThan(0)
  expect(hinted.every(m => (m.options.plan as { begin?: string }).begin !== undefined)).toBe(true)
  expect(await replay(hinted[0].id, { store: join(root, 'hints') })).toMatchObject({ holds: true })
})

describe('parts', () => {
  test('policy only leaves the critic, value only leaves the policy', { timeout: 60_000 }, async () => {
    const policy = (await run('rest-mcts', 'p', { parts: 'policy' })).rounds[1]
    expect([policy.critic, policy.trained.value, policy.policy]).toEqual(['seedling@draft', null, 'seedling@rest-mcts-policy-1-r1-policy'])
    const value = (await run('rest-mcts', 'v', { parts: 'value' })).rounds[1]
    expect([value.policy, value.trained.policy, value.critic]).toEqual(['seedling@draft', null, 'seedling@rest-mcts-value-1-r1-value'])
  })
  test('what a loop does not train is refused', async () => {
    await expect(run('lite-ppo', 'x', { parts: 'value' })).rejects.toThrow('loop lite-ppo trains no value')
  })
})

test('another plan under the same name, an unknown loop, a model that is no seedling, a world without tokens', async () => {
  await expect(run('rest-mcts', 'p', { parts: 'policy', spend: 400 })).rejects.toThrow('holds a loop of another plan')
  expect(() => loopNamed('rest-mtcs')).toThrow("no loop is called 'rest-mtcs'")
  await expect(run('rest-mcts', 'y', { model: 'openai:x' })).rejects.toThrow('expected a seedling')
  await expect(run('rest-mcts', 'z', { world: 'blocks' })).rejects.toThrow('dialect tokens')
  // A loop of a world of its own begins with weights that must be made first.
  await expect(loop(loopNamed('spar'), { ...tiny, model: 'seedling@sequence', store: join(root, 'none') })).rejects.toThrow(
    'there are no weights seedling@sequence',
  )
})
