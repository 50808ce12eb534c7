import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { greedy } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { run } from '../../runtime/index.ts'
import { graphOf, type HopsTask } from './graph.ts'
import { hopsEntry } from './index.ts'
import { progress, type State, stepsLeft, written } from './state.ts'
import { hops } from './world.ts'

const settings = fc.record({
  hops: fc.integer({ min: 1, max: 4 }),
  entities: fc.integer({ min: 8, max: 40 }),
  relations: fc.integer({ min: 1, max: 6 }),
  distractors: fc.integer({ min: 0, max: 4 }),
  seed: fc.integer({ min: 0, max: 5000 }),
})
const picks = fc.array(fc.nat(10_000), { maxLength: 12 })
const task = (o: Partial<HopsTask> = {}): HopsTask => hopsEntry.parseTask(o)
function wander(s: State, ps: readonly number[]): State[] {
  const out = [s]
  for (const p of ps) {
    const legal = hops.actions!(s)
    if (legal.length === 0) break
    s = hops.step(s, legal[p % legal.length])
    out.push(s)
  }
  return out
}
const wants = [{ for: 'step' }, { for: 'step', list: 4 }, { for: 'step', list: Number.POSITIVE_INFINITY }, { for: 'judgement' }] as const

describe('the graph', () => {
  test('the way of a question leads from fact to fact, meets nothing twice, and is told by the question', () => {
    fc.assert(
      fc.property(settings, m => {
        const g = graphOf(m)
        const met = [g.way[0].of, ...g.way.map(f => f.is)]
        expect(new Set(met).size).toBe(met.length)
        for (const [i, f] of g.way.entries()) {
          expect(f.is).toBe(g.target(f.relation, f.of))
          if (i > 0) expect(f.of).toBe(g.way[i - 1].is)
        }
        expect(g.question).toBe(
          `What is the ${g.way
            .map(f => f.relation)
            .reverse()
            .join(' of the ')} of ${g.way[0].of}?`,
        )
        expect(g.way.length).toBeLessThanOrEqual(m.hops)
        if (m.relations > 2) expect(g.way.length).toBe(m.hops)
      }),
      { numRuns: 100 },
    )
  })
  test('a look-up shows the true fact once, beside as many others as wished, all of them true', () => {
    fc.assert(
      fc.property(settings, fc.nat(1000), (m, p) => {
        const g = graphOf(m)
        const of = g.entities[p % g.entities.length]
        const relation = g.relations[p % g.relations.length]
        const shown = g.lookUp(relation, of)
        expect(shown.filter(f => f.of === of)).toEqual([{ relation, of, is: g.target(relation, of) }])
        expect(shown).toHaveLength(1 + m.distractors)
        expect(shown.every(f => f.relation === relation && f.is === g.target(relation, f.of))).toBe(true)
        expect(g.lookUp(relation, of)).toEqual(shown)
      }),
      { numRuns: 60 },
    )
  })
})

describe('rules', () => {
  const s0 = hops.start(task({ seed: 3 }))
  const [first, second] = s0.graph.way
  test('only entities met so far can be asked about or answered with', () => {
    expect(hops.valid!({ relation: second.relation, of: second.of }, s0)).toBe(`${second.of} was not met so far`)
    expect(hops.valid!({ answer: second.of }, s0)).toBe(`${second.of} was not met so far`)
    const s1 = hops.step(s0, { relation: first.relation, of: first.of })
    expect(hops.valid!({ relation: second.relation, of: second.of }, s1)).toBe(true)
    expect(hops.observed!(s1)).toContain(`the ${first.relation} of ${first.of} is ${first.is}`)
    expect(hops.valid!({ relation: first.relation, of: first.of }, s1)).toContain('was looked up already')
    expect(() => hops.step(s0, { relation: 'uncle', of: first.of })).toThrow(/no relation "uncle"/)
  })
  test('the way, then the answer: right; another answer: wrong; too many steps: nothing', () => {
    const end = s0.graph.way.reduce((s, f) => hops.step(s, { relation: f.relation, of: f.of }), s0)
    expect(progress(end)).toBe(3)
    const answer = s0.graph.way[2].is
    expect(hops.outcome(hops.step(end, { answer }))).toEqual({ answer, reward: 1 })
    expect(hops.outcome(hops.step(end, { answer: first.of }))).toEqual({ answer: first.of, reward: 0 })
    let s = s0
    while (hops.actions!(s).length > 0) s = hops.step(s, hops.actions!(s)[0])
    expect(hops.outcome(s)).toEqual({ answer: '', reward: 0, failed: true })
    expect(stepsLeft(s)).toBe(0)
  })
  test('the order of look-ups makes no other state', () => {
    const other = s0.graph.relations.find(r => r !== first.relation)!
    const [a, b] = [first.relation, other].map(relation => ({ relation, of: first.of }))
    expect(hops.key!(hops.step(hops.step(s0, a), b))).toBe(hops.key!(hops.step(hops.step(s0, b), a)))
    expect(hops.key!(hops.step(s0, a))).not.toBe(hops.key!(hops.step(s0, b)))
  })
  test('what is listed as legal is valid', () => {
    fc.assert(
      fc.property(settings, picks, (m, p) => {
        for (const s of wander(hops.start(m), p)) for (const a of hops.actions!(s)) expect(hops.valid!(a, s)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})

describe('in words', () => {
  test('every prompt reads back as the place it was made from, and every step of the oracle as an action', () => {
    fc.assert(
      fc.property(settings, picks, fc.constantFrom(...wants), (m, p, want) => {
        const o = hops.oracle!
        for (const s of wander(hops.start(m), p)) {
          const found = o.read(hops.render({ state: s } as never, want))
          expect(found?.want).toEqual(want)
          expect(hops.key!(found!.place.state)).toBe(hops.key!(s))
          for (const x of o.moves(found!.place)) {
            const a = hops.parse(x.text, s, { for: 'step' })
            expect(hops.show!(a as never, s)).toBe(x.text)
            expect(hops.key!(hops.step(s, a as never))).toBe(hops.key!((x.to as { state: State }).state))
          }
        }
      }),
      { numRuns: 30 },
    )
  })
  test('the oracle calls a place promising if brute force over all legal steps answers it right', () => {
    const solvable = (s: State): boolean => hops.outcome(s)?.reward === 1 || hops.actions!(s).some(a => solvable(hops.step(s, a)))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(1000), { maxLength: 3, minLength: 3 }), (seed, p) => {
        const s = hops.start(task({ hops: 1, entities: 8, relations: 1, distractors: 1, seed }))
        for (const at of wander(s, p)) {
          // A lucky guess answers it too: the oracle asks for the facts. So it is stricter, never laxer.
          if (hops.oracle!.promising({ state: at })) expect(solvable(at)).toBe(true)
          if (!solvable(at)) expect(hops.oracle!.promising({ state: at })).toBe(false)
        }
      }),
      { numRuns: 20 },
    )
  })
  test('a step on the way is promising, one beside it is not', () => {
    const s = hops.start(task({ seed: 5 }))
    const good = hops.oracle!.moves({ state: s }).filter(x => hops.oracle!.promising(x.to))
    expect(good.map(x => x.text)).toEqual([written({ relation: s.graph.way[0].relation, of: s.graph.way[0].of })])
  })
  test('steps are read from words around them', () => {
    const s = hops.start(task({ seed: 3 }))
    const { relation, of } = s.graph.way[0]
    const read = (text: string) => hops.parse(text, s, { for: 'step' })
    expect(read(`1. Look up the ${relation} of ${of}.`)).toEqual({ relation, of })
    expect(read(`I think so.\nAnswer: ${of}`)).toEqual({ answer: of })
    expect(read('')).toEqual({ reject: 'the reply is empty' })
    expect(read('no idea')).toMatchObject({ reject: expect.stringContaining('look up') })
    expect(read('look up uncle of Nobody')).toEqual({ reject: 'Nobody was not met so far' })
  })
  test('a model that never errs walks straight to the answer', async () => {
    for (const { task: t } of hopsEntry.tasks!({ n: 6, seed: 2 })) {
      const r = await run({ world: hops, method: greedy, model: simulated({ oracle: hops.oracle!, skill: 1, width: 100 }) }, t)
      expect(r.solved).toBe(true)
      expect(r.actions).toHaveLength(graphOf(t).way.length + 1)
    }
  })
})

describe('tasks', () => {
  test.each([['hops=0'], ['hop=2'], ['seed=x'], [''], [null], ['entities=5']])('%j is refused', input => {
    expect(() => hopsEntry.parseTask(input)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
  test('shown and read back; listed by seed, size and split', async () => {
    for (const x of hopsEntry.examples)
      expect(hopsEntry.parseTask(hopsEntry.showTask(hopsEntry.parseTask(x)))).toEqual(hopsEntry.parseTask(x))
    const list = hopsEntry.tasks!({ n: 10, split: 'dev', size: 2 })
    expect(list).toHaveLength(10)
    for (const t of list) expect([t.task.hops, hopsEntry.splitOf!(t.task)]).toEqual([2, 'dev'])
    const { key } = hopsEntry.item!(list[0].task, 'dev')
    const grade = (a?: string) => hopsEntry.grader!('dev').grade(a, key, {} as never)
    expect(await grade(graphOf(list[0].task).way[1].is)).toEqual({ correct: 1 })
    expect(await grade(graphOf(list[0].task).way[0].of)).toMatchObject({ correct: 0 })
    expect(await grade('')).toMatchObject({ note: 'no answer' })
  })
})
