import type { Limits, Usage } from '../contract/index.ts'

/**
 * Usage with the sum of input and output tokens written out, for a declared maximum may bound the sum alone. All that a budget adds up is of this
 * one shape; `usd` null is an unknown price, and stays unknown in every sum it enters.
 */
export interface Amount extends Usage {
  tokens: number
}
/** What a limit can be set on, in the order in which a budget is reported. */
export const measures = [
  'calls',
  'requests',
  'tokens',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'reasoningTokens',
  'usd',
  'seconds',
  'workingSeconds',
  'steps',
  'toolCalls',
  'nodes',
] as const satisfies readonly (keyof Limits)[]
export type Measure = (typeof measures)[number]

/** Nothing. */
export const zero = (): Amount => ({
  calls: 0,
  requests: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  usd: 0,
  seconds: 0,
  workingSeconds: 0,
  steps: 0,
  toolCalls: 0,
  nodes: 0,
  tokens: 0,
})

/** An actual usage as an amount: what it does not say is 0. An unknown price is said as `usd: null`. */
export function amount(u: Partial<Usage>): Amount {
  const out = zero()
  out.calls = u.calls ?? 0
  out.requests = u.requests ?? 0
  out.inputTokens = u.inputTokens ?? 0
  out.cachedTokens = u.cachedTokens ?? 0
  out.outputTokens = u.outputTokens ?? 0
  out.reasoningTokens = u.reasoningTokens ?? 0
  out.usd = u.usd === undefined ? 0 : u.usd
  out.seconds = u.seconds ?? 0
  out.workingSeconds = u.workingSeconds ?? 0
  out.steps = u.steps ?? 0
  out.toolCalls = u.toolCalls ?? 0
  out.nodes = u.nodes ?? 0
  out.tokens = out.inputTokens + out.outputTokens
  return out
}

/**
 * A declared maximum as an amount, to reserve. What it does not bound is 0; but where it bounds `tokens` alone, that bounds input and output too, and
 * input and output bound what is part of them.
 */
export function maximum(m: Partial<Usage> & { tokens?: number }): Amount {
  const out = amount(m)
  if (m.tokens !== undefined) {
    out.tokens = m.tokens
    out.inputTokens = m.inputTokens ?? m.tokens
    out.outputTokens = m.outputTokens ?? m.tokens
  }
  out.cachedTokens = m.cachedTokens ?? out.inputTokens
  out.reasoningTokens = m.reasoningTokens ?? out.outputTokens
  return out
}

/** into += x, in place. */
export function addTo(into: Amount, x: Amount): void {
  into.calls += x.calls
  into.requests += x.requests
  into.inputTokens += x.inputTokens
  into.cachedTokens += x.cachedTokens
  into.outputTokens += x.outputTokens
  into.reasoningTokens += x.reasoningTokens
  into.usd = into.usd === null || x.usd === null ? null : into.usd + x.usd
  into.seconds += x.seconds
  into.workingSeconds += x.workingSeconds
  into.steps += x.steps
  into.toolCalls += x.toolCalls
  into.nodes += x.nodes
  into.tokens += x.tokens
}

/** What is left of a difference of sums of fractions; a residue of rounding is nothing. */
const difference = (a: number, b: number): number => (Math.abs(a - b) < 1e-12 ? 0 : a - b)

/** from -= x, in place. */
export function subtractFrom(from: Amount, x: Amount): void {
  from.calls -= x.calls
  from.requests -= x.requests
  from.inputTokens -= x.inputTokens
  from.cachedTokens -= x.cachedTokens
  from.outputTokens -= x.outputTokens
  from.reasoningTokens -= x.reasoningTokens
  from.usd = from.usd === null || x.usd === null ? null : difference(from.usd, x.usd)
  from.seconds = difference(from.seconds, x.seconds)
  from.workingSeconds = difference(from.workingSeconds, x.workingSeconds)
  from.steps -= x.steps
  from.toolCalls -= x.toolCalls
  from.nodes -= x.nodes
  from.tokens -= x.tokens
}

export function add(a: Amount, b: Amount): Amount {
  const out = { ...a }
  addTo(out, b)
  return out
}
/** Every measure times a factor; an unknown price stays unknown. */
export function scale(a: Amount, factor: number): Amount {
  const out = { ...a }
  for (const k of measures) {
    const x = a[k]
    out[k] = (x === null ? null : x * factor) as number
  }
  return out
}

/** An amount as the contract's usage. */
export function usage(a: Amount): Usage {
  const { tokens: _, ...rest } = a
  return rest
}

/** Where an ask stands: it fits now; it would fit if what is in flight came out cheaper (`later`); it cannot fit any more (`never`). */
export type Fit = 'fits' | 'later' | 'never'

const nothing: Amount = Object.freeze(zero())

// Sums of fractions carry rounding errors of about 1e-16 a term: 0.1 + 0.2 must fit 0.3. A billionth of the limit is below the price of a token and
// above the error of a million terms. Whole numbers are compared exactly.
const fraction = 1e-9

function stand(
  limit: number | undefined,
  spent: number | null,
  reserved: number | null,
  ask: number | null,
  kept: number | null,
  slack: number,
): 0 | 1 | 2 {
  if (limit === undefined) return 0
  if (spent === null || reserved === null || ask === null || kept === null) return 2
  const most = limit - kept + slack * limit
  return spent + ask > most ? 2 : spent + reserved + ask > most ? 1 : 0
}

/**
 * May `ask` start, in one scope? In nested scopes the worst answer holds.
 *
 * An unknown price never fits a limit in `usd`. Limits in usd and seconds are compared with a tolerance of a billionth of the limit, all others
 * exactly. No allocation.
 * @param spent settled @param reserved maxima of what is in flight @param ask its maximum @param kept held back for the final answer; default nothing
 */
export function fits(limits: Limits, spent: Amount, reserved: Amount, ask: Amount, kept: Amount = nothing): Fit {
  const worst = Math.max(
    stand(limits.calls, spent.calls, reserved.calls, ask.calls, kept.calls, 0),
    stand(limits.requests, spent.requests, reserved.requests, ask.requests, kept.requests, 0),
    stand(limits.tokens, spent.tokens, reserved.tokens, ask.tokens, kept.tokens, 0),
    stand(limits.inputTokens, spent.inputTokens, reserved.inputTokens, ask.inputTokens, kept.inputTokens, 0),
    stand(limits.cachedTokens, spent.cachedTokens, reserved.cachedTokens, ask.cachedTokens, kept.cachedTokens, 0),
    stand(limits.outputTokens, spent.outputTokens, reserved.outputTokens, ask.outputTokens, kept.outputTokens, 0),
    stand(limits.reasoningTokens, spent.reasoningTokens, reserved.reasoningTokens, ask.reasoningTokens, kept.reasoningTokens, 0),
    stand(limits.usd, spent.usd, reserved.usd, ask.usd, kept.usd, fraction),
    stand(limits.seconds, spent.seconds, reserved.seconds, ask.seconds, kept.seconds, fraction),
    stand(limits.workingSeconds, spent.workingSeconds, reserved.workingSeconds, ask.workingSeconds, kept.workingSeconds, fraction),
    stand(limits.steps, spent.steps, reserved.steps, ask.steps, kept.steps, 0),
    stand(limits.toolCalls, spent.toolCalls, reserved.toolCalls, ask.toolCalls, kept.toolCalls, 0),
    stand(limits.nodes, spent.nodes, reserved.nodes, ask.nodes, kept.nodes, 0),
  )
  return worst === 0 ? 'fits' : worst === 1 ? 'later' : 'never'
}

const slackOf = (k: Measure): number => (k === 'usd' || k === 'seconds' || k === 'workingSeconds' ? fraction : 0)

/** The first measure by which `ask` does not fit now; null: it fits. For messages. */
export function binding(limits: Limits, spent: Amount, reserved: Amount, ask: Amount, kept: Amount = nothing): Measure | null {
  return measures.find(k => stand(limits[k], spent[k], reserved[k], ask[k], kept[k], slackOf(k)) > 0) ?? null
}

/** The measures in which more was spent than allowed, beyond rounding. */
export function overshoot(limits: Limits, spent: Amount): Measure[] {
  return measures.filter(k => stand(limits[k], spent[k], 0, 0, 0, slackOf(k)) === 2)
}

/** How many of `n` equal asks fit now together: the largest m <= n for which m x `each` fits. */
export function affordable(limits: Limits, spent: Amount, reserved: Amount, each: Amount, n: number, kept: Amount = nothing): number {
  let m = n
  for (const k of measures) {
    const limit = limits[k]
    const x = each[k]
    if (limit === undefined || x === 0) continue
    const used = spent[k]
    const held = reserved[k]
    const back = kept[k]
    if (x === null || used === null || held === null || back === null) return 0
    m = Math.min(m, Math.floor((limit - back - used - held + slackOf(k) * limit) / x))
  }
  return Math.max(0, m)
}

/**
 * The least remaining share, from 1 (untouched) to 0, over all limits or those named; what is reserved counts as spent, what is kept back as not
 * there. 1 where nothing is limited; 0 where money is limited and a price unknown.
 * @param before spent before the share is of anything: it counts neither as there nor as used
 */
export function ratio(
  limits: Limits,
  spent: Amount,
  reserved: Amount,
  kept: Amount = nothing,
  of: readonly (keyof Limits)[] = measures,
  before: Amount = nothing,
): number {
  let least = 1
  for (const k of of) {
    const limit = limits[k]
    if (limit === undefined) continue
    const used = spent[k]
    const held = reserved[k]
    const back = kept[k]
    const was = before[k]
    if (used === null || held === null || back === null || was === null) return 0
    const cap = limit - back - was
    least = Math.min(least, cap > 0 ? Math.max(0, (cap - (used - was) - held) / cap) : 0)
  }
  return least
}

/** What is left of each limit (never below 0); an unknown price leaves nothing. */
export function remaining(limits: Limits, spent: Amount, reserved: Amount = nothing, kept: Amount = nothing): Limits {
  const out: Limits = {}
  for (const k of measures) {
    const limit = limits[k]
    if (limit === undefined) continue
    const used = spent[k]
    const held = reserved[k]
    const back = kept[k]
    out[k] = used === null || held === null || back === null ? 0 : Math.max(0, limit - back - used - held)
  }
  return out
}

/** A share of limits: counts are rounded down, money and time are not. */
export function portion(limits: Limits, share: number): Limits {
  const out: Limits = {}
  for (const k of measures) {
    const limit = limits[k]
    if (limit !== undefined) out[k] = slackOf(k) > 0 ? limit * share : Math.floor(limit * share + fraction)
  }
  return out
}

/** The tighter of two limits in each measure. */
export function tighter(a: Limits, b: Limits): Limits {
  const out: Limits = { ...a }
  for (const k of measures) {
    const x = b[k]
    if (x !== undefined) out[k] = Math.min(x, a[k] ?? Number.POSITIVE_INFINITY)
  }
  return out
}
