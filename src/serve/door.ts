// Who may come in: hosts, origins, keys, rates, and how much may be sent.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Account } from './account.ts'
import { Refusal } from './refusal.ts'
import { isLoopback, type ServeSettings } from './settings.ts'

export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex')

export class Door {
  readonly #settings: ServeSettings
  readonly #accounts: readonly Account[]
  readonly #now: () => number
  constructor(settings: ServeSettings, now: () => number = Date.now) {
    this.#settings = settings
    this.#now = now
    this.#accounts = (settings.keys ?? []).map(k => new Account(k, now()))
  }

  /** Is this server meant? A page elsewhere may make a name of its own point here: a local server answers to local names alone. @throws Refusal */
  meant(r: Request): string {
    const { host = '127.0.0.1' } = this.#settings
    const named = r.headers.get('host') ?? new URL(r.url).host
    if (isLoopback(host) && !isLoopback(named.replace(/:\d+$/, '')))
      throw new Refusal(403, 'host', 'this server answers to 127.0.0.1 and localhost alone')
    return named
  }

  /** Lets a request in. @returns the account of its key; undefined: keys are not asked for @throws Refusal */
  enter(r: Request): Account | undefined {
    const { origins = [] } = this.#settings
    const named = this.meant(r)
    const origin = r.headers.get('origin')
    const own = origin !== null && (URL.parse(origin)?.host === named || origins.includes(origin))
    if ((origin !== null && !own) || (origin === null && r.headers.get('sec-fetch-site') === 'cross-site'))
      throw new Refusal(403, 'origin', 'requests from pages of other origins are refused')
    if (r.method === 'POST' && !/^application\/json\b/i.test(r.headers.get('content-type') ?? ''))
      throw new Refusal(415, 'content_type', 'expected a body of content-type application/json')
    if (this.#accounts.length === 0) return undefined
    const given = /^Bearer\s+(\S+)$/i.exec(r.headers.get('authorization') ?? '')?.[1]
    if (given === undefined) throw new Refusal(401, 'no_key', 'an API key is needed: Authorization: Bearer KEY')
    const hash = Buffer.from(hashKey(given), 'hex')
    // Each is compared, however early one fits: the time tells nothing.
    let found: Account | undefined
    for (const a of this.#accounts) {
      const known = Buffer.from(a.key.hash, 'hex')
      if (known.length === hash.length && timingSafeEqual(known, hash)) found = a
    }
    if (found === undefined) throw new Refusal(401, 'wrong_key', 'this API key is not known here')
    const wait = found.take(this.#now())
    if (wait > 0) throw new Refusal(429, 'rate', `this API key may ask ${found.key.rate} times a minute`, { retryAfter: wait })
    return found
  }

  /** The body as JSON. @throws Refusal: too large, or none */
  async json(r: Request): Promise<Record<string, unknown>> {
    const most = this.#settings.body ?? 4 * 2 ** 20
    const tooLarge = () => new Refusal(413, 'too_large', `expected at most ${most} bytes`)
    if (Number(r.headers.get('content-length') ?? 0) > most) throw tooLarge()
    const parts: Uint8Array[] = []
    let size = 0
    try {
      if (r.body !== null)
        for await (const part of r.body as unknown as AsyncIterable<Uint8Array>) {
          size += part.length
          if (size > most) throw tooLarge()
          parts.push(part)
        }
    } catch (e) {
      if (e instanceof Refusal) throw e
      throw new Refusal(400, 'body', 'the body ended before its end')
    }
    let value: unknown
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)))
    } catch {
      throw new Refusal(400, 'json', 'expected a body of JSON')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(400, 'json', 'expected a JSON object')
    return value as Record<string, unknown>
  }
}
