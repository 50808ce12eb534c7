// A key in use: what it has spent, what is set aside for the requests under way, and how many it has left in this minute.
import type { Limits, Usage } from '../contract/index.ts'
import { Refusal } from './refusal.ts'
import { type ApiKey, atMost } from './settings.ts'

export class Account {
  readonly key: ApiKey
  readonly spent: Record<string, number> = {}
  readonly #held = new Set<Limits>()
  #tokens: number
  #at: number
  constructor(key: ApiKey, now: number) {
    this.key = key
    this.#tokens = key.rate ?? Number.POSITIVE_INFINITY
    this.#at = now
  }

  /** Takes one request. @returns seconds to wait; 0: it may go */
  take(now: number): number {
    const { rate } = this.key
    if (rate === undefined) return 0
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#at) / 60_000) * rate)
    this.#at = now
    if (this.#tokens < 1) return ((1 - this.#tokens) * 60) / rate
    this.#tokens -= 1
    return 0
  }

  charge(u: Partial<Usage>): void {
    for (const [k, x] of Object.entries(u)) if (typeof x === 'number') this.spent[k] = (this.spent[k] ?? 0) + x
    this.spent.tokens = (this.spent.inputTokens ?? 0) + (this.spent.outputTokens ?? 0)
  }

  /**
   * Sets aside what a request may spend, so that requests at once never spend more than there is. What the request names no limit for, it may have all of.
   * @returns its limits, and a function that gives back what was set aside
   * @throws Refusal (429) where nothing is left, or where others hold the rest
   */
  hold(limits: Limits): { limits: Limits; release(): void } {
    if (this.key.budget === undefined) return { limits, release: () => {} }
    const left: Record<string, number> = {}
    for (const [k, x] of Object.entries(this.key.budget) as [keyof Limits, number][]) {
      const rest = x - (this.spent[k] ?? 0)
      if (rest <= 0) throw new Refusal(429, 'budget', `the budget of this API key is used up: ${k}=${x}`)
      left[k] = rest
      for (const h of this.#held) left[k] -= h[k] ?? 0
      if (left[k] <= 0)
        throw new Refusal(
          429,
          'budget_held',
          `requests under way hold the rest of this API key's ${k}: give each a limit to have several at once`,
          {
            retryAfter: 1,
          },
        )
    }
    const mine = atMost(limits, left)
    this.#held.add(mine)
    return { limits: mine, release: () => void this.#held.delete(mine) }
  }
}
