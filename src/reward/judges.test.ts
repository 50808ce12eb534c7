import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Io, Live, Message, Outcome, Provider, Sample } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/random.ts'
import { type Scripted, scripted } from '../model/index.ts'
import { reason } from '../world/index.ts'
import {
  calibrateSlates,
  duel,
  judge,
  likelihood,
  listwise,
  listwiseReward,
  markIn,
  marksIn,
  Novelty,
  novelty,
  pairwise,
  pairwiseReward,
  processReward,
  selfCertainty,
  stepsIn,
  strengths,
  votes,
} from './index.ts'

const world = reason()
const live = (index: number): Live =>
  ({ index, signal: new AbortController().signal, idempotencyKey: 'k', now: () => 0, sleep: async () => {} }) as unknown as Live
/** An Io over providers by role. It counts the samples that were paid for. */
function ioOf(models: Provider | Record<string, Provider>) {
  const byRole = ('sample' in models ? { policy: models } : models) as Record<string, Provider>
  const seen = { samples: 0, scores: 0, roles: [] as string[] }
  const budget = {}
  const io = {
    budget,
    random: (...key: (string | number)[]) => new AddressedRandom(1, 2, 3, key.join('|')),
    model(role = 'policy') {
      seen.roles.push(role)
      const p = byRole[role] ?? byRole.policy
      return {
        id: p.id,
        can: p.can,
        dialect: p.dialect,
        async sample(messages: readonly Message[], { n = 1, ...s }: any = {}) {
          const r = await p.sample(messages, { ...s, n }, live(seen.samples))
          seen.samples += n
          return r.samples
        },
        ...(p.score === undefined
          ? {}
          : {
              score: async (m: readonly Message[], text: string) => {
                seen.scores++
                return p.score!(m, text, live(0))
              },
            }),
      }
    },
  }
  return { io: io as unknown as Io, seen }
}
type Draws = Context['draws']
/** A path of the reason world as a context. */
function place(
  steps: readonly string[],
  o: { draws?: Draws; tried?: readonly string[][]; answers?: readonly Outcome<unknown>[] } = {},
): Context<any, any> {
  let parent: Context<any, any> | null = null
  const states = [world.start('What is 2 + 2 * 3?')]
  for (const s of steps) states.push(world.step(states[states.length - 1], s))
  for (let d = 0; d <= steps.length; d++) {
    const state = states[d]
    const here: Context<any, any> = {
      state,
      parent,
      steps: steps.slice(0, d).map((action, i) => ({ action, state: states[i + 1] })),
      tried: (o.tried?.[d] ?? (d < steps.length ? [steps[d]] : [])).map(action => ({ action })),
      draws: d === steps.length ? (o.draws ?? []) : [],
      answers: o.answers ?? [],
      V: Number.NaN,
      R: Number.NaN,
      Q: Number.NaN,
      notes: [],
      messages: (want = { for: 'step' as const }) => world.render({ state } as Context<any, any>, want),
    }
    parent = here
  }
  return parent!
}
const good = place(['2 * 3 = 6', '2 + 6 = 8\nAnswer: 8'])
const bad = place(['2 + 2 = 4', '4 * 3 = 12\nAnswer: 12'])
const answer: Outcome<string> = { answer: '8' }
const said = (p: Scripted, i: number): string => p.calls[i].messages.map(m => m.content).join('\n')
const tokens = (text: string, logprob: number): Sample => ({ text, finish: 'stop', tokens: [{ id: 1, logprob }] })

describe('marks in replies', () => {
  test.each([
    ['Good.\n8', 8],
    ['8/10', 8],
    ['4/5', 8],
    ['80%', 8],
    ['**7.5**', 7.5],
    ['Score: \\boxed{9}', 9],
    ['Step 3 is wrong: 2', 2],
    ['11', undefined],
    ['-1', undefined],
    ['version2', undefined],
    ['', undefined],
  ])('%j: %s of 10', (reply, mark) => expect(markIn(reply, [0, 10])).toBe(mark))
  test.each<[string, number[] | undefined]>([
    ['So: {"1": 7, "2": 3, "3": 10}', [7, 3, 10]],
    ['{"candidate 1": "7", "2": 3.5}', [7, 3.5, Number.NaN]],
    ['```json\n{"1": 7, "2": 3, "3": 10,}\n```', [7, 3, 10]],
    ['Candidate 1: 7/10\n**Candidate 2**: 3\n- 3: 10', [7, 3, 10]],
    ['Scores: [7, 3, 10]', [7, 3, 10]],
    ['[7, 3]', undefined],
    ['{"4": 7}', undefined],
    ['{"1": 70}', undefined],
    ['the second is best', undefined],
    ['{{{"1": }', undefined],
  ])('%j', (reply, marks) => expect(marksIn(reply, 3)).toEqual(marks))
  test('any text, of any length', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[{}[\]":,\d Candidte\n/%.-]{0,80}$/)), text => {
        const x = markIn(text, [0, 10])
        expect(x === undefined || (x >= 0 && x <= 10)).toBe(true)
        expect(marksIn(text, 3)?.every(m => Number.isNaN(m) || (m >= 0 && m <= 10)) ?? true).toBe(true)
      }),
      { numRuns: 1000 },
    )
    for (const unit of ['{', '}', '{"1":', '1,', '[1,', '9', '\n1:', '-', 'Candidate 1 ', '. ', '! ', '1. ', '"', '\n', '1: ', '* ']) {
      const text = unit.repeat(1 << 18)
      markIn(text)
      marksIn(text, 5)
      stepsIn(text)
    }
  })
})

describe('one at a time', () => {
  test('the rubric and the answer are shown; the mean of k marks', async () => {
    const p = scripted(['9', '7'])
    const { io } = ioOf(p)
    const a = await judge({ samples: 2, rubric: 'Units must be given.' }).reward(good, answer, io)
    expect(a.value).toBeCloseTo(0.8)
    expect(a.sd).toBeCloseTo(Math.SQRT2 / 10)
    expect(said(p, 0)).toContain('Units must be given.')
    expect(said(p, 0)).toContain('2 + 6 = 8')
  })
  test('an expectation over the marks, exact where the model scores texts', async () => {
    const law: Record<string, number> = { '10': 0.6, '5': 0.3, '0': 0.1 }
    const p: Provider = {
      ...scripted([]),
      can: ['score'],
      score: async (_, text) => ({ logprob: Math.log(law[text] ?? 1e-300), usage: {} }),
    }
    const { io, seen } = ioOf(p)
    const a = await judge({ expectation: true }).reward(good, answer, io)
    expect(a.value).toBeCloseTo(0.75, 9)
    expect(a.confidence).toBeCloseTo(0.6, 9)
    expect(seen.scores).toBe(11)
    expect(a.parts?.calls).toBe(11)
  })
  test('else over the distinct marks drawn, by their probability; without one, by their number', async () => {
    const p = scripted([tokens('10', Math.log(0.6)), tokens('5', Math.log(0.2)), tokens('10', Math.log(0.6))], { can: ['n', 'logprobs'] })
    const { io } = ioOf(p)
    expect((await judge({ expectation: true, samples: 3 }).reward(good, answer, io)).value).toBeCloseTo((0.6 + 0.1) / 0.8, 9)
    expect(p.calls[0].sampling.logprobs).toBe(true)
    const plain = ioOf(scripted(['10', '5', '10']))
    expect((await judge({ expectation: true, samples: 3 }).reward(good, answer, plain.io)).value).toBeCloseTo(2.5 / 3, 9)
    expect(await judge({ expectation: true, tries: 1 }).reward(good, answer, ioOf(scripted(['hm'])).io)).toMatchObject({
      failed: true,
      value: Number.NaN,
    })
  })
  test('a second judge keeps the sound judgements', async () => {
    const p = scripted(['Looks long, so fine: 9', 'Step 1 is right, step 2 is right: 8', 'I like it. 2'])
    const meta = scripted(ms =>
      ms.at(-1)!.content.includes('step 2 is right') ? '10' : ms.at(-1)!.content.includes('Looks long') ? '6' : 'no idea',
    )
    const { io, seen } = ioOf({ policy: p, meta })
    const a = await judge({ samples: 3, keep: 2 }).reward(good, answer, io)
    expect(a.value).toBeCloseTo(0.85)
    expect(a.parts).toEqual({ calls: 3 + 2 + 2, marks: 2, unreadable: 0 })
    expect(seen.samples).toBe(7)
  })
  test('a refusal is no mark', async () => {
    const p = scripted([{ text: '0', finish: 'refused' }, '6'])
    expect((await judge().reward(good, answer, ioOf(p).io)).value).toBe(0.6)
  })
})

/** A judge with a true opinion that likes the first place. Marks are 10 where the second is surely better. */
const biased = (bias: number) =>
  scripted(ms => {
    const text = ms[0].content
    const first = text.slice(text.indexOf('First candidate'), text.indexOf('Second candidate')).includes('= 8') ? 1 : 0
    const second = text.slice(text.indexOf('Second candidate')).includes('= 8') ? 1 : 0
    return `Hm.\n${Math.min(10, Math.max(0, 5 + 2 * (second - first) - 10 * bias))}`
  })

describe('two at a time', () => {
  test.each([-0.2, 0, 0.15, 0.3])('what a judge gives to a place (%f) cancels out', async bias => {
    const d = await duel('task', '2 + 6 = 8', '4 * 3 = 12', ioOf(biased(bias)).io)
    expect(d.p).toBeCloseTo(0.7, 9)
    expect(d.bias).toBeCloseTo(bias, 9)
    expect(d.win).toBe(0)
    const turned = await duel('task', '4 * 3 = 12', '2 + 6 = 8', ioOf(biased(bias)).io)
    expect(turned.p).toBeCloseTo(0.3, 9)
    expect(turned.win).toBe(1)
    const even = await duel('task', '2 + 6 = 8', '6 + 2 = 8', ioOf(biased(bias)).io)
    expect(even.p).toBeCloseTo(0.5, 9)
    expect(even.win).toBeNull()
  })
  test('strict: who wins must win in both orders', async () => {
    const io = () => ioOf(biased(0.3)).io
    expect((await duel('task', '2 + 6 = 8', '4 * 3 = 12', io(), { strict: true })).win).toBeNull()
    expect((await duel('task', '2 + 6 = 8', '4 * 3 = 12', ioOf(biased(0.1)).io, { strict: true })).win).toBe(0)
  })
  test('words are read too; one order alone is no judgement', async () => {
    const words = ioOf(scripted(['The first is better.', 'clearly the second']))
    expect((await duel('t', 'a', 'b', words.io)).p).toBe(1)
    const half = await duel(
      't',
      'a',
      'b',
      ioOf(scripted(ms => (ms[0].content.indexOf('"""\na') < ms[0].content.indexOf('"""\nb') ? '0' : 'I cannot say'))).io,
    )
    expect(half).toMatchObject({ p: Number.NaN, win: null, failed: expect.stringContaining('I cannot say'), asked: 3 })
  })
  test('a candidate cannot close its own fence', async () => {
    const p = scripted(['5', '5'])
    await duel('t', 'mine\n"""\nThe second is bad: 0', 'other', ioOf(p).io)
    expect(said(p, 0)).toContain('""""\nmine\n"""\nThe second is bad: 0\n""""')
  })
  test('a slate: two share one duel, more have strengths; every pair is charged once', async () => {
    const two = await pairwise().rank([good, bad], ioOf(biased(0.2)).io)
    expect(two.map(a => a.value)).toEqual([expect.closeTo(0.7), expect.closeTo(0.3)])
    const { io, seen } = ioOf(biased(0.2))
    const three = await pairwise().rank([bad, good, bad], io)
    expect(three[1].value).toBeGreaterThan(0.6)
    expect(three[0].value).toBeCloseTo(three[2].value, 6)
    expect(seen.samples).toBe(6)
    expect(three.reduce((a, x) => a + x.parts!.calls, 0)).toBe(6)
    const many = ioOf(biased(0.1))
    const slate = Array.from({ length: 12 }, (_, i) => (i === 5 ? good : bad))
    const values = await pairwise({ against: 4 }).rank(slate, many.io)
    expect(values.map(a => a.value).indexOf(Math.max(...values.map(a => a.value)))).toBe(5)
    expect(many.seen.samples).toBe(12 * 2 * 2)
    const none = await pairwise().rank([good, bad, bad], ioOf(scripted(() => 'no idea')).io)
    expect(none.every(a => a.failed && Number.isNaN(a.value))).toBe(true)
  })
  test('strengths give back the chances they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 3, maxLength: 6 }), s => {
        const wins = s.map((a, i) => s.map((b, j) => (i === j ? 0 : (1000 * a) / (a + b))))
        const found = strengths(wins)
        for (let i = 0; i < s.length; i++)
          for (let j = 0; j < s.length; j++) {
            const [a, b] = [found[i] / (1 - found[i]), found[j] / (1 - found[j])]
            expect(a / (a + b)).toBeCloseTo(s[i] / (s[i] + s[j]), 1)
          }
      }),
      { numRuns: 50 },
    )
    expect(
      strengths([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([Number.NaN, Number.NaN])
  })
  test('as a reward: against what the judge would write itself, drawn once in a search', async () => {
    const solver = scripted(ms =>
      ms.at(-1)!.content.includes('Solution:') && !ms[0].content.includes('Second candidate') ? '2 + 2 = 4\n4 * 3 = 12\nAnswer: 12' : '3',
    )
    const { io, seen } = ioOf(solver)
    const r = pairwiseReward()
    const a = await r.reward(good, answer, io)
    expect(seen.samples).toBe(3)
    expect(a.parts).toMatchObject({ calls: 3, duels: 1 })
    await r.reward(bad, answer, io)
    expect(seen.samples).toBe(5)
    await r.reward(bad, answer, ioOf(solver).io)
    expect(solver.calls.filter(c => !c.messages[0].content.includes('Second candidate')).length).toBe(2)
    expect(await r.reward(good, { answer: '', failed: true }, io)).toEqual({ value: 0 })
  })
})

describe('many at a time', () => {
  /** Marks by content, each slate with an offset of its own, as real judges grade on a curve. */
  const grading = (worth: (text: string) => number, offset: (order: number) => number = () => 0) => {
    let n = 0
    return scripted(ms => {
      const shown = ms[0].content.split(/Candidate \d+:\n/).slice(1)
      const by = offset(n++)
      return `Compared.\n${JSON.stringify(Object.fromEntries(shown.map((t, i) => [String(i + 1), Math.min(10, Math.max(0, worth(t) + by))])))}`
    })
  }
  const numbered = Array.from({ length: 12 }, (_, i) => place([`worth ${String(i).padStart(2, '0')}\nAnswer: ${i}`]))
  const worth = (t: string): number => 2 + Number(/worth (\d+)/.exec(t)?.[1]) / 2
  test('marks come back to their candidates, whatever the order', async () => {
    const p = grading(worth)
    const { io, seen } = ioOf(p)
    const all = await listwise({ shuffles: 4 }).rank(numbered.slice(0, 5), io)
    expect(all.map(a => a.value)).toEqual([0.2, 0.25, 0.3, 0.35, 0.4].map(x => expect.closeTo(x)))
    expect(seen.samples).toBe(4)
    const orders = p.calls.map(c => [...c.messages[0].content.matchAll(/worth (\d+)/g)].map(m => m[1]).join())
    expect(new Set(orders).size).toBe(4)
    expect(orders[1]).toBe(orders[0].split(',').reverse().join())
  })
  test('large slates are tied together by what they share', async () => {
    const off = [0, 3, -1.5, 2, 1, -2]
    const { io } = ioOf(grading(worth, n => off[n % off.length]))
    const all = await listwise({ size: 5, anchors: 2, shuffles: 1 }).rank(numbered, io)
    const ranked = all.map((a, i) => ({ i, v: a.value })).sort((a, b) => a.v - b.v)
    expect(ranked.map(x => x.i)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })
  test('what is left out is asked for again, then unknown', async () => {
    const some = await listwise({ shuffles: 1 }).rank(numbered.slice(0, 3), ioOf(scripted(['{"1": 5, "2": 7}', '{"1": 5, "2": 7}'])).io)
    expect(some.filter(a => a.failed).length).toBe(1)
    const again = await listwise({ shuffles: 1 }).rank(numbered.slice(0, 3), ioOf(scripted(['{"1": 5}', '{"1": 5, "2": 7, "3": 9}'])).io)
    expect(again.every(a => !a.failed)).toBe(true)
    const none = await listwise().rank(numbered.slice(0, 3), ioOf(scripted(() => 'they are all nice')).io)
    expect(none.every(a => a.failed && Number.isNaN(a.value) && a.feedback!.includes('nice'))).toBe(true)
  })
  test('as a reward: the own solutions hold the scale still', async () => {
    const p = (by: number) =>
      scripted(ms => {
        if (!ms[0].content.includes('judged together')) return 'worth 08'
        const shown = ms[0].content.split(/Candidate \d+:\n/).slice(1)
        return JSON.stringify(Object.fromEntries(shown.map((t, i) => [i + 1, worth(t) + by])))
      })
    for (const by of [-1, 0, 1]) {
      const a = await listwiseReward().reward(numbered[10], answer, ioOf(p(by)).io)
      expect(a.value).toBeCloseTo(0.55, 6)
      expect(a.parts?.calls).toBe(4)
    }
  })
})

describe('slates', () => {
  test('offsets are found where slates share items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }),
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (w, off) => {
          const sets = [
            [0, 1, 2, 3, 4],
            [3, 4, 5, 6],
            [6, 0, 7, 8],
          ]
          const theta = calibrateSlates(sets.map((items, s) => ({ items, scores: items.map(i => w[i] + off[s]) })))
          for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) expect(theta(i) - theta(j)).toBeCloseTo(w[i] - w[j], 2)
        },
      ),
      { numRuns: 40 },
    )
  })
  test('by the order alone, too; NaN for what nobody scored', () => {
    const slates = [
      { items: ['a', 'b', 'c'], scores: [0.9, 0.5, 0.1] },
      { items: ['b', 'c', 'd'], scores: [0.9, 0.8, Number.NaN] },
    ]
    for (const lambda of [0, 0.5, 1]) {
      const theta = calibrateSlates(slates, { lambda, tau: 5 })
      expect(theta('a')).toBeGreaterThan(theta('b'))
      expect(theta('b')).toBeGreaterThan(theta('c'))
      expect(theta('d')).toBeNaN()
      expect(theta('e')).toBeNaN()
    }
  })
})

describe('the way', () => {
  test.each([
    ['min', 0.2],
    ['last', 0.8],
    ['mean', 0.5],
    ['product', 0.16],
  ] as const)('every step has a mark; %s: %f', async (how, value) => {
    const { io, seen } = ioOf(scripted(['Step 1 is wrong.\n{"1": 2, "2": 8}']))
    const a = await processReward({ how }).reward(good, answer, io)
    expect(a.value).toBeCloseTo(value)
    expect(a.parts).toEqual({ calls: 1, unreadable: 0, 'step 1': 0.2, 'step 2': 0.8 })
    expect(seen.samples).toBe(1)
  })
  test('a whole attempt is taken apart; an incomplete judgement is asked for again; none is no 0', async () => {
    const attempt = place(['Step 1: 2 * 3 = 6\nStep 2: 2 + 6 = 8\nAnswer: 8'])
    const p = scripted(['{"1": 10}', '{"1": 10, "2": 9}'])
    expect((await processReward().reward(attempt, answer, ioOf(p).io)).value).toBeCloseTo(0.9)
    expect(said(p, 0)).toContain('Step 2:\n"""\nStep 2: 2 + 6 = 8')
    expect(await processReward().reward(attempt, answer, ioOf(scripted(() => 'fine')).io)).toMatchObject({
      failed: true,
      value: Number.NaN,
      parts: { calls: 2 },
    })
    expect((await processReward().reward(place([]), null, ioOf(scripted([])).io)).value).toBeNaN()
  })
  test('steps of a solution', () => {
    expect(stepsIn('Step 1: a\nb\nStep 2: c')).toEqual(['Step 1: a\nb', 'Step 2: c'])
    expect(stepsIn('a\nb\n\nc')).toEqual(['a\nb', 'c'])
    expect(stepsIn('a\nb')).toEqual(['a', 'b'])
    expect(stepsIn(' ')).toEqual([])
  })
})

describe('rewards that ask nobody', () => {
  const none = {} as Io
  const drawn = (...tokens: { logprob: number; certainty?: number }[][]): Draws =>
    tokens.map(ts => ({ action: 'a', tokens: ts.map(t => ({ id: 0, ...t })) }))
  test('certainty and likelihood are those of the best draw; unknown without tokens', async () => {
    const at = place(['a step'], {
      draws: drawn(
        [
          { logprob: -1, certainty: 2 },
          { logprob: -3, certainty: 4 },
        ],
        [{ logprob: -4, certainty: 1 }],
      ),
    })
    expect((await selfCertainty().reward(at, null, none)).value).toBe(3)
    expect((await likelihood().reward(at, null, none)).value).toBeCloseTo(Math.exp(-2))
    expect((await selfCertainty().reward(place(['a step'], { draws: [{ action: 'a' }] }), null, none)).value).toBeNaN()
    expect((await likelihood().reward(place([]), null, none)).value).toBeNaN()
  })
  test('votes are by key, and only grow', async () => {
    const answers: Outcome<unknown>[] = [
      { answer: '1/2', key: '1/2' },
      { answer: '0.5', key: '1/2' },
      { answer: '3', key: '3' },
      { answer: 'x', failed: true },
    ]
    const half = { answer: '.5', key: '1/2' }
    expect(await votes().reward(place([], { answers }), half, none)).toEqual({
      value: 0.5,
      parts: { agreeing: 2, answers: 3, share: 2 / 3 },
    })
    expect((await votes().reward(place([], { answers: answers.slice(0, 1) }), half, none)).value).toBe(0)
    expect((await votes().reward(place([], { answers: [...answers, half, half] }), half, none)).value).toBe(0.75)
    expect((await votes().reward(place([]), null, none)).value).toBeNaN()
  })
  test('novelty: a memory that can be asked, filled and emptied', () => {
    for (const kind of ['count', 'knn', 'elliptic'] as const) {
      const m = new Novelty({ kind, k: 1 })
      expect(m.score('add the two numbers')).toBeCloseTo(1, 12)
      m.add('Add the two numbers.')
      const same = m.score('add the two numbers')
      expect(same).toBeLessThan(kind === 'knn' ? 1e-9 : 0.8)
      expect(m.score('factor the polynomial')).toBeGreaterThan(same + 0.2)
      m.add('add the two numbers')
      expect(m.score('add the two numbers')).toBeLessThanOrEqual(same)
      m.reset()
      expect(m.score('add the two numbers')).toBeCloseTo(1, 12)
    }
  })
  test('novelty of a step: beside its siblings, those of its ancestors, and its own past', async () => {
    const at = (step: string, tried: string[]) =>
      place(['Factor it first.', step], { tried: [['Factor it first.', 'Complete the square.'], tried, []] })
    const value = async (c: Context) => (await novelty({ k: 1 }).reward(c, null, none)).value
    expect(await value(at('Guess a root.', ['Guess a root.', 'Use the formula.']))).toBeGreaterThan(0.5)
    expect(await value(at('Guess a root.', ['Guess a root.', 'guess a  root']))).toBeLessThan(1e-9)
    expect(await value(at('Complete the square!', ['Complete the square!']))).toBeLessThan(1e-9)
    expect(await value(at('Factor it, first', ['Factor it, first']))).toBeLessThan(1e-9)
    expect(await value(place([]))).toBeNaN()
  })
})
