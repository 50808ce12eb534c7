// A model that is wrong on purpose: it knows the world's truth and errs about it at set rates. For tests, demonstrations and studies of search.
import type { Live, Message, Oracle, Price, Provider, Sample, Sampling, Usage, Wanted } from '../contract/index.ts'
import { canonical, chain, hashText, mix } from '../kernel/hash.ts'
import { keeping } from '../kernel/keeping.ts'
import { AddressedRandom } from '../kernel/random.ts'
import { readTraceAsk, type TraceWish } from '../kernel/trace.ts'
import { Cancelled, ModelFault } from './fault.ts'
import { asksConfidence, asksSomethingElse, choose, confidence, optionsIn, replyTo } from './simulated-replies.ts'
import { writeTrace } from './simulated-trace.ts'

export interface Simulated {
  /** What the model errs about: the world's. */
  oracle: Oracle<any>
  /** Default 0. Another seed, another model. */
  seed?: number
  /** Chance that a judgement says the contrary. */
  error?: number
  /** How many of the legal steps it ever thinks of at a place. Default 8. */
  width?: number
  /** Chance that a step it writes has a wrong result in it. */
  slip?: number
  /** Chance that a step of its own choice, alone or within an attempt, is a promising one, where it thinks of one; else it picks evenly. */
  skill?: number
  /** Median waiting time of a request in milliseconds; log-normal. On the runtime's clock. Default 0. */
  latency?: number
  /** Standard deviation of the logarithm of the waiting time. Default 0.8. */
  sigma?: number
  /** Chance that a request fails and may be tried again. */
  faults?: number
  /** Requests a second, with a burst of one second; beyond it the server says so and when to come back. 0: no limit. */
  limited?: number
  /** Chance that a reply is cut off half way. */
  cut?: number
  /** Default: free. */
  price?: Price
  id?: string
}

/** Bytes a token: the tokenizer of a simulated model. */
const bytesPerToken = 4
const encoder = new TextEncoder()
const tokensIn = (text: string): number => Math.ceil(encoder.encode(text).length / bytesPerToken)
const promptTokens = (messages: readonly Message[]): number => messages.reduce((sum, m) => sum + tokensIn(m.content), 0)
/** Longest reply where the caller sets no maximum. */
const longest = 512

/**
 * A simulated chat model over a world's oracle.
 *
 * What it writes is a function of its seed, the place the prompt asks about, and the number of the sample at its address: never of the schedule, of the
 * clock, or of chance. So equal places get equal replies, and a judgement of a place differs from sample to sample but not from run to run.
 * - a step: one of the `width` legal steps it thinks of there, drawn with replacement;
 * - a list: those steps, in hash order, at most as many as asked for; asked again, other ones of the legal steps;
 * - an attempt: steps chosen in that way one after the other, and the answer;
 * - a choice among numbered next steps: a promising one, where there is one, or with probability `error` one that is not;
 * - a judgement: one of the words for a promising place, or for a lost one, contrary to the truth with probability `error`.
 * - a search, where the prompt asks for one in the reply: its steps and its own judgements, until it thinks it is done.
 * Words after the prompt (notes, a hint, what was tried) make it draw anew; steps they name are not proposed again; asked for its confidence in the same
 * reply, it says high where it can end well, contrary to the truth with probability `error`. Tokens are four bytes each.
 */
export function simulated(o: Simulated): Provider {
  const { oracle, seed = 0, error = 0, width = 8, slip = 0, skill = 0, latency = 0, sigma = 0.8, faults = 0, limited = 0, cut = 0 } = o
  const id = o.id ?? idOf(o)
  const random = (place: string, purpose: string, ...at: (number | string)[]): AddressedRandom => {
    const { hi, lo } = chain(0, 0, place)
    return new AddressedRandom(seed, hi, lo, `${purpose} ${at.join(' ')}`)
  }
  const hashOrder = <T extends { text: string }>(xs: readonly T[], place: string, purpose: string): T[] => {
    const base = mix(hashText(place), hashText(purpose, seed))
    return xs
      .map(x => ({ x, h: mix(base, hashText(x.text)) }))
      .sort((p, q) => p.h - q.h)
      .map(k => k.x)
  }
  const slipped = (text: string, r: AddressedRandom): string => (r.next() < slip ? wrong(text, r) : text)

  // The steps it thinks of at a place, first come first. Kept, since places are asked about again and again.
  const kept = keeping<readonly { text: string; to: unknown }[]>(20_000)
  const thoughts = (place: unknown, key: string, told: string) => {
    const all = kept(key, () => hashOrder(oracle.moves(place), key, 'width').slice(0, width))
    const rest = fresh(all, told)
    return rest.length > 0 ? rest : all
  }
  const choice = (place: unknown, key: string, told: string, r: AddressedRandom) => {
    const from = thoughts(place, key, told)
    if (r.next() < skill) {
      const good = from.filter(m => oracle.promising(m.to))
      if (good.length > 0) return r.pick(good)
    }
    return from.length > 0 ? r.pick(from) : undefined
  }
  const attempt = (place: unknown, key: string, told: string, index: number): { text: string; end: unknown } => {
    const texts: string[] = []
    let at = place
    let where = key
    for (let depth = 0; depth < 1000; depth++) {
      const r = random(where, 'attempt', index, depth, told)
      const step = choice(at, where, '', r)
      if (!step) break
      texts.push(slipped(step.text, r))
      at = step.to
      where = canonical(at)
    }
    return { text: oracle.attempt(texts), end: at }
  }
  const reply = (place: unknown, key: string, want: Wanted, told: string, index: number): string => {
    const r = random(key, want.for, index, told)
    if (want.for === 'judgement') {
      const { promising, lost } = oracle.labels
      return r.pick(r.next() < error !== oracle.promising(place) ? promising : lost)
    }
    const sure = (to: unknown): string => (asksConfidence(told) ? `\n${confidence(oracle.promising(to) !== r.next() < error, r)}` : '')
    if (want.for === 'attempt') {
      if (want.list === undefined) {
        const { text, end } = attempt(place, key, told, index)
        return text + sure(end)
      }
      const count = Math.min(want.list, width)
      const lines = Array.from(
        { length: count },
        (_, i) =>
          attempt(place, key, told, index * width + i)
            .text.split('\n')
            .at(-1) ?? '',
      )
      return [...new Set(lines)].join('\n')
    }
    if (want.list === undefined) {
      const step = choice(place, key, told, r)
      return step ? slipped(step.text, r) + sure(step.to) : 'There is no further step.'
    }
    // Asked again, or with other words, it thinks anew.
    const listed =
      index === 0 && told === ''
        ? thoughts(place, key, told)
        : fresh(hashOrder(oracle.moves(place), key, `list ${index} ${told}`), told).slice(0, width)
    const ordered = listed.slice(0, want.list)
    return ordered.length > 0
      ? ordered.map((m, i) => slipped(m.text, random(key, 'slip', index, i, told))).join('\n')
      : 'There is no further step.'
  }

  /** A search of its own: it tries the steps it thinks of, and errs about where they lead as it does when it is asked to judge. */
  const trace = (place: unknown, key: string, wish: TraceWish, index: number): string =>
    writeTrace<unknown>(place, wish, {
      steps(at, most) {
        const where = at === place ? key : canonical(at)
        const r = random(where, 'trace', index)
        let left = [...thoughts(at, where, '')]
        const out: { text: string; to: unknown }[] = []
        while (left.length > 0 && out.length < most) {
          const good = r.next() < skill ? left.filter(m => oracle.promising(m.to)) : []
          const next = r.pick(good.length > 0 ? good : left)
          left = left.filter(m => m !== next)
          out.push({ ...next, text: slipped(next.text, r) })
        }
        return out
      },
      judge(at) {
        const r = random(canonical(at), 'trace judgement', index)
        return { good: r.next() < error !== oracle.promising(at), finished: oracle.moves(at).length === 0 }
      },
      answer: texts => oracle.attempt(texts),
    })

  const text = (asked: Asked | null, messages: readonly Message[], index: number): string => {
    if (!asked)
      return replyTo(messages.findLast(m => m.role === 'user')?.content ?? '', null, random(canonical(messages), 'other', index), { error })
    const { place, key, want, told, other } = asked
    const wish = readTraceAsk(told)
    if (wish) return trace(place, key, wish, index)
    if (other === null) return reply(place, key, want, told, index)
    const moves = oracle.moves(place)
    const options = optionsIn(other)
    const meant = options.map(x => moves.find(m => named(x, m.text)))
    if (options.length > 1 && meant.every(m => m !== undefined))
      return choose(
        meant.map(m => oracle.promising(m!.to)),
        random(key, 'other', index, other),
        { error },
      )
    const over = moves.length === 0
    const truth = { over, promising: oracle.promising(place) }
    return replyTo(other, truth, random(key, 'other', index, other), { error })
  }

  // A bucket of tokens on the runtime's clock, and how often a call that failed was tried: nothing a reply depends on.
  let bucket = Math.max(1, limited)
  let filled = Number.NEGATIVE_INFINITY
  const tries = new Map<string, number>()
  const admit = (now: number): void => {
    if (limited <= 0) return
    if (now < filled)
      bucket = Math.max(1, limited) // another run, with a clock of its own
    else if (filled > Number.NEGATIVE_INFINITY) bucket = Math.min(Math.max(1, limited), bucket + ((now - filled) / 1000) * limited)
    filled = now
    if (bucket < 1 - 1e-9) throw new ModelFault('limited', 'too many requests', { retryAfter: (1 - bucket) / limited })
    bucket -= 1
  }

  return {
    id,
    dialect: 'text',
    can: ['n'],
    clock: 'virtual',
    price: o.price ?? { input: 0, output: 0 },
    max: (messages, { n, max }) => ({ calls: n, requests: 1, inputTokens: promptTokens(messages), outputTokens: n * (max ?? longest) }),
    async sample(messages, s, live) {
      live.signal.throwIfAborted()
      admit(live.now())
      const asked = readAsked(oracle, messages)
      const where = asked?.key ?? canonical(messages)
      const count = tries.get(live.idempotencyKey) ?? 0
      if (random(where, 'fault', live.index, count).next() < faults) {
        tries.set(live.idempotencyKey, count + 1)
        throw new ModelFault('fault', 'the server failed')
      }
      tries.delete(live.idempotencyKey)
      const samples = Array.from({ length: s.n }, (_, i) => {
        const index = live.index + i
        return finish(text(asked, messages, index), s, random(where, 'cut', index).next() < cut)
      })
      const usage: Partial<Usage> = {
        calls: s.n,
        requests: 1,
        inputTokens: promptTokens(messages),
        outputTokens: samples.reduce((sum, x) => sum + tokensIn(x.text), 0),
      }
      if (latency > 0)
        await wait(latency * Math.exp(sigma * random(where, 'latency', asked?.want.for ?? '', live.index).normal()), live, usage)
      return { samples, usage }
    },
  }
}

const defaults: Partial<Record<keyof Simulated, number>> = {
  seed: 0,
  error: 0,
  width: 8,
  slip: 0,
  skill: 0,
  latency: 0,
  sigma: 0.8,
  faults: 0,
  limited: 0,
  cut: 0,
}
/** As one would type it, so that models that differ are told apart wherever ids are compared. */
function idOf(o: Simulated): string {
  const set = (Object.keys(defaults) as (keyof Simulated)[]).filter(k => o[k] !== undefined && o[k] !== defaults[k])
  return set.length === 0 ? 'simulated' : `simulated:${set.map(k => `${k}=${o[k]}`).join(',')}`
}

interface Asked {
  place: unknown
  key: string
  want: Wanted
  /** Words after the prompt. */
  told: string
  /** A message after the prompt that asks something else than the world does. */
  other: string | null
}

/** The last prompt of the world in a list of messages, and what follows it. */
function readAsked(oracle: Oracle<any>, messages: readonly Message[]): Asked | null {
  for (let end = messages.length; end > 0; end--) {
    const found = oracle.read(messages.slice(0, end))
    if (!found) continue
    const after = messages
      .slice(end)
      .filter(m => m.role === 'user')
      .map(m => m.content)
    return { ...found, told: after.join('\n'), other: after.findLast(asksSomethingElse) ?? null }
  }
  return null
}

const fresh = <T extends { text: string }>(steps: readonly T[], told: string): readonly T[] =>
  told === '' ? steps : steps.filter(m => !told.split('\n').some(line => named(line, m.text)))
/** A line names a step if it is its text, or the beginning of it. */
const named = (line: string, step: string): boolean => {
  const l = line
    .replace(/^\s*[-*]?\s*/, '')
    .replace(/ -> .*$/, '')
    .trimEnd()
  return l.length > 2 && (step === l || step.startsWith(`${l} `))
}

/** The same text with a wrong number in it: the first after an equals sign, else the last. */
function wrong(text: string, r: AddressedRandom): string {
  const by = 1 + r.int(3)
  const off = (n: string): string => String(Number(n) + by)
  if (/= *-?\d+/.test(text)) return text.replace(/(= *)(-?\d+)/, (_, is: string, n: string) => is + off(n))
  return text.replace(/(-?\d+)(?=\D*$)/, off)
}

function finish(full: string, s: Sampling, cutOff: boolean): Sample {
  let text = cutOff ? full.slice(0, Math.ceil(full.length / 2)) : full
  let finish: Sample['finish'] = cutOff ? 'cut' : 'stop'
  const stops = (s.stop ?? []).map(x => text.indexOf(x)).filter(i => i >= 0)
  if (stops.length > 0) {
    text = text.slice(0, Math.min(...stops))
    finish = 'stop'
  }
  const most = s.max ?? longest
  if (tokensIn(text) > most) {
    while (tokensIn(text) > most) text = text.slice(0, Math.max(0, Math.min(text.length - 1, most * bytesPerToken)))
    finish = 'cut'
  }
  return { text, finish }
}

/** Sleeps on the runtime's clock; cancelled, it has spent the prompt and the share of the reply that had been written by then. */
async function wait(ms: number, live: Live, usage: Partial<Usage>): Promise<void> {
  const from = live.now()
  await live.sleep(ms)
  if (!live.signal.aborted) return
  const share = Math.min(1, Math.max(0, (live.now() - from) / ms))
  throw new Cancelled({ ...usage, outputTokens: Math.floor((usage.outputTokens ?? 0) * share) }, live.signal.reason)
}
