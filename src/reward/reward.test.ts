import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Io, Live, Outcome, Provider, Reward } from '../contract/index.ts'
import { scripted, simulated } from '../model/index.ts'
import { game24, worlds } from '../world/index.ts'
import {
  asReward,
  combine,
  createReward,
  defaultValue,
  exact,
  gate,
  judge,
  labelIn,
  labels,
  markIn,
  Normaliser,
  parseReward,
  residual,
  scaleOf,
} from './index.ts'

const live = (index: number): Live =>
  ({ index, signal: new AbortController().signal, idempotencyKey: 'k', now: () => 0, sleep: async () => {} }) as unknown as Live
// An Io over one provider for all roles; it counts samples, and keeps the roles asked for.
const ioOf = (p: Provider) => {
  const roles: string[] = []
  let index = 0
  const io = {
    model(role = 'policy') {
      roles.push(role)
      return {
        id: p.id,
        can: p.can,
        dialect: p.dialect,
        async sample(messages: any, { n = 1, ...s }: any = {}) {
          const r = await p.sample(messages, { ...s, n }, live(index))
          index += n
          return r.samples
        },
      }
    },
  }
  return { io: io as unknown as Io, roles }
}
type State = ReturnType<typeof game24.start>
const context = (state: State, o: { parent?: Context<any, any>; V?: number } = {}): Context<any, any> =>
  ({
    state,
    parent: o.parent ?? null,
    V: o.V ?? Number.NaN,
    messages: (want: any, dialect = 'text') => {
      expect(dialect).toBe('text')
      return game24.render({ state } as Context<any, any>, want ?? { for: 'step' })
    },
  }) as unknown as Context<any, any>
const at = context(game24.start('4 9 10 13'))
const lost = context(game24.start('1 1 1 1'))
const solved: Outcome<string> = { answer: '(10 - 4) * (13 - 9)', reward: 1 }
const fixed = (value: number, more: object = {}): Reward & { asked: number } => {
  const r = {
    id: 'fixed',
    asked: 0,
    reward: async () => {
      r.asked++
      return { value, ...more }
    },
    ...('verified' in more ? { verifies: true } : {}),
  }
  return r
}
const none = {} as Io

describe('exact', () => {
  test('the world says; unknown while there is no answer; a proof only where it is one', async () => {
    const r = exact(game24)
    expect(r.verifies).toBe(true)
    expect(await r.reward(at, solved, none)).toEqual({ value: 1, verified: true })
    expect(await r.reward(at, { answer: 'x', failed: true, reward: 0 }, none)).toEqual({ value: 0, verified: true })
    expect(await r.reward(at, { answer: 'x', failed: true }, none)).toEqual({ value: 0, verified: true })
    expect(await r.reward(at, null, none)).toEqual({ value: Number.NaN, verified: false })
    await expect(r.reward(at, { answer: 'x' }, none)).rejects.toThrow('world game24 has no rule that rewards an answer')
  })
})

describe('labels', () => {
  test.each([
    ['sure', 'sure'],
    ['10 + 14 = 24\nSure.', 'sure'],
    ['It may be likely, but no:\n**impossible**', 'impossible'],
    ['impossible? No, it is LIKELY!', 'likely'],
    ['I am not sure. It is likely', 'likely'],
    ['likely, though I am not sure', 'likely'],
    ["It isn't impossible: likely.", 'likely'],
    ['unsure', undefined],
    ['surely', undefined],
    ['', undefined],
  ] as const)('%s: %s', (reply, label) => expect(labelIn(reply, ['sure', 'likely', 'impossible'])).toBe(label))

  test('as Tree of Thoughts: 20, 1, 0.001, summed; votes are kept', async () => {
    const p = scripted(['sure', 'so: likely', 'impossible'])
    const { io, roles } = ioOf(p)
    const a = await labels({ scale: { sure: 20, likely: 1, impossible: 0.001 }, combine: 'sum' }).value(at, io)
    expect(a.value).toBeCloseTo(21.001, 9)
    expect(a.parts).toEqual({ sure: 1, likely: 1, impossible: 1 })
    expect(a.confidence).toBeCloseTo(1 / 3)
    expect(roles).toEqual(['critic'])
    expect(p.calls[0].sampling.n).toBe(3)
    expect(p.calls[0].messages.at(-1)?.content).toMatch(/Numbers left: 4 9 10 13\nVerdict:$/)
  })
  test('the mean keeps the range; replies without a label are left out', async () => {
    const a = await labels().value(at, ioOf(scripted(['sure', 'hm', 'likely'])).io)
    expect(a).toMatchObject({ value: 0.75, confidence: 0.5, parts: { sure: 1, likely: 1 } })
    expect(a.sd).toBeCloseTo(Math.SQRT1_2 / 2)
  })
  test('no label at all is a failure, not a 0', async () => {
    const a = await labels().value(at, ioOf(scripted(['hm', 'well', '?'])).io)
    expect(a).toEqual({ value: Number.NaN, failed: true, feedback: 'expected one of sure, likely, impossible, found "hm"' })
  })
  test('a simulated model is judged right', async () => {
    const { io } = ioOf(simulated({ oracle: game24.oracle! }))
    expect((await labels().value(at, io)).value).toBeGreaterThanOrEqual(0.5)
    expect((await labels().value(lost, io)).value).toBe(0)
  })
  test('as a reward: a failed end is worth nothing and not asked about', async () => {
    const p = scripted(['sure', 'sure', 'sure'])
    const r = asReward(labels())
    expect(await r.reward(at, { answer: 'x', failed: true }, ioOf(p).io)).toEqual({ value: 0 })
    expect(p.calls.length).toBe(0)
    expect((await r.reward(at, null, ioOf(p).io)).value).toBe(1)
    expect(r.verifies).toBeUndefined()
  })
})

describe('judge', () => {
  test.each([
    ['0.8', 0.8],
    ['Good work.\nScore: 80%', 0.8],
    ['8/10', 0.8],
    ['.5', 0.5],
    ['it has 3 steps; 1', 1],
    ['7', undefined],
    ['-0.5', undefined],
    ['fine', undefined],
  ])('%s: %s', (reply, mark) => expect(markIn(reply)).toBe(mark))
  test('the mean of the marks, with words; its own role; what cannot be read is asked for again', async () => {
    const p = scripted(['Right.\n10', 'no idea', 'Hm.\n6', '5/10'])
    const { io, roles } = ioOf(p)
    const a = await judge({ samples: 3 }).reward(at, solved, io)
    expect(a.value).toBeCloseTo(0.7)
    expect(a).toMatchObject({ critique: '5/10', parts: { calls: 4, marks: 3, unreadable: 1 } })
    expect(a.verified).toBeUndefined()
    expect(roles).toEqual(['judge'])
    expect(p.calls[0].messages.at(-1)?.content).toContain(solved.answer)
    expect(p.calls[1].messages.at(-1)?.content).toContain('could not be read')
    const never = await judge().reward(at, solved, ioOf(scripted(['no', 'still not'])).io)
    expect(never).toMatchObject({ failed: true, value: Number.NaN, parts: { calls: 2, unreadable: 2 } })
    expect((await judge({ scale: [0, 1] }).reward(at, solved, ioOf(scripted(['0.5'])).io)).value).toBe(0.5)
  })
  test('a simulated judge tells right from lost', async () => {
    const { io } = ioOf(simulated({ oracle: game24.oracle! }))
    expect((await judge().reward(at, null, io)).value).toBeGreaterThan(0.6)
    expect((await judge().reward(at, solved, io)).value).toBeGreaterThan(0.6)
    expect((await judge().reward(lost, null, io)).value).toBeLessThan(0.4)
  })
})

describe('residual', () => {
  const critic = residual({ scale: 4, step: 0.1, range: [0.1, 1] })
  const child = (V: number) => context(game24.start('1 1 4 6'), { parent: context(game24.start('1 1 4 6'), { V }) })
  test.each([
    ['2', 0.5, 0.7],
    ['Delta: -3.', 0.5, 0.2],
    ['\u22123', 0.5, 0.2],
    ['+4', 0.9, 1],
    ['-4', 0.2, 0.1],
    ['1', Number.NaN, 0.65],
  ])('%s from %f gives %f', async (reply, before, value) => {
    expect((await critic.value(child(before), ioOf(scripted([reply])).io)).value).toBeCloseTo(value, 9)
  })
  test('out of range or no number at all is a failure', async () => {
    for (const reply of ['9', 'better'])
      expect(await critic.value(child(0.5), ioOf(scripted([reply])).io)).toMatchObject({ failed: true, value: Number.NaN })
  })
  test('the root is the middle, unasked; both places are shown, and a simulated critic reads them', async () => {
    expect(await critic.value(at, none)).toEqual({ value: 0.55 })
    const p = scripted(['0'])
    await critic.value(child(0.5), ioOf(p).io)
    expect(p.calls[0].messages.length).toBe(3)
    const { io } = ioOf(simulated({ oracle: game24.oracle! }))
    expect((await critic.value(child(0.5), io)).value).toBeGreaterThan(0.5)
    const bad = context(game24.start('1 1 1 1'), { parent: context(game24.start('1 1 4 6'), { V: 0.5 }) })
    expect((await critic.value(bad, io)).value).toBeLessThan(0.5)
  })
})

describe('combine and gate', () => {
  test('a weighted sum, its terms by name; what is unknown adds nothing', async () => {
    const r = combine({ a: fixed(1, { verified: true }), b: fixed(0.5, { critique: 'so so' }) }, { b: 0.4 })
    expect(r.id).toBe('a+0.4*b')
    expect(r.verifies).toBe(false)
    expect(await r.reward(at, null, none)).toEqual({ value: 1.2, verified: false, parts: { a: 1, b: 0.5 }, critique: 'so so' })
    expect((await combine({ a: fixed(Number.NaN), b: fixed(0.5) }).reward(at, null, none)).value).toBe(0.5)
    expect((await combine({ a: fixed(Number.NaN) }).reward(at, null, none)).value).toBeNaN()
    expect(await combine({ a: fixed(1), b: fixed(Number.NaN, { failed: true }) }).reward(at, null, none)).toMatchObject({
      failed: true,
      value: Number.NaN,
    })
  })
  test('it proves only what all of its terms prove', async () => {
    const r = combine({ a: fixed(0.5, { verified: true }), b: fixed(0.5, { verified: true }) })
    expect(r.verifies).toBe(true)
    expect(await r.reward(at, null, none)).toMatchObject({ value: 1, verified: true })
  })
  test('a gate asks in order and stops at the first stage that is not passed', async () => {
    const [form, truth, price] = [fixed(1), fixed(0.4, { verified: true, feedback: 'wrong' }), fixed(0.9)]
    const r = gate([
      { name: 'form', by: form },
      { name: 'truth', by: truth, pass: 0.5, fail: 0.1 },
      { name: 'price', by: price },
    ])
    expect(await r.reward(at, null, none)).toEqual({ value: 0.1, verified: true, parts: { form: 1, truth: 0.4 }, feedback: 'wrong' })
    expect(price.asked).toBe(0)
    const open = gate([
      { name: 'form', by: form },
      { name: 'price', by: price },
    ])
    expect(await open.reward(at, null, none)).toMatchObject({ value: 0.9, verified: false, parts: { form: 1, price: 0.9 } })
    expect(
      await gate([
        { name: 'a', by: fixed(Number.NaN) },
        { name: 'b', by: price },
      ]).reward(at, null, none),
    ).toMatchObject({ value: Number.NaN, verified: false })
  })
})

describe('normaliser', () => {
  test('mean and spread as by the two-pass formula, frozen and through JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 50 }), xs => {
        const n = new Normaliser()
        for (const x of xs) n.push(x)
        n.push(Number.NaN)
        const mean = xs.reduce((a, x) => a + x, 0) / xs.length
        const sd = Math.sqrt(xs.reduce((a, x) => a + (x - mean) ** 2, 0) / (xs.length - 1))
        expect(n.count).toBe(xs.length)
        expect(n.mean).toBeCloseTo(mean, 6)
        expect(n.sd).toBeCloseTo(sd, 6)
        if (n.sd > 1e-3) expect(n.scale(xs[0])).toBeCloseTo((xs[0] - mean) / sd, 4)
        const m = Normaliser.from(JSON.parse(JSON.stringify(n.freeze())))
        m.push(5000)
        expect(m.mean).toBe(n.mean)
        expect(m.scale(1)).toBe(n.scale(1))
      }),
    )
    expect(new Normaliser().scale(3)).toBe(0)
  })
})

describe('rewards by name', () => {
  const ctx = { entry: worlds.game24 }
  test('are read', () => {
    expect(parseReward('exact', ctx)).toMatchObject({ id: 'exact', verifies: true })
    expect(parseReward('critic', ctx).id).toBe('critic')
    expect(parseReward('judge:reviewer', ctx).id).toBe('judge:reviewer')
    expect(parseReward('judge', ctx).id).toBe('judge:judge')
    expect(parseReward('verify:./check.sh --a+b "c d"', ctx).id).toBe('verify:./check.sh --a+b "c d"')
    expect(parseReward('exact + 0.5*critic + .1*judge:x', ctx).id).toBe('exact+0.5*critic+0.1*judge:x')
    expect(parseReward('0.5*exact+verify:./a+b', ctx)).toMatchObject({ id: '0.5*exact+verify:./a+b', verifies: true })
    expect(parseReward('2*exact', ctx).id).toBe('2*exact')
  })
  test.each([
    ['exct', 'no reward "exct"; did you mean exact?'],
    ['exact:x', 'no reward "exact:x"'],
    ['verify', 'verify needs a command'],
    ['verify:', 'verify needs a command'],
    ['verify:./check "x', 'a " is not closed'],
    ['exact+exact', 'exact is named twice'],
    ['exact+', 'no reward ""'],
  ])('%s: %s', (text, why) => {
    expect(() => parseReward(text, ctx)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }))
  })
  test('a sum pays for both', async () => {
    const { io } = ioOf(scripted(['likely', 'likely', 'likely']))
    expect(await parseReward('exact+0.5*critic', ctx).reward(at, solved, io)).toMatchObject({
      value: 1.25,
      parts: { exact: 1, critic: 0.5 },
    })
  })
  test('what is said where nothing is asked for', () => {
    expect(createReward(undefined, ctx)).toEqual({ id: 'exact' })
    expect(createReward('', { entry: { ...worlds.game24, exact: false } })).toEqual({ id: 'critic' })
    expect(createReward('judge:x', ctx).id).toBe('judge:x')
    const chat = scripted([])
    expect(defaultValue({ world: game24, models: { policy: chat } })?.id).toBe('labels(sure,likely,impossible)')
    expect(defaultValue({ world: game24, models: { policy: scripted([], { dialect: 'tokens' }) } })).toBeUndefined()
    expect(defaultValue({ world: game24, models: { policy: scripted([], { dialect: 'tokens' }), critic: chat } })).toBeDefined()
    expect(defaultValue({ world: game24, models: {} })).toBeUndefined()
    expect(scaleOf({ id: 'x', oracle: { ...game24.oracle!, labels: { promising: ['good'], lost: ['bad', 'dead'] } } })).toEqual({
      good: 1,
      bad: 0,
      dead: 0,
    })
    expect(scaleOf({ id: 'x' })).toEqual({ sure: 1, likely: 0.5, impossible: 0 })
  })
})
