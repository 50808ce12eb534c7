import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Grader, Provider } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { bestOfN, depthFirst, greedy, treeOfThoughts } from '../method/index.ts'
import { type Simulated, simulated } from '../model/index.ts'
import { labels } from '../reward/index.ts'
import { method, need } from '../runtime/index.ts'
import { openStore } from '../store/index.ts'
import { worlds } from '../world/index.ts'
import { type CompareOptions, compare } from './compare.ts'
import { comparePlan, resumeComparison } from './compare-plan.ts'
import type { CompareEvent, Comparison } from './compare-result.ts'
import { comparisonId, readComparison } from './compare-store.ts'

const entry = worlds.game24
const oracle = entry.world.oracle!
const items = entry.tasks!({ split: 'dev', n: 6 }).map(t => ({ id: t.id, ...entry.item!(t.task, 'dev') }))
const frame = (model: Provider = simulated({ oracle, error: 0.1 })) => ({ world: entry.world, model, value: labels({ samples: 1 }) })
const seeded = (o: Partial<Simulated> = {}) => ({
  frame: ({ seed }: { seed: number }) => frame(simulated({ oracle, error: 0.1, seed, ...o })),
})
const common = { ...seeded(), methods: [depthFirst, greedy], items, grader: entry.grader!('dev'), budget: { calls: 30 } }
type Options = CompareOptions<any, any, any, any, any>
const go = async (o: Partial<Options> = {}): Promise<Comparison> => compare({ ...common, ...o } as Options)
/** All but what names runs. */
const essence = ({ id: _, cells, ...c }: Comparison) => ({ ...c, cells: cells.map(({ run: _, ...x }) => x) })

/** What was paid and found, without what a crash left in doubt. */
const paid = (c: Comparison) => ({ ...essence(c), inDoubt: null })

const folders: string[] = []
const folder = (): string => {
  const f = mkdtempSync(join(tmpdir(), 'espalier-compare-'))
  folders.push(f)
  return f
}
afterEach(() => {
  for (const f of folders.splice(0)) rmSync(f, { recursive: true, force: true })
})

describe('a comparison', () => {
  test('stands beside best-of-n and self-consistency, which draw what the budget covers', async () => {
    const c = await go()
    expect(c.rows.map(r => r.method)).toEqual(['depth-first', 'greedy', 'best-of-n', 'self-consistency'])
    expect(c.rows[3].spent.calls).toBe(30)
    expect(c.rows.map(r => r.grain)).toEqual(['step', 'step', 'attempt', 'attempt'])
    expect(c.rows.map(r => r.cells)).toEqual([6, 6, 6, 6])
    expect(c.rows[2].versusBestOfN).toBeNull()
    expect(c.verdict).toMatch(/^Searching (paid|did not pay)/)
    expect(await go({ methods: [bestOfN] })).toMatchObject({ rows: [{ method: 'best-of-n' }, { method: 'self-consistency' }] })
  })
  test('nobody spends more than the budget, judges counted', async () => {
    const c = await go({ budget: { calls: 17, tokens: 4000 }, methods: [treeOfThoughts, depthFirst] })
    for (const x of c.cells) {
      expect(x.spent!.calls).toBeLessThanOrEqual(17)
      expect(x.spent!.inputTokens + x.spent!.outputTokens).toBeLessThanOrEqual(4000)
    }
    expect(c.rows[0].spent.calls).toBeGreaterThan(10)
    expect(c.rows.every(r => r.over === 0)).toBe(true)
  })
  test('a model that spends more than it declared is told', async () => {
    const inner = simulated({ oracle })
    const liar: Provider = {
      ...inner,
      sample: async (m, o, live) => ({ ...(await inner.sample(m, o, live)), usage: { calls: 3, requests: 1 } }),
    }
    const c = await go({ frame: frame(liar), methods: [greedy], items: items.slice(0, 2), budget: { calls: 2 } })
    expect(c.rows[0].over).toBeGreaterThan(0)
    expect(c.verdict).toContain('went over the budget')
  })
  test('is the same however many runs are in flight', async () => {
    const one = await go({ inFlight: 1, seeds: 2, ...seeded({ latency: 30 }) })
    expect(essence(await go({ inFlight: 20, seeds: 2, ...seeded({ latency: 30 }) }))).toEqual(essence(one))
  })
  test('graded by the grader alone, whatever the search believes of itself', async () => {
    const never: Grader<string, 'dev'> = { id: 'never', grade: async () => ({ correct: 0, note: 'no' }) }
    const c = await go({ grader: never })
    expect(c.rows.map(r => r.rate)).toEqual([0, 0, 0, 0])
    expect(c.cells.every(x => x.correct === 0 && x.note === 'no')).toBe(true)
  })
  test('quality at a spend: what was right by then, up to the final rate', async () => {
    const c = await go({ budget: { calls: 60 } })
    for (const r of c.rows) {
      expect(r.curve[0].spent).toBe(0)
      expect(r.curve.at(-1)!.spent).toBe(60)
      expect(r.curve.at(-1)!.rate).toBeCloseTo(r.rate)
      const rates = r.curve.map(p => p.rate)
      expect([...rates].sort((a, b) => a - b)).toEqual(rates)
    }
    expect(c.rows[0].curve.some(p => p.rate > 0 && p.spent < 60)).toBe(true)
    const bare = await go({ budget: { calls: 60 }, curve: false })
    expect(bare.rows.map(r => r.rate)).toEqual(c.rows.map(r => r.rate))
  })
  test('two settings of one method have names of their own', async () => {
    const c = await go({
      methods: [
        { method: depthFirst, preset: 'robust' },
        depthFirst,
        { method: depthFirst, knobs: { k: 2 } },
        { method: depthFirst, label: 'mine' },
      ],
    })
    expect(c.rows.map(r => r.method).slice(0, 4)).toEqual(['depth-first@robust', 'depth-first', 'depth-first#2', 'mine'])
  })
  test('a method whose needs are not met is listed with the reason', async () => {
    const needy = method({ id: 'needy', knobs: {}, parts: { coder: need<() => void>('a coder') }, async run() {} })
    const { value: _, ...poor } = frame()
    const c = await go({ frame: poor, methods: [depthFirst, needy, greedy] })
    expect(c.excluded.map(x => x.method)).toEqual(['depth-first', 'needy'])
    expect(c.excluded[0].why).toContain('needs value')
    expect(c.excluded[1].why).toContain("needs the part 'coder'")
    expect(c.rows.map(r => r.method)).toEqual(['greedy', 'best-of-n', 'self-consistency'])
  })
  test('so is one that finds out in a run that the frame lacks something', async () => {
    const late = method({
      id: 'late',
      knobs: {},
      async run(s) {
        await s.expand(s.tree.root, { n: 1 })
        throw new Failure('usage', 'late needs a sunny day, and this is none')
      },
    })
    const c = await go({ methods: [late, greedy], items: items.slice(0, 3), seeds: 2 })
    expect(c.ended).toBe('done')
    expect(c.excluded).toEqual([{ method: 'late', why: 'late needs a sunny day, and this is none' }])
    expect(c.rows.map(r => [r.method, r.cells])).toEqual([
      ['greedy', 6],
      ['best-of-n', 6],
      ['self-consistency', 6],
    ])
    expect(essence(c).cells).toEqual(essence(await go({ methods: [greedy], items: items.slice(0, 3), seeds: 2 })).cells)
  })
  test('says what is wrong before anything is spent', async () => {
    const wrong: [Partial<Options>, RegExp][] = [
      [{ budget: {} }, /needs a budget/],
      [{ items: [] }, /no task/],
      [{ items: [items[0], items[0]] }, /two tasks are called/],
      [{ seeds: 0 }, /seeds: expected a whole number/],
      [{ methods: [{ method: greedy, knobs: { stepps: 1 } }] }, /no knob 'stepps'/],
      [{ budget: { usd: 1 }, frame: frame({ ...simulated({ oracle }), price: undefined }) }, /price of .* is unknown/],
    ]
    for (const [o, message] of wrong) await expect(go(o)).rejects.toThrow(message)
  })
  test('tells of each cell as it is finished', async () => {
    const seen: CompareEvent[] = []
    await go({ onEvent: e => seen.push(e as CompareEvent), methods: [greedy], inFlight: 3 })
    expect(seen.map(e => e.seq)).toEqual(seen.map((_, i) => i))
    expect(seen[0]).toMatchObject({
      kind: 'compare.start',
      data: { methods: ['greedy', 'best-of-n', 'self-consistency'], cells: 18, known: 0 },
    })
    expect(seen.at(-1)).toMatchObject({ kind: 'compare.end', data: { ended: 'done' } })
    expect(seen.slice(1, -1).map(e => (e.data as { done: number }).done)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
  })
})

describe('what fails', () => {
  const refusing = (which: (text: string) => boolean): Provider => {
    const inner = simulated({ oracle, error: 0.1 })
    return {
      ...inner,
      async sample(m, o, live) {
        if (which(m.at(-1)!.content)) throw new Failure('model', 'the server refused', 'ask for leave')
        return inner.sample(m, o, live)
      },
    }
  }
  test('one task that the server refuses loses no other', async () => {
    const numbers = [...(items[2].task as { numbers: number[] }).numbers].sort((a, b) => a - b).join(' ')
    const c = await go({ frame: frame(refusing(text => text.includes(`Numbers left: ${numbers}\n`))) })
    expect(c.ended).toBe('done')
    expect(c.rows.map(r => [r.cells, r.errors])).toEqual(Array(4).fill([5, 1]))
    expect(c.cells.filter(x => x.error !== undefined).map(x => x.item)).toEqual(Array(4).fill(items[2].id))
    expect(c.verdict).toContain('4 runs failed and are left out.')
  })
  test('nor does the first task, with every method', async () => {
    const numbers = [...(items[0].task as { numbers: number[] }).numbers].sort((a, b) => a - b).join(' ')
    const c = await go({ frame: frame(refusing(text => text.includes(`Numbers left: ${numbers}\n`))), inFlight: 1 })
    expect(c.rows.map(r => [r.cells, r.errors])).toEqual(Array(4).fill([5, 1]))
  })
  test('where everything is refused, it ends after the first few, and can be resumed', async () => {
    const store = folder()
    let asked = 0
    let open = false
    const model = refusing(() => {
      asked++
      return !open
    })
    let id = ''
    await expect(go({ frame: frame(model), store, inFlight: 3, onRun: x => (id = x) })).rejects.toThrow('the server refused')
    expect(asked).toBeLessThan(40)
    open = true
    const c = await go({ frame: frame(model), store, resume: id })
    expect(paid(c)).toEqual(paid(await go({ frame: frame(refusing(() => false)) })))
    // What was refused is not on record: it was asked for again.
    expect(c.inDoubt.calls).toBeGreaterThan(0)
  })
  test('a grader that fails is an error of that cell', async () => {
    const fussy: Grader<string, 'dev'> = {
      id: 'fussy',
      async grade(answer) {
        if (answer === undefined) throw new Error('nothing to grade')
        return { correct: 1 }
      },
    }
    const c = await go({ grader: fussy })
    expect(c.rows[0].errors + c.rows[0].cells).toBe(6)
    expect(c.cells.filter(x => x.error !== undefined).every(x => x.error!.includes('nothing to grade'))).toBe(true)
  })
})

describe('in a store', () => {
  test('a run with its tree for each cell, and nothing twice', async () => {
    const store = folder()
    const c = await go({ store })
    const s = openStore(store)
    try {
      expect(s.get(c.id)).toMatchObject({ status: 'done', method: { id: comparisonId }, answer: c.verdict })
      expect(s.list({ origin: c.id })).toHaveLength(24)
      for (const x of c.cells) expect(s.open(x.run).snapshot.load('tree')).not.toBeNull()
    } finally {
      s.close()
    }
    expect(readComparison(c.id, { store })).toEqual(JSON.parse(JSON.stringify(c)))
    let asked = 0
    const counting = ({ seed }: { seed: number }) => {
      const inner = simulated({ oracle, error: 0.1, seed })
      return frame({
        ...inner,
        sample(m, o, live) {
          asked++
          return inner.sample(m, o, live)
        },
      })
    }
    const again = await go({ store, resume: c.id, frame: counting })
    expect(again).toEqual(c)
    expect(asked).toBe(0)
  })
  test('interrupted: the finished part is told, and the rest follows', async () => {
    const store = folder()
    const whole = await go({ seeds: 2 })
    const control = new AbortController()
    const part = await go({
      seeds: 2,
      store,
      inFlight: 4,
      signal: control.signal,
      onEvent: e => {
        if (e.kind === 'compare.cell' && (e.data as { done: number }).done === 13) control.abort()
      },
    })
    expect(part.ended).toBe('cancelled')
    expect(part.cells.length).toBeGreaterThanOrEqual(13)
    expect(part.cells.length).toBeLessThan(48)
    expect(part.verdict).toContain('interrupted')
    const known: number[] = []
    const c = await go({
      seeds: 2,
      store,
      resume: part.id,
      onEvent: e => e.kind === 'compare.start' && known.push((e.data as { known: number }).known),
    })
    expect(known).toEqual([part.cells.length])
    expect(essence(c)).toEqual(essence(whole))
  })
  test('what would make it another comparison is refused', async () => {
    const store = folder()
    const c = await go({ store })
    const other: [Partial<Options>, RegExp][] = [
      [{ budget: { calls: 31 } }, /made with other budget/],
      [{ items: items.slice(1) }, /made with other items/],
      [{ methods: [greedy] }, /made with other methods/],
      [{ seeds: 2 }, /made with other seeds/],
      [{ grader: { ...common.grader, id: 'other' } }, /made with other grader/],
    ]
    for (const [o, message] of other) await expect(go({ ...o, store, resume: c.id })).rejects.toThrow(message)
    await expect(go({ store, resume: c.cells[0].run })).rejects.toThrow('is no comparison')
  })
  test('a grader that asks a model is paid apart, and not again', async () => {
    const store = folder()
    let graded = 0
    const asking: Grader<string, 'dev'> = {
      id: 'asking',
      async grade(answer, _, io) {
        graded++
        const [sample] = await io.model('grader').sample([{ role: 'user', content: `Is this right? ${answer}` }])
        return { correct: sample.text.length > 0 ? 1 : 0 }
      },
    }
    const o = { store, methods: [greedy], items: items.slice(0, 2), grader: asking }
    const c = await go(o)
    const once = graded
    expect(once).toBeGreaterThanOrEqual(6)
    expect(c.rows[0].spent.calls).toBe((await go({ ...o, store: null, grader: common.grader })).rows[0].spent.calls)
    await go({ ...o, resume: c.id })
    expect(graded).toBe(once)
  })
  test('a run whose journal was never made is made anew; one that is damaged goes on from its whole part', async () => {
    const store = folder()
    const latency = seeded({ latency: 30 })
    const control = new AbortController()
    const part = await go({
      ...latency,
      store,
      inFlight: 6,
      signal: control.signal,
      onEvent: e => {
        if (e.kind === 'compare.cell') control.abort()
      },
    })
    const s = openStore(store)
    const [lost, torn] = s.list({ origin: part.id, status: 'paused' }).map(m => join(store, 'runs', `${m.id}.db`))
    s.close()
    rmSync(lost)
    truncateSync(torn, 4096)
    const c = await go({ ...latency, store, resume: part.id })
    expect(c.ended).toBe('done')
    expect(paid(c)).toEqual(paid(await go(latency)))
  })
  test.each([1, 2])('killed in the middle, and resumed: as if nothing had happened; threads: %i', { timeout: 300_000 }, async threads => {
    const store = folder()
    const plan = {
      world: 'game24',
      tasks: { n: 8, split: 'dev' as const },
      methods: ['depth-first', 'auto'],
      models: { policy: 'simulated:error=0.2,latency=20' },
      budget: { calls: 60 },
      seeds: 2,
      inFlight: 4,
    }
    const program = `
      import { comparePlan } from ${JSON.stringify(new URL('compare-plan.ts', import.meta.url).href)}
      await comparePlan(${JSON.stringify(plan)}, {
        store: ${JSON.stringify(store)},
        threads: ${threads},
        onRun: id => process.stdout.write(id + '\\n'),
        onEvent: e => e.kind === 'compare.cell' && process.stdout.write('.'),
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    await new Promise<void>(resolve => {
      child.stdout.on('data', data => {
        out += data
        if ((out.match(/\./g)?.length ?? 0) >= 20) child.kill('SIGKILL')
      })
      child.on('exit', () => resolve())
    })
    expect(child.signalCode).toBe('SIGKILL')
    const id = out.split('\n')[0]
    let known = -1
    const resumed = await resumeComparison(id, {
      store,
      threads,
      onEvent: e => {
        if (e.kind === 'compare.start') known = (e.data as { known: number }).known
      },
    })
    expect(known).toBeGreaterThanOrEqual(19)
    expect(known).toBeLessThan(64)
    const whole = await comparePlan(plan)
    expect(paid(resumed)).toEqual(paid(whole))
    const s = openStore(store)
    expect(new Set(s.list({ origin: id }).map(m => m.options.part)).size).toBe(64)
    s.close()
  })
})

describe('on several threads', () => {
  const plan = {
    world: 'game24',
    tasks: { n: 5, split: 'dev' as const },
    methods: ['depth-first', 'auto', 'self-certainty'],
    models: { policy: 'simulated:error=0.2,latency=20' },
    budget: { calls: 40 },
    seeds: 2,
  }
  test('the same to the last digit', { timeout: 300_000 }, async () => {
    const one = await comparePlan(plan, { threads: 1 })
    expect(one.excluded.map(x => x.method)).toEqual(['self-certainty'])
    expect(essence(await comparePlan(plan, { threads: 3 }))).toEqual(essence(one))
  })
  test('interrupted and resumed, in a store', { timeout: 300_000 }, async () => {
    const store = folder()
    const going = comparePlan(plan, {
      store,
      threads: 2,
      onEvent: e => {
        if (e.kind === 'compare.cell' && (e.data as { done: number }).done === 7) going.interrupt()
      },
    })
    const part = await going
    expect(part.ended).toBe('cancelled')
    expect(part.cells.length).toBeGreaterThanOrEqual(7)
    expect(part.cells.length).toBeLessThan(40)
    const whole = await comparePlan(plan, { threads: 1 })
    expect(essence(await resumeComparison(part.id, { store, threads: 2 }))).toEqual(essence(whole))
  })
  test('a wrong name is said once, and nothing is left running', async () => {
    await expect(comparePlan({ ...plan, methods: ['greedi'] }, { threads: 2 }).then(c => c)).rejects.toThrow("no method is called 'greedi'")
    await expect(comparePlan(plan, { threads: 0 }).then(c => c)).rejects.toThrow('threads: expected a whole number from 1')
  })
})

test('by names: what is misspelt or missing is said', async () => {
  const plan = { world: 'game24', tasks: { n: 2 }, methods: ['greedy@nope'], models: { policy: 'simulated' }, budget: { calls: 9 } }
  await expect(comparePlan(plan).then(c => c)).rejects.toThrow("no preset 'nope'")
  await expect(comparePlan({ ...plan, methods: ['greedi'] }).then(c => c)).rejects.toThrow("no method is called 'greedi'")
  await expect(comparePlan({ ...plan, methods: ['greedy'], tasks: { n: 0 } }).then(c => c)).rejects.toThrow('no task')
  await expect(comparePlan({ ...plan, methods: ['greedy@*'] }).then(c => c)).rejects.toThrow('greedy has no presets')
  const suite = await comparePlan({ ...plan, methods: ['bag-of-tricks@*'] })
  expect(suite.rows.map(r => r.method).slice(0, 3)).toEqual([
    'bag-of-tricks@best-of-n',
    'bag-of-tricks@step-best-of-n',
    'bag-of-tricks@beam',
  ])
  expect(suite.rows).toHaveLength(10)
  const c = await comparePlan({ ...plan, methods: ['greedy'], tasks: [{ id: 'a', task: '4 9 10 13' }] })
  expect(c).toMatchObject({ items: 1, models: { policy: 'simulated' }, reward: 'exact', grader: 'game24/test' })
})
describe('where the world does not know the answer', () => {
  const plan = { world: 'reason', methods: ['adaptive-consistency'], models: { policy: 'simulated' }, budget: { calls: 12 } }
  test('the task says it, and no search sees it', async () => {
    const seen: unknown[] = []
    const c = await comparePlan(
      {
        ...plan,
        tasks: [
          { id: 'right', task: 'What is 12 + 30?', answer: '42' },
          { id: 'wrong', task: 'What is 12 + 31?', answer: '7' },
        ],
      },
      { onEvent: e => seen.push(e) },
    )
    expect(c.reward).toBe('critic')
    const by = (item: string) => c.cells.filter(x => x.item === item && x.method === 'adaptive-consistency').map(x => x.correct)
    expect(by('wrong')).toEqual([0])
    expect(c.cells.find(x => x.item === 'wrong')!.note).toMatch(/no answer|expected 7/)
  })
  test('without one it is refused', async () => {
    await expect(comparePlan({ ...plan, tasks: [{ id: 'a', task: 'Why is it so?' }] }).then(c => c)).rejects.toThrow('no answer is known')
  })
})
