// What the bookkeeping of every method costs for each effect, early in a search and late: it must not grow with the tree.
import type { KnobValue, Live, Method, Provider, PureWorld, Value } from '../../src/contract/index.ts'
import { AddressedRandom, Failure, hashText } from '../../src/kernel/index.ts'
import { methods } from '../../src/method/index.ts'
import { knobDetail, noJournal, run } from '../../src/runtime/index.ts'
import type { Row } from '../row.ts'

const length = 24
/** Letters in words: eight of them follow each other anywhere, and nothing is ever proven. */
const world: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'letters',
  grains: ['step', 'attempt'],
  start: () => '',
  step: (s, a) => s + a,
  outcome: s => (s.length < length ? null : { answer: s }),
  render: (c, want) => [{ role: 'user', content: `${want.for} ${want.list ?? 1} after ${c.state}` }],
  parse(text, s, want) {
    const letters = /^[a-h]+/.exec(text.trim())?.[0] ?? ''
    return letters === '' ? { reject: 'no letters' } : want.for === 'attempt' ? letters.slice(0, length - s.length) : letters[0]
  },
}
const worth = (text: string): number => hashText(text) / 2 ** 32
const value: Value<string, string> = { id: 'hash', value: async at => ({ value: 0.8 * worth(at.state) }) }

/** A model that answers at once, and knows how long it took. */
function letterModel(heard: () => void): { provider: Provider; own(): number } {
  let own = 0
  const letter = (r: { int(n: number): number }): string => String.fromCharCode(97 + r.int(8))
  return {
    own: () => own,
    provider: {
      id: 'letters',
      dialect: 'text',
      can: ['n', 'logprobs'],
      clock: 'virtual',
      price: { input: 0, output: 0 },
      max: (_, { n }) => ({ calls: n, requests: 1 }),
      async sample(messages, { n }, live: Live) {
        heard()
        const begin = cpu()
        const asked = /^(step|attempt) (\d+|Infinity) after/.exec(messages.at(-1)?.content ?? '')
        const key = hashText(messages.at(-1)?.content ?? '')
        const samples = Array.from({ length: n }, (_, i) => {
          const r = new AddressedRandom(1, key, live.index + i, 'letters')
          const count = asked?.[1] === 'attempt' ? length : 1
          const line = () => Array.from({ length: count }, () => letter(r)).join('')
          const lines = Math.min(8, Number(asked?.[2] ?? 1))
          const text = asked === null ? '0.5' : Array.from({ length: lines }, line).join('\n')
          return { text, finish: 'stop' as const, tokens: [{ id: 0, logprob: Math.log(worth(text) || 1e-9), certainty: 1 }] }
        })
        own += cpu() - begin
        return { samples, usage: { calls: n, requests: 1 } }
      },
    },
  }
}
/** CPU time of this thread in microseconds: what other processes do does not count. */
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** The knobs by which a method goes on until the budget ends, where it has such. */
function endless(m: Method): Record<string, KnobValue> {
  const out: Record<string, KnobValue> = {}
  for (const [name, knob] of Object.entries(m.knobs)) {
    const { doc = '', choices } = knobDetail(knob)
    if (/\b0: (until the budget ends|as many as the budget covers)/.test(doc)) out[name] = 0
    if (name === 'untilSolved') out[name] = false
    // Lists of distinct steps run dry; samples come again and again.
    if (name === 'how' && choices?.includes('iid')) out[name] = 'iid'
    if (name === 'widening') out[name] = 0.3
  }
  return out
}

/** Microseconds an effect, the model's own time subtracted, and the calls that were made: fewer where that takes longer than `most` microseconds. */
async function once(m: Method, calls: number): Promise<{ each: number; calls: number }> {
  const cut = new AbortController()
  const begin = cpu()
  const { provider, own } = letterModel(() => {
    if (cpu() - begin > most) cut.abort()
  })
  const r = await run({ world, method: m, model: provider, value, knobs: endless(m), budget: { calls } } as never, '', {
    concurrency: 8,
    journal: noJournal(),
    signal: cut.signal,
  })
  return { each: (cpu() - begin - own()) / Math.max(1, r.spent.calls), calls: r.spent.calls }
}
/** Ten thousand effects at a millisecond each. */
const most = 10_000_000

/** So many runs as one, so that a short search is measured as long as a long one. */
async function together(m: Method, calls: number, runs: number): Promise<{ each: number; calls: number }> {
  const all = []
  for (let i = 0; i < runs; i++) all.push(await once(m, calls))
  return { each: all.reduce((s, x) => s + x.each, 0) / runs, calls: all[0].calls }
}
const cutOff = (x: { each: number; calls: number }): boolean => x.each * x.calls > 0.9 * most

/** One method's bookkeeping at `few` calls and at `many`. */
export async function overhead(m: Method, o: { few: number; many: number; repeats: number }): Promise<Row> {
  try {
    // Warm, and a first look: one that is cut off here already is held to its bar against a tenth of the calls.
    let late = await once(m, o.few)
    let early = await together(m, cutOff(late) ? o.few / 10 : o.few, cutOff(late) ? 1 : Math.round(o.many / o.few))
    const ended = early.calls < 0.9 * o.few
    for (let i = 0; i < o.repeats && !cutOff(late) && !ended; i++) {
      const [again, more] = [await once(m, o.many), await together(m, o.few, Math.round(o.many / o.few))]
      // The least: what else the machine does only adds.
      if (i === 0 || again.each < late.each) late = again
      if (more.each < early.each) early = more
    }
    const whole = late.calls >= 0.9 * o.many || cutOff(late)
    return {
      name: `${m.id}: bookkeeping per call, ${late.calls} calls`,
      value: late.each,
      unit: 'us',
      ...(whole && early.each > 0 ? { ratio: late.each / early.each } : {}),
      note: `${early.each.toFixed(1)} us at ${early.calls} calls${whole ? '' : '; it ends by itself'}${cutOff(late) ? `; cut off after ${most / 1e6} s` : ''}`,
    }
  } catch (e) {
    if (!(e instanceof Failure)) throw e
    return { name: `${m.id}: takes no part`, value: 0, unit: 'us', note: e.message }
  }
}

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const rows: Row[] = []
  // A smoke is too short for its ratios to mean anything. Growth with the tree would be a ratio of ten.
  const size = smoke ? { few: 100, many: 200, repeats: 1 } : { few: 1000, many: 10_000, repeats: 2 }
  for (const m of methods.values()) {
    const row = await overhead(m, size)
    rows.push(smoke || row.ratio === undefined ? row : { ...row, bar: 'at most', target: 2 })
  }
  return rows
}
