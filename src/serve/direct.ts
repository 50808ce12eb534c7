// The model alone: one request, passed through as it comes, and nothing is kept.
import type { Live, Provider, Sample, Usage } from '../contract/index.ts'
import { AddressedRandom, amount, canonical, hashText, usage } from '../kernel/index.ts'
import { Cancelled } from '../model/index.ts'
import { modelCall, priced } from '../runtime/index.ts'
import type { Asked } from './request.ts'
import { type Said, type Spoken, told } from './said.ts'

/** A piece of a reply on its way. */
export type Piece = Parameters<NonNullable<Live['heard']>>[0]

const spokenOf = (s: Sample, dialect: string): Spoken => ({
  text: s.text,
  ...(s.toolCalls === undefined ? {} : { toolCalls: s.toolCalls.map(c => ({ name: c.name, arguments: c.arguments })) }),
  ...(s.finish === 'cut' ? { cut: true } : {}),
  ...(s.tokens === undefined ? {} : { tokens: told(s.tokens, dialect) }),
})

/**
 * Asks a model once; where nothing came yet, a passing fault is asked again once.
 * @param heard told of each piece as it comes, where the model can tell
 * @throws ModelFault, Cancelled, each with what was spent
 */
export async function direct(asked: Asked, provider: Provider, signal: AbortSignal, heard?: (p: Piece) => void): Promise<Said> {
  const key = hashText(canonical(asked.messages))
  const random = (purpose: string) => new AddressedRandom(asked.seed ?? 1, key, 0, purpose)
  const began = performance.now()
  const n = provider.can.includes('n') ? asked.n : 1
  const replies: Spoken[] = []
  const sum: Partial<Usage> = {}
  const add = (u: Partial<Usage>): void => {
    for (const [k, x] of Object.entries(priced(u, provider.price)) as [keyof Usage, number | null][]) {
      if (k === 'usd') sum.usd = sum.usd === null || x === null ? null : (sum.usd ?? 0) + x
      else sum[k] = (sum[k] ?? 0) + (x ?? 0)
    }
  }
  const total = (): Usage => {
    const seconds = (performance.now() - began) / 1000
    return { ...usage(amount(sum)), seconds, workingSeconds: seconds }
  }
  let pieces = 0
  for (let index = 0; index < asked.n; index += n) {
    const live: Live = {
      index,
      random: random('direct'),
      randomAt: i => random(`direct ${i}`),
      signal,
      idempotencyKey: crypto.randomUUID(),
      now: () => performance.now(),
      sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
      ...(heard === undefined
        ? {}
        : {
            heard: p => {
              pieces++
              heard({ ...p, index: index + p.index })
            },
          }),
    }
    const ask = () =>
      modelCall(provider, 'chat', asked.sampling, async () => {
        const { samples, usage } = await provider.sample(asked.messages, { ...asked.sampling, n }, live)
        return { value: samples, usage }
      })
    try {
      const r = await ask().catch(e => {
        if ((e as { code?: string }).code !== 'fault' || pieces > 0 || signal.aborted) throw e
        add((e as { usage?: Partial<Usage> }).usage ?? {})
        return ask()
      })
      add(r.usage)
      for (const s of r.value) replies.push(spokenOf(s, provider.dialect))
    } catch (e) {
      add((e as { usage?: Partial<Usage> }).usage ?? {})
      if (e instanceof Cancelled || signal.aborted) throw new Cancelled(total())
      throw Object.assign(e as Error, { usage: total() })
    }
  }
  return { replies, usage: total(), run: null, solved: null, verifiedBy: null, short: false }
}
