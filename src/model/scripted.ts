// A model that says what it is told to say: for tests.
import type { Live, Message, Provider, Sample, Sampling } from '../contract/index.ts'
import { ModelFault } from './fault.ts'

export type Reply = string | Sample | Error
export interface Scripted extends Provider {
  /** Every request so far, in the order of arrival. */
  readonly calls: { readonly messages: readonly Message[]; readonly sampling: Sampling & { n: number }; readonly index: number }[]
}

/**
 * @param replies in the order in which samples are asked for; or a function of the messages and the number of the sample at its address, which does not
 *   depend on the schedule. An Error is thrown. A list that is used up refuses.
 * @param o what the provider says of itself; by default a free chat model that takes `n`. Bytes count as tokens.
 */
export function scripted(
  replies: readonly Reply[] | ((messages: readonly Message[], index: number) => Reply | Promise<Reply>),
  o: Partial<Pick<Provider, 'id' | 'dialect' | 'can' | 'price' | 'clock'>> = {},
): Scripted {
  const calls: Scripted['calls'] = []
  let next = 0
  const bytes = (text: string): number => Buffer.byteLength(text)
  const prompt = (messages: readonly Message[]): number => messages.reduce((sum, m) => sum + bytes(m.content), 0)
  return {
    id: 'scripted',
    dialect: 'text',
    can: ['n'],
    price: { input: 0, output: 0 },
    clock: 'virtual',
    ...o,
    calls,
    max: (messages, { n, max }) => ({ calls: n, requests: 1, inputTokens: prompt(messages), outputTokens: n * (max ?? 4096) }),
    async sample(messages, sampling, live: Live) {
      live.signal.throwIfAborted()
      calls.push({ messages, sampling, index: live.index })
      const samples: Sample[] = []
      for (let i = 0; i < sampling.n; i++) {
        const reply =
          typeof replies === 'function'
            ? await replies(messages, live.index + i)
            : next < replies.length
              ? replies[next++]
              : new ModelFault('refused', `the script has ${replies.length} replies, and one more was asked for`)
        if (reply instanceof Error) throw reply
        samples.push(typeof reply === 'string' ? { text: reply, finish: 'stop' } : reply)
      }
      const outputTokens = samples.reduce((sum, x) => sum + bytes(x.text), 0)
      return { samples, usage: { calls: sampling.n, requests: 1, inputTokens: prompt(messages), outputTokens } }
    },
  }
}
