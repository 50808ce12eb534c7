import { describe, expect, test } from 'vitest'
import type { Context, Live, Message, Sampling, Wanted } from '../contract/index.ts'
import { AddressedRandom } from '../kernel/random.ts'
import { countdown, game24 } from '../world/index.ts'
import { ranked24 } from '../world/number/index.ts'
import { type Simulated, simulated } from './simulated.ts'

// A runtime's side of one call, on a clock that jumps.
class Clock {
  time = 0
  slept: number[] = []
  live(o: { index?: number; key?: string; signal?: AbortSignal; abortAfter?: [number, AbortController] } = {}): Live {
    return {
      index: o.index ?? 0,
      random: new AddressedRandom(Math.floor(Math.random() * 2 ** 31), 1, 2, 'unused'), // a reply must not depend on it
      randomAt: i => new AddressedRandom(i, 3, 4, 'unused'),
      signal: o.abortAfter?.[1].signal ?? o.signal ?? new AbortController().signal,
      idempotencyKey: o.key ?? 'k',
      now: () => this.time,
      sleep: async ms => {
        const left = o.abortAfter ? Math.min(ms, o.abortAfter[0]) : ms
        this.time += left
        this.slept.push(left)
        if (left < ms) o.abortAfter?.[1].abort()
      },
    }
  }
}
const prompt = (task: string, want: Wanted, world: typeof game24 = game24): Message[] =>
  world.render({ state: world.start(task) } as Context<any, any>, want)
const model = (o: Partial<Simulated> = {}) => simulated({ oracle: game24.oracle!, ...o })
const texts = async (m: ReturnType<typeof model>, messages: readonly Message[], n = 1, index = 0, s: Sampling = {}): Promise<string[]> =>
  (await m.sample(messages, { ...s, n }, new Clock().live({ index }))).samples.map(x => x.text)

const solvable = ranked24()
  .slice(200, 600)
  .map(t => t.numbers.join(' '))
const lost = ['1 1 1 1', '1 1 1 2', '13 13 13 13', '1 1 1 3', '1 1 1 4', '1 1 1 5']

describe('what it writes', () => {
  test('a list is eight legal steps in an order of its own, all where there are fewer', async () => {
    const s = game24.start('4 9 10 13')
    const [text] = await texts(model(), prompt('4 9 10 13', { for: 'step', list: 8 }))
    const lines = text.split('\n')
    expect(lines.length).toBe(8)
    expect(new Set(lines).size).toBe(8)
    for (const l of lines) expect(game24.parse(l, s, { for: 'step' })).not.toHaveProperty('reject')
    expect((await texts(model(), prompt('4 9 10 13', { for: 'step', list: 3 })))[0].split('\n')).toEqual(lines.slice(0, 3))
    const again = (await texts(model(), prompt('4 9 10 13', { for: 'step', list: 8 }), 1, 1))[0].split('\n')
    expect(again.length).toBe(8)
    expect(again.sort()).not.toEqual([...lines].sort())
    const pair = game24.render(
      {
        state: {
          target: 24,
          numbers: [],
          left: [
            [4, 1],
            [6, 1],
          ],
          moves: [],
        },
      } as any,
      { for: 'step', list: 8 },
    )
    expect((await texts(model(), pair))[0].split('\n').length).toBe(6)
  })
  test('a step is one of those eight, drawn with replacement, the same at the same index', async () => {
    const [list] = await texts(model(), prompt('4 9 10 13', { for: 'step', list: 8 }))
    const steps = await texts(model(), prompt('4 9 10 13', { for: 'step' }), 400)
    expect(new Set(steps)).toEqual(new Set(list.split('\n')))
    for (const l of list.split('\n')) expect(steps.filter(x => x === l).length).toBeGreaterThan(25)
    expect(await texts(model(), prompt('4 9 10 13', { for: 'step' }), 3, 7)).toEqual(steps.slice(7, 10))
  })
  test('an attempt is a whole solution of steps it would take', async () => {
    const s = game24.start('4 9 10 13')
    for (const t of await texts(model(), prompt('4 9 10 13', { for: 'attempt' }), 50)) {
      const a = game24.parse(t, s, { for: 'attempt' })
      expect(a).not.toHaveProperty('reject')
      expect((a as readonly unknown[]).length).toBe(3)
      expect(t.split('\n').length).toBe(4)
    }
    const one = await texts(model(), prompt('4 9 10 13', { for: 'attempt' }), 1, 20)
    expect(one[0]).toBe((await texts(model(), prompt('4 9 10 13', { for: 'attempt' }), 50))[20])
    const [several] = await texts(model(), prompt('4 9 10 13', { for: 'attempt', list: 4 }))
    for (const line of several.split('\n')) expect(game24.parse(line, s, { for: 'attempt' })).not.toHaveProperty('reject')
  })
  test('steps taken one at a time and attempts have the same law', async () => {
    const m = model({ skill: 0.5 })
    const s0 = game24.start('2 3 4 6')
    let stepwise = 0
    const n = 1500
    for (let i = 0; i < n; i++) {
      let s = s0
      while (!game24.outcome(s)) {
        const [t] = await texts(m, game24.render({ state: s } as Context<any, any>, { for: 'step' }), 1, i)
        s = game24.step(s, game24.parse(t, s, { for: 'step' }) as never)
      }
      stepwise += game24.outcome(s)!.reward!
    }
    let whole = 0
    for (const t of await texts(m, prompt('2 3 4 6', { for: 'attempt' }), n))
      whole += game24.outcome(game24.step(s0, game24.parse(t, s0, { for: 'attempt' }) as never))!.reward!
    expect(Math.abs(whole - stepwise) / n).toBeLessThan(0.07)
    expect(whole).toBeGreaterThan(0)
  })
  test('skill finds more', async () => {
    const rate = async (skill: number): Promise<number> => {
      let right = 0
      for (const task of solvable.slice(0, 60))
        for (const t of await texts(model({ skill }), prompt(task, { for: 'attempt' }), 4)) {
          const s = game24.start(task)
          right += game24.outcome(game24.step(s, game24.parse(t, s, { for: 'attempt' }) as never))!.reward!
        }
      return right / 240
    }
    expect(await rate(0)).toBeLessThan(0.1)
    expect(await rate(1)).toBeGreaterThan(0.5)
  })
  test('countdown stops at its target', async () => {
    const m = simulated({ oracle: countdown.oracle!, skill: 1, width: 12 })
    let right = 0
    for (const task of ['2 5 8 11 -> 53', '3 5 8 9 -> 46', '1 2 3 4 -> 21', '5 6 7 -> 37']) {
      const s = countdown.start(task)
      for (const t of await texts(m, prompt(task, { for: 'attempt' }, countdown as never), 20)) {
        const a = countdown.parse(t, s, { for: 'attempt' })
        if ('reject' in a) continue
        expect(countdown.outcome(countdown.step(s, a))?.reward).toBe(1)
        right++
      }
    }
    expect(right).toBeGreaterThan(20)
  })
})

describe('judgements', () => {
  const words = async (error: number, tasks: readonly string[], n: number): Promise<Record<string, number>> => {
    const out: Record<string, number> = { sure: 0, likely: 0, impossible: 0 }
    for (const t of tasks)
      for (const w of await texts(model({ error }), prompt(t, { for: 'judgement' }), n)) out[w] += 1 / (n * tasks.length)
    return out
  }
  test('without error: the truth, sure or likely half each', async () => {
    const good = await words(0, solvable.slice(0, 100), 20)
    expect(good.impossible).toBe(0)
    expect(good.sure).toBeGreaterThan(0.45)
    expect(good.sure).toBeLessThan(0.55)
    expect((await words(0, lost, 20)).impossible).toBeCloseTo(1, 9)
  })
  test.each([0.1, 0.3])('error %f flips that share', async p => {
    const flipped = (await words(p, solvable, 10)).impossible
    expect(Math.abs(flipped - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / 4000))
    expect(Math.abs(1 - (await words(p, lost, 500)).impossible - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / 3000))
  })
  test('samples of one place are independent', async () => {
    let both = 0
    const p = 0.3
    for (const t of solvable) {
      const [a, b] = await texts(model({ error: p }), prompt(t, { for: 'judgement' }), 2)
      if (a === 'impossible' && b === 'impossible') both += 1 / solvable.length
    }
    expect(Math.abs(both - p * p)).toBeLessThan(0.05)
  })
})

describe('a function of seed, place and index', () => {
  test('another schedule, other randomness, other neighbours: the same texts', async () => {
    const m = model({ error: 0.2, slip: 0.2, cut: 0.1, skill: 0.3 })
    for (const want of [{ for: 'step' }, { for: 'step', list: 8 }, { for: 'attempt' }, { for: 'judgement' }] as Wanted[]) {
      const together = await texts(m, prompt('4 9 10 13', want), 6)
      const apart: string[] = []
      for (const i of [5, 3, 0, 1, 4, 2]) {
        await texts(m, prompt('1 1 4 6', want), 1, i)
        apart[i] = (await texts(model({ error: 0.2, slip: 0.2, cut: 0.1, skill: 0.3 }), prompt('4 9 10 13', want), 1, i))[0]
      }
      expect(apart).toEqual(together)
    }
  })
  test('twins by another way are one place; another seed is another model', async () => {
    const a = game24.step(game24.start('2 4 6 6'), game24.parse('2 + 4 = 6', game24.start('2 4 6 6'), { for: 'step' }) as never)
    const b = game24.step(game24.start('1 6 6 6'), game24.parse('6 * 1 = 6', game24.start('1 6 6 6'), { for: 'step' }) as never)
    for (const want of [{ for: 'step' }, { for: 'judgement' }, { for: 'attempt' }] as Wanted[]) {
      const at = (s: typeof a) => game24.render({ state: s } as Context<any, any>, want)
      expect(await texts(model({ error: 0.5 }), at(a), 8)).toEqual(await texts(model({ error: 0.5 }), at(b), 8))
      expect(await texts(model({ error: 0.5, seed: 1 }), at(a), 8)).not.toEqual(await texts(model({ error: 0.5 }), at(a), 8))
    }
  })
})

describe('words after the prompt', () => {
  const followed = (text: string, want: Wanted = { for: 'step' }, task = '4 9 10 13'): Message[] => [
    ...prompt(task, want),
    { role: 'user', content: text },
  ]
  test('notes and hints leave it a prompt, drawn anew; steps they name are not proposed again', async () => {
    const [list] = await texts(model(), prompt('4 9 10 13', { for: 'step', list: 8 }))
    const hinted = await texts(model(), followed('Keep small numbers small.'), 20)
    for (const t of hinted) expect(list.split('\n')).toContain(t)
    expect(hinted).not.toEqual(await texts(model(), prompt('4 9 10 13', { for: 'step' }), 20))
    expect(await texts(model(), followed('Keep small numbers small.'), 20)).toEqual(hinted)
    for (const l of (await texts(model(), followed('Not that.', { for: 'step', list: 8 })))[0].split('\n'))
      expect(game24.parse(l, game24.start('4 9 10 13'), { for: 'step' })).not.toHaveProperty('reject')
    const tried = list.split('\n').slice(0, 6)
    const rest = new Set(list.split('\n').slice(6))
    for (const t of await texts(model(), followed(`Already tried here; propose something different:\n${tried.join('\n')}`), 20))
      expect(rest).toContain(t)
    for (const t of await texts(model(), followed(`Not these:\n- ${tried.map(x => x.slice(0, x.indexOf(' ='))).join('\n- ')}`), 20))
      expect(rest).toContain(t)
  })
  test('a critic that asks for END gets it where all is solved, and advice elsewhere', async () => {
    const ask = 'Is the problem solved? Reply END, or say in short what to do next.'
    let s = game24.start('4 9 10 13')
    const end = (x: typeof s): Message[] => [
      ...game24.render({ state: x } as Context<any, any>, { for: 'step' }),
      { role: 'user', content: ask },
    ]
    expect((await texts(model(), end(s)))[0]).not.toMatch(/END/)
    for (const move of ['10 - 4 = 6', '13 - 9 = 4', '6 * 4 = 24']) s = game24.step(s, game24.parse(move, s, { for: 'step' }) as never)
    expect(await texts(model(), end(s), 3)).toEqual(['END', 'END', 'END'])
    expect(await texts(model(), [...end(s), { role: 'user', content: 'That could not be read. Please answer again.' }])).toEqual(['END'])
    const failed = game24.step(
      game24.start('4 9 10 13'),
      game24.parse('4 + 9 + 10 + 13', game24.start('4 9 10 13'), { for: 'attempt' }) as never,
    )
    expect((await texts(model(), end(failed)))[0]).not.toMatch(/END/)
  })
  test('marks and yes or no follow the truth', async () => {
    for (const [task, good] of [
      ['4 9 10 13', true],
      ['1 1 1 1', false],
    ] as const) {
      for (const t of await texts(model(), followed('Rate this state with a score from 1 to 10.', { for: 'judgement' }, task), 20)) {
        expect(Number(t) >= 7).toBe(good)
        expect(Number(t)).toBeGreaterThanOrEqual(1)
        expect(Number(t)).toBeLessThanOrEqual(10)
      }
      for (const t of await texts(
        model(),
        followed(
          'The answer is (10 - 4) * (13 - 9).\n\nHow good is it? End with a score from 0 (worthless) to 1 (right).',
          { for: 'judgement' },
          task,
        ),
        20,
      ))
        expect(Number(t) > 0.6).toBe(good)
      expect((await texts(model(), followed('Can this be solved? Yes or no.', { for: 'judgement' }, task)))[0]).toBe(good ? 'Yes' : 'No')
    }
  })
  test('what it cannot read at all gets a short reply, the same each time', async () => {
    const strange: Message[] = [{ role: 'user', content: 'Write a reflection on what went wrong.' }]
    const [a] = await texts(model(), strange)
    expect(a).toMatch(/^.{10,120}$/)
    expect((await texts(model(), strange))[0]).toBe(a)
  })
})

describe('slips, cuts, stops', () => {
  test('slip: that share of steps is arithmetic gone wrong, and is refused for it', async () => {
    let wrong = 0
    for (const task of solvable.slice(0, 100)) {
      const s = game24.start(task)
      for (const t of await texts(model({ slip: 0.2 }), prompt(task, { for: 'step' }), 10)) {
        const a = game24.parse(t, s, { for: 'step' })
        if ('reject' in a) {
          expect(a.reject).toMatch(/ is .*, not /)
          wrong++
        }
      }
    }
    expect(wrong / 1000).toBeGreaterThan(0.16)
    expect(wrong / 1000).toBeLessThan(0.24)
  })
  test('cut: that share of replies ends half way and says so; a maximum and stop strings hold', async () => {
    const { samples } = await model({ cut: 0.5 }).sample(prompt('4 9 10 13', { for: 'attempt' }), { n: 200 }, new Clock().live())
    const share = samples.filter(x => x.finish === 'cut').length / 200
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
    const short = await model().sample(prompt('4 9 10 13', { for: 'attempt' }), { n: 5, max: 6 }, new Clock().live())
    for (const x of short.samples) {
      expect(x.finish).toBe('cut')
      expect(x.text.length).toBeLessThanOrEqual(24)
    }
    expect(short.usage.outputTokens).toBeLessThanOrEqual(30)
    const stopped = await model().sample(prompt('4 9 10 13', { for: 'attempt' }), { n: 1, stop: ['\n'] }, new Clock().live())
    expect(stopped.samples[0]).toMatchObject({ finish: 'stop', text: expect.not.stringContaining('\n') })
  })
})

describe('cost, time and trouble', () => {
  const p = prompt('4 9 10 13', { for: 'attempt' })
  test('usage stays within the declared maximum, in every unit', async () => {
    for (const n of [1, 7]) {
      const m = model()
      const { usage, samples } = await m.sample(p, { n }, new Clock().live())
      const max = m.max(p, { n })
      expect(usage).toMatchObject({ calls: n, requests: 1 })
      expect(usage.outputTokens).toBe(samples.reduce((sum, x) => sum + Math.ceil(Buffer.byteLength(x.text) / 4), 0))
      for (const k of Object.keys(usage) as (keyof typeof usage)[]) expect(usage[k]!).toBeLessThanOrEqual(max[k]!)
    }
  })
  test('waits on the clock it is given, log-normally, alike for alike', async () => {
    const clock = new Clock()
    const m = model({ latency: 100, sigma: 0.8 })
    for (let i = 0; i < 400; i++) await m.sample(p, { n: 1 }, clock.live({ index: i }))
    const sorted = [...clock.slept].sort((a, b) => a - b)
    expect(sorted[200]).toBeGreaterThan(85)
    expect(sorted[200]).toBeLessThan(118)
    const logs = clock.slept.map(x => Math.log(x / 100))
    const sd = Math.sqrt(logs.reduce((s, x) => s + x * x, 0) / 400)
    expect(sd).toBeGreaterThan(0.7)
    expect(sd).toBeLessThan(0.9)
    const again = new Clock()
    await m.sample(p, { n: 1 }, again.live({ index: 0 }))
    expect(again.slept[0]).toBe(clock.slept[0])
  })
  test('cancelled while it waits: an AbortError that says what was spent', async () => {
    const control = new AbortController()
    const clock = new Clock()
    const m = model({ latency: 1000, sigma: 0 })
    const e = await m.sample(p, { n: 1 }, clock.live({ abortAfter: [500, control] })).then(
      () => null,
      x => x,
    )
    expect(e.name).toBe('AbortError')
    const whole = (await m.sample(p, { n: 1 }, new Clock().live())).usage
    expect(e.usage).toEqual({ ...whole, outputTokens: Math.floor(whole.outputTokens! / 2) })
    await expect(m.sample(p, { n: 1 }, clock.live({ signal: AbortSignal.abort() }))).rejects.toThrow()
  })
  test('faults: that share of calls fails, and trying again helps', async () => {
    const m = model({ faults: 0.3 })
    let failed = 0
    for (let i = 0; i < 1000; i++) {
      for (let attempt = 0; ; attempt++) {
        expect(attempt).toBeLessThan(12)
        const r = await m.sample(p, { n: 1 }, new Clock().live({ index: i, key: `call ${i}` })).catch(e => e)
        if (!(r instanceof Error)) break
        expect(r).toMatchObject({ code: 'fault', name: 'ModelFault' })
        if (attempt === 0) failed++
      }
    }
    expect(failed / 1000).toBeGreaterThan(0.25)
    expect(failed / 1000).toBeLessThan(0.35)
  })
  test('limited: a burst of one second, then when to come back; coming back then is let in', async () => {
    const m = model({ limited: 5 })
    const clock = new Clock()
    const ask = () => m.sample(p, { n: 1 }, clock.live()).catch(e => e)
    for (let i = 0; i < 5; i++) expect(await ask()).not.toBeInstanceOf(Error)
    const e = await ask()
    expect(e).toMatchObject({ code: 'limited', retryAfter: expect.closeTo(0.2, 6) })
    clock.time += e.retryAfter * 1000
    expect(await ask()).not.toBeInstanceOf(Error)
    expect(await ask()).toMatchObject({ code: 'limited' })
    clock.time = 0 // another run
    expect(await ask()).not.toBeInstanceOf(Error)
  })
})

test('asked to choose among numbered next steps, it takes a promising one, or errs at its rate', async () => {
  const o = game24.oracle!
  for (const numbers of solvable.slice(0, 20)) {
    const place = prompt(numbers, { for: 'judgement' })
    const moves = o.moves(o.read(place)!.place)
    const good = moves.filter(m => o.promising(m.to))
    const bad = moves.filter(m => !o.promising(m.to))
    if (good.length === 0 || bad.length === 0) continue
    const options = [bad[0], good[0], bad.at(-1)!].map((m, i) => `${i + 1}. ${m.text}`).join('\n')
    const messages = [
      ...place,
      { role: 'user' as const, content: `Which is the most useful?\n${options}\nReply with a number from 1 to 3.` },
    ]
    expect(await texts(model({ error: 0 }), messages, 5)).toEqual(Array(5).fill('2'))
    expect((await texts(model({ error: 1 }), messages, 5)).every(x => x !== '2')).toBe(true)
  }
})
