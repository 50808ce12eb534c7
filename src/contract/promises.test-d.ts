// What must not compile, does not compile. Every line below an expectation is an error; one that is none any more is an error, too.
import { method, need } from '../runtime/index.ts'
import type { Column, EdgeId, Frame, Grader, Io, Key, MayGrade, Policy, Reward, Search, Value, World } from './index.ts'

export const m = method({
  id: 'x',
  knobs: { a: 1, b: 'q', c: true, d: { default: 2, min: 0 } },
  parts: { cross: need<Policy<any, any, { target: number }>>('crossover') },
  async run(s, k, p) {
    k.a satisfies number
    k.d satisfies number
    // @ts-expect-error knobs keep their types
    k.b satisfies number
    // @ts-expect-error nothing but what the contract names
    s.grade
    const es = await s.propose(s.tree.root, { by: p.cross, input: { target: 1 } })
    // @ts-expect-error a part says what it must be told
    await s.propose(s.tree.root, { by: p.cross, input: { nope: 1 } })
    // @ts-expect-error an edge has no state yet: take it first
    await s.value(es)
    // @ts-expect-error the state of a generic method is opaque
    s.tree.state(s.tree.root) satisfies string
    // @ts-expect-error statistics are indexed by edges only
    s.tree.Q[0]
    // @ts-expect-error no part of that name
    p.nope
    // @ts-expect-error a search is given no way to start one of its own
    s.start
    const first = s.tree.first(s.tree.root)
    // @ts-expect-error there may be no edge below
    s.tree.Q[first]
    if (first !== -1) s.tree.Q[first] satisfies number
  },
})
interface Game {
  board: string
}
type Move = { to: number }
interface Graph {
  nodes: readonly string[]
}
declare const game: World<Game, Move, number, { seed: number }>
export const anyWorld = method({ id: 'any', knobs: {}, async run() {} })
export const graphOnly = method({
  id: 'graph',
  knobs: {},
  async run(s: Search<Graph, { add: string }>) {
    s.tree.state(s.tree.root).nodes satisfies readonly string[]
  },
})
export const ok: Frame<Game, Move, number, { seed: number }> = { world: game, method: anyWorld }
// @ts-expect-error a method that plans over its own graph does not run over a game
export const bad: Frame<Game, Move, number, { seed: number }> = { world: game, method: graphOnly }
declare const io: Io
declare const test: Grader<number, 'test'>
declare const dev: Grader<number, 'dev'>
declare const testKey: Key<'test'>
declare const devKey: Key<'dev'>
declare const bench: Io & MayGrade<'test'>
// @ts-expect-error a grader is not a reward
export const r1: Reward = test
// @ts-expect-error a grader is not a value
export const v1: Value = test
export const r2 = dev.grade(1, devKey, io)
// @ts-expect-error inside a search no test item can be graded
export const r3 = test.grade(1, testKey, io)
// @ts-expect-error nor with a dev grader
export const r4 = dev.grade(1, testKey, io)
export const r5 = test.grade(1, testKey, bench)
// @ts-expect-error a sub-search takes that world's tasks
export const sub = io.sub(ok, { nope: 1 })
export const sub2: Promise<number | undefined> = io.sub(ok, { seed: 1 }).then(r => r.answer)
export const specific = method({
  id: 'y',
  knobs: {},
  async run(s: Search<Game, Move>) {
    s.tree.state(s.tree.root).board satisfies string
    // @ts-expect-error its actions are moves
    s.insert(s.tree.root, 'e4')
  },
})
// @ts-expect-error a preset knows the method's knobs only
export const preset = method({ id: 'z', knobs: { a: 1 }, presets: { robust: { b: 2 } }, async run() {} })
declare const Q: Column
declare const e: EdgeId
Q[e] satisfies number
declare const s1: Search<Game, Move>
s1.random('resample', 1, 2)
// @ts-expect-error ids are given in order of arrival; they are no address
s1.random('anchor', e)
