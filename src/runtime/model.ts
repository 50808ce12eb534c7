import type { EdgeId, Frame, LanguageModel, Limits, Message, Price, Provider, Sample, Sampling, Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Gate } from './gate.ts'
import type { Handling, Job } from './request.ts'
import { modelCall } from './telemetry.ts'

/** What a bound model needs of the place it is bound to. */
export interface Door {
  readonly sampling: Sampling
  /** Asks for an effect at an edge. `build` is given a test: does the budget still cover a maximum? */
  effect<T>(
    edge: EdgeId,
    build: (fits: (max: Limits) => boolean) => Omit<Job, 'at' | 'stamp' | 'tree' | 'node'> | null,
    optional?: boolean,
  ): Promise<T>
  gate(p: Provider): Gate
}

const free: Price = { input: 0, output: 0 }

/** What a usage costs in US dollars; null: the price is unknown. What the provider itself says it cost holds. */
export function priced(usage: Partial<Usage>, price: Price | undefined): Partial<Usage> {
  if (usage.usd !== undefined && usage.usd !== null) return usage
  if (price === undefined) return { ...usage, usd: null }
  if (price.input === 0 && price.output === 0 && !price.request) return usage
  const cached = usage.cachedTokens ?? 0
  const input = (usage.inputTokens ?? 0) - cached
  return {
    ...usage,
    usd:
      (input * price.input + cached * (price.cached ?? price.input) + (usage.outputTokens ?? 0) * price.output) / 1e6 +
      (usage.requests ?? 0) * (price.request ?? 0),
  }
}

/** What a call that came to nothing cost has a price, too. */
function refuse(e: { usage?: Partial<Usage> }, price: Price | undefined): never {
  throw e.usage === undefined ? e : Object.assign(e, { usage: priced(e.usage, price) })
}

/** The most a request may cost, money included where the price is known. */
export function bounded(p: Provider, max: Limits): Limits {
  const price = p.price
  if (price === undefined || price === free || (price.input === 0 && price.output === 0 && !price.request) || max.usd !== undefined)
    return max
  const tokens = max.tokens ?? 0
  const input = max.inputTokens ?? tokens
  const output = max.outputTokens ?? tokens
  return { ...max, usd: (input * price.input + output * price.output) / 1e6 + (max.requests ?? 1) * (price.request ?? 0) }
}

/** A provider as a LanguageModel bound to a place: every call through it is an effect there. */
export class BoundModel implements LanguageModel {
  readonly #p: Provider
  readonly #door: Door
  readonly #edge: EdgeId
  next?: LanguageModel['next']
  score?: LanguageModel['score']
  embed?: LanguageModel['embed']

  constructor(p: Provider, door: Door, edge: EdgeId) {
    this.#p = p
    this.#door = door
    this.#edge = edge
    // Abilities a provider lacks are not there to be called.
    if (p.next !== undefined) this.next = prefixes => this.#next(prefixes)
    if (p.score !== undefined) this.score = (messages, text) => this.#score(messages, text)
    if (p.embed !== undefined) this.embed = texts => this.#embed(texts)
  }
  get id(): string {
    return this.#p.id
  }
  get can(): Provider['can'] {
    return this.#p.can
  }
  get dialect(): string {
    return this.#p.dialect
  }
  sample(messages: readonly Message[], o: Sampling & { n?: number } = {}): Promise<Sample[]> {
    const { n = 1, ...own } = o
    // Tools and the form of an answer are for who proposes answers, and says so; nobody else who is asked shall call or fill them in.
    const { tools: _, toolChoice: __, schema: ___, ...usual } = this.#door.sampling
    const options: Sampling = { ...usual, ...own }
    if (n < 1) return Promise.resolve([])
    const body = JSON.stringify([this.#p.id, messages, options])
    if (n === 1 || this.#p.can.includes('n')) return this.#once(messages, options, body, n, false) as Promise<Sample[]>
    // One request each, so that each has its slot and its record; past the first, what the budget does not cover is left out.
    const all = Array.from({ length: n }, (_, i) => this.#once(messages, options, body, 1, i > 0))
    return Promise.all(all).then(some => some.flatMap(x => x ?? []))
  }
  #once(messages: readonly Message[], o: Sampling, body: string, n: number, optional: boolean): Promise<Sample[] | undefined> {
    const p = this.#p
    const gate = this.#door.gate(p)
    return this.#door.effect<Sample[] | undefined>(
      this.#edge,
      fits => {
        let count = n
        let max = bounded(p, p.max(messages, { ...o, n: count }))
        while (count > 1 && !fits(max)) max = bounded(p, p.max(messages, { ...o, n: --count }))
        return {
          kind: 'sample',
          what: p.id,
          request: body,
          count,
          max,
          cacheable: true,
          run: live =>
            modelCall(p, 'chat', o, async () => {
              const r = await gate.through(live, () => p.sample(messages, { ...o, n: count }, live)).catch(e => refuse(e, p.price))
              return { value: r.samples, usage: priced(r.usage, p.price) }
            }),
        }
      },
      optional,
    )
  }
  #plain<T>(
    kind: string,
    request: unknown,
    max: Limits,
    run: (live: Handling) => Promise<{ value: T; usage: Partial<Usage> }>,
  ): Promise<T> {
    const p = this.#p
    const gate = this.#door.gate(p)
    return this.#door.effect<T>(this.#edge, () => ({
      kind,
      what: p.id,
      request: JSON.stringify([p.id, request]),
      count: 1,
      max: bounded(p, max),
      cacheable: true,
      run: live =>
        modelCall(p, kind, {}, async () => {
          const r = await gate.through(live, () => run(live)).catch(e => refuse(e, p.price))
          return { value: r.value, usage: priced(r.usage, p.price) }
        }),
    }))
  }
  async #next(prefixes: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = prefixes.reduce((a, x) => a + x.length, 0)
    const laws = await this.#plain('next', prefixes, { calls: prefixes.length, requests: 1, inputTokens: tokens }, async live => {
      const r = await this.#p.next!(prefixes, live)
      return { value: r.laws.map(x => Array.from(x, y => (y === Number.NEGATIVE_INFINITY ? null : y))), usage: r.usage }
    })
    return laws.map(x => Float32Array.from(x, y => y ?? Number.NEGATIVE_INFINITY))
  }
  #score(messages: readonly Message[], text: string): Promise<{ logprob: number; tokens?: Sample['tokens'] }> {
    // Some servers write a token whether it is wanted or not.
    const max = this.#p.max(messages, { n: 1, max: 1 })
    return this.#plain('score', [messages, text], { ...max, inputTokens: (max.inputTokens ?? 0) + text.length * 4 }, async live => {
      const { usage, ...value } = await this.#p.score!(messages, text, live)
      return { value, usage }
    })
  }
  async #embed(texts: readonly string[]): Promise<Float32Array[]> {
    const bytes = texts.reduce((a, x) => a + x.length * 4, 0)
    const vectors = await this.#plain('embed', texts, { requests: 1, inputTokens: bytes }, async live => {
      const r = await this.#p.embed!(texts, live)
      return { value: r.vectors.map(x => Array.from(x)), usage: r.usage }
    })
    return vectors.map(x => Float32Array.from(x))
  }
}

/** The provider of a role: its own, else the policy's. */
export function roleProvider(models: Record<string, Provider>, role: string): Provider {
  const p = models[role] ?? models.policy
  if (p === undefined)
    throw new Failure('usage', `no model is given for the role '${role}'`, 'give the frame a model: model: simulated({ ... })')
  return p
}

/** The models of a frame by role. */
export function asRoles(model: Frame<any, any, any, any>['model']): Record<string, Provider> {
  if (model === undefined) return {}
  return 'sample' in model && typeof model.sample === 'function' ? { policy: model as Provider } : (model as Record<string, Provider>)
}
