import { describe, expect, test } from 'vitest'
import { decode, idsOf } from '../model/seedling/index.ts'
import { agentQLoop } from './agent-q.ts'
import { alphallmLoop } from './alphallm.ts'
import { handMade } from './fixture/hand-made.ts'
import { balanced, lidLoop, relabelled } from './lid.ts'
import { meds3Loop } from './meds3.ts'
import { oreoLoop } from './oreo.ts'
import { rstarMathLoop } from './rstar-math.ts'
import { actorRows, refinerRows, sparLoop } from './spar.ts'
import type { LoopRows } from './spec.ts'

const [a, b, right, wrong] = ['10 - 4 = 6 : 6 9 13 ;', '13 - 9 = 4 : 4 6 ;', '6 * 4 = 24 $', '6 + 4 = 10 $']
const [c, d, e] = ['13 + 9 = 22 : 4 10 22 ;', '22 - 10 = 12 : 4 12 ;', '12 * 4 = 48 $']
const f = '13 + 9 = 22 : 6 22 ;'
const ends = ['22 - 6 = 16 $', '22 + 6 = 28 $']
const made = () => handMade('game24', '4 9 10 13', [a, b, right], [a, b, wrong], [c, d, e], [a, f, ends[0]], [a, f, ends[1]])
const prompt = '24 : 4 9 10 13 ;'
const texts = (rows: LoopRows['policy']) => rows.map(r => decode(r.tokens))

describe('agent-q', () => {
  test('all pairs of visited actions whose Q differ by more than theta; what was never tried is in none', () => {
    const { harvest, t, at, context } = made()
    const visits = (n: ReturnType<typeof at>, N: number, Q: number): void => {
      t.N[n] = N
      t.Q[n] = Q
    }
    visits(at(a), 4, 0.7)
    visits(at(c), 2, 0.1)
    visits(at(a, b), 2, 0.6)
    visits(at(a, f), 2, 0.5) // too near
    visits(at(a, b, right), 1, 1)
    visits(at(a, b, wrong), 0, 0) // ranked only
    const { policy, value } = agentQLoop.rows([harvest], context)
    expect(texts(policy)).toEqual([`${prompt} ${a}`, `${prompt} ${c}`])
    expect(policy.map(r => [r.label, r.segment.filter(s => s === 'policy').length])).toEqual([
      ['chosen', 10],
      ['rejected', 10],
    ])
    expect(policy[0].margin).toBeCloseTo(0.6, 12)
    expect(value).toEqual([])
  })
  test('three siblings: each against each', () => {
    const { harvest, t, at, context } = handMade('game24', '4 9 10 13', [a], [c], ['13 - 10 = 3 : 3 4 9 ;'])
    for (const [n, q] of [
      [at(a), 0.9],
      [at(c), 0.5],
      [at('13 - 10 = 3 : 3 4 9 ;'), 0.1],
    ] as const) {
      t.N[n] = 1
      t.Q[n] = q
    }
    const margins = agentQLoop.rows([harvest], context).policy.map(r => r.margin!.toFixed(1))
    expect(margins).toEqual(['0.4', '0.4', '0.8', '0.8', '0.4', '0.4'])
  })
})

test('alphallm: the best right trace; states by the share of right ends below, ends by whether they are right', () => {
  const { harvest, context } = made()
  const { policy, value } = alphallmLoop.rows([harvest], context)
  expect(texts(policy)).toEqual([`${prompt} ${a} ${b} ${right}`])
  const said = new Map(value.flatMap(r => r.verdicts!.map(v => [decode(r.tokens.slice(0, v.at)), v.value!] as const)))
  expect(said.get(`${prompt} ${a}`)).toBe(1 / 4)
  expect(said.get(`${prompt} ${a} ${b}`)).toBe(1 / 2)
  expect(said.get(`${prompt} ${a} ${b} ${right}`)).toBe(1)
  expect(said.get(`${prompt} ${c} ${d}`)).toBe(0)
  expect(said.size).toBe(harvest.tree.size - 1)
})

describe('meds3', () => {
  test('look-back labels, cut to [0, 1]; a state that was no worse than its parent is good', () => {
    const { harvest, context } = made()
    const { value } = meds3Loop.rows([harvest], context)
    const said = new Map(
      value.flatMap(r => r.verdicts!.map(v => [decode(r.tokens.slice(prompt.split(' ').length, v.at)), v.value!] as const)),
    )
    // Shares: root 1/5, a 1/4, a b 1/2, a f 0, c 0.
    expect(said.get(a)).toBeCloseTo(2 / 4 - 1 / 5, 12)
    expect(said.get(`${a} ${b}`)).toBeCloseTo(2 / 2 - 1 / 4, 12)
    expect(said.get(`${a} ${b} ${right}`)).toBe(1)
    expect(said.get(`${a} ${b} ${wrong}`)).toBe(0)
    expect(said.get(`${a} ${f}`)).toBe(0)
    expect(said.get(c)).toBe(0)
  })
  test('a question without both classes teaches the process reward nothing', () => {
    const only = handMade('game24', '4 9 10 13', [a, b, right])
    expect(meds3Loop.rows([only.harvest], only.context).value).toEqual([])
    const none = handMade('game24', '4 9 10 13', [c, d, e])
    expect(meds3Loop.rows([none.harvest], none.context).value).toEqual([])
  })
  test('pairs of one depth have different parents with several children, and the question as prompt', () => {
    const { harvest, context } = made()
    const { policy: pairs, first } = meds3Loop.rows([harvest], context)
    expect(texts(pairs.slice(0, 2))).toEqual([`${prompt} ${a} ${b} ${right}`, `${prompt} ${a} ${f} ${ends[1]}`])
    for (const r of pairs) expect(decode(r.tokens.filter((_, i) => r.segment[i] === 'prompt'))).toBe(prompt)
    // Whole answers, right against wrong; and what is imitated is apart from them.
    expect(pairs).toHaveLength(4)
    expect(texts(first!)).toEqual([`${prompt} ${a} ${b} ${right}`])
  })
})

test('rstar-math: a place weighs as much as any other; a score is asked for where a critic reads the state', () => {
  const { harvest, t, at, context } = made()
  for (const [path, q] of [
    [[a], 0.6],
    [[c], -1],
    [[a, b], 0.5],
    [[a, f], -1],
    [[c, d], -1],
    [[a, b, right], 1],
    [[a, b, wrong], -1],
    [[c, d, e], -1],
    [[a, f, ends[0]], -1],
    [[a, f, ends[1]], -1],
  ] as const)
    t.Q[at(...path)] = q
  const { policy, value } = rstarMathLoop.rows([harvest], context)
  expect(texts(policy)).toEqual([`${prompt} ${a} ${b} ${right}`])
  const pairs = value.map(r => [r.label, decode(r.tokens), r.weight])
  expect(pairs).toEqual([
    ['chosen', `${prompt} ${a}`, 1],
    ['rejected', `${prompt} ${c}`, 1],
    ['chosen', `${prompt} ${a} ${b}`, 1],
    ['rejected', `${prompt} ${a} ${f}`, 1],
    // The one right answer against the four worst wrong ones.
    ...[
      [c, d, e],
      [a, f, ends[0]],
      [a, f, ends[1]],
      [a, b, wrong],
    ].flatMap(w => [
      ['chosen', `${prompt} ${a} ${b} ${right}`, 1 / 4],
      ['rejected', `${prompt} ${w.join(' ')}`, 1 / 4],
    ]),
  ])
  const { teller } = harvest
  for (const [i, n] of [at(a), at(c), at(a, b), at(a, f)].entries()) {
    expect(value[i].tokens).toEqual(idsOf(teller.messages(n, { for: 'judgement' })))
    expect(value[i].verdicts).toEqual([{ at: value[i].tokens.length }])
  }
})

test('oreo: right and wrong ones unpaired, no more right than wrong ones; a state before each step', () => {
  const { harvest, context } = made()
  const { policy } = oreoLoop.rows([harvest], context)
  expect(policy.map(r => r.reward)).toEqual([2, -2, -2, -2, -2])
  const [row] = policy
  expect(row.verdicts!.map(v => decode(row.tokens.slice(0, v.at)))).toEqual([prompt, `${prompt} ${a}`, `${prompt} ${a} ${b}`])
  const sure = handMade('game24', '4 9 10 13', [a, b, right], [b.replace(': 4 6', ': 4 4 10'), '10 - 4 = 6 : 4 6 ;', right])
  expect(oreoLoop.rows([sure.harvest], sure.context).policy).toHaveLength(1)
})

describe('lid', () => {
  test('a way that failed is a way to what it reached', () => {
    const { harvest, entry } = made()
    const found = relabelled(harvest, entry)
    expect(found.map(x => [x.goal, decode(x.row.tokens)])).toEqual([
      ['10', `10 : 4 9 10 13 ; ${a} ${b} ${wrong}`],
      ['48', `48 : 4 9 10 13 ; ${c} ${d} ${e}`],
      ['16', `16 : 4 9 10 13 ; ${a} ${f} ${ends[0]}`],
      ['28', `28 : 4 9 10 13 ; ${a} ${f} ${ends[1]}`],
    ])
    expect(found[0].row.segment.indexOf('demo')).toBe(7)
  })
  test('where play may stop early it ends as soon as the goal is met, and unfinished ways reach goals too', () => {
    const { harvest, entry } = handMade('countdown', '2 3 7 11 -> 50', ['7 * 3 = 21 : 2 11 21 ;', '21 - 11 = 10 : 2 10 ;', '10 + 2 = 12 $'])
    expect(relabelled(harvest, entry).map(x => decode(x.row.tokens))).toEqual([
      '21 : 2 3 7 11 ; 7 * 3 = 21 $',
      '10 : 2 3 7 11 ; 7 * 3 = 21 : 2 11 21 ; 21 - 11 = 10 $',
      '12 : 2 3 7 11 ; 7 * 3 = 21 : 2 11 21 ; 21 - 11 = 10 : 2 10 ; 10 + 2 = 12 $',
    ])
  })
  test('true successes stay as they are; of one goal there are only so many', () => {
    const { harvest, context, entry } = made()
    const rows = texts(lidLoop.rows([harvest], context).policy)
    expect(rows[0]).toBe(`${prompt} ${a} ${b} ${right}`)
    expect(rows).toHaveLength(5)
    const [one] = relabelled(harvest, entry)
    expect(balanced(Array(20).fill(one), 8, context.random)).toHaveLength(8)
  })
})

describe('spar', () => {
  const [good, poor, better, best] = ['5 7 9 10 $', '5 7 9 13 $', '5 7 9 11 $', '4 7 9 11 $']
  const task = '/ 4 + 31 ;'
  const no = '/ 4 <good> + 34 <bad> <bad> <end>'
  const tree = () => {
    const made = handMade('sequence', 'count=4 sum=31 drafts=4', [good], [poor, better, best], [poor, '5 8 9 12 $'])
    const judge = (n: ReturnType<typeof made.at>, value: number, critique?: string): void => {
      made.t.V[n] = value
      made.t.assess(n, { value, ...(critique === undefined ? {} : { critique }) })
    }
    judge(made.at(good), 1, 'all good')
    judge(made.at(poor), 0.2, no)
    judge(made.at(poor, better), 0.4, '/ 4 <good> + 32 <bad> <bad> <end>')
    judge(made.at(poor, '5 8 9 12 $'), 0, '/ 4 <good> + 34 <bad> <bad> <end>')
    judge(made.at(poor, better, best), 0.8, '/ 4 <good> + 31 <good> <good> <end>')
    return made
  }
  test('the refined response against the original, not against the last failure; and once more to imitate', () => {
    const rows = actorRows(tree().harvest)
    expect(rows.map(r => [decode(r.tokens), r.label, r.segment.at(-1)])).toEqual([
      [`${task} ${best}`, 'chosen', 'policy'],
      [`${task} ${poor}`, 'rejected', 'policy'],
      [`${task} ${best}`, undefined, 'demo'],
    ])
    expect(rows[0].margin).toBeCloseTo(0.6, 12)
    const { harvest, at, t } = tree()
    t.V[at(poor, better, best)] = 0.5
    expect(actorRows(harvest)).toEqual([])
  })
  test('refinements on the way to success with the critique they saw; critiques of disputed responses only', () => {
    const { refine, tree: later, first } = refinerRows(tree().harvest)
    expect(texts(refine)).toEqual([
      `${task} ${poor} <critique> ${no} <separator> ${better}`,
      `${task} ${better} <critique> / 4 <good> + 32 <bad> <bad> <end> <separator> ${best}`,
    ])
    expect(refine.map(r => decode(r.tokens.filter((_, i) => r.segment[i] === 'policy')))).toEqual([better, best])
    expect(texts(first.bad)).toEqual([`${task} ${poor} <critique> ${no}`])
    expect(first.good).toEqual([]) // all votes said yes: nothing to learn
    expect(texts(later.good)).toEqual([`${task} ${best} <critique> / 4 <good> + 31 <good> <good> <end>`])
    expect(later.bad).toHaveLength(1) // not the one that nobody liked
  })
  test('a round: what the actor learns, and all that the refiner does', () => {
    const { harvest, context } = tree()
    const { policy, value } = sparLoop.rows([harvest], context)
    expect([policy.length, value.length]).toEqual([3, 5])
  })
})
