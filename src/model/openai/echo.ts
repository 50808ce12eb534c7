// A given text scored by `/completions` with `echo` and `logprobs`: the server says what it thinks of each token of a prompt.
import type { Token } from '../../contract/index.ts'
import { ModelFault } from '../fault.ts'

type Loose = { readonly [key: string]: any }
/** Servers count in code points. */
const length = (text: string): number => {
  let n = 0
  for (const _ of text) n++
  return n
}

/**
 * The tokens of the text that stands at the end of what was echoed. One that begins before it counts as its own: it cannot be told apart.
 * @param body of the answer, with one token written after the echo
 * @throws ModelFault (refused) where nothing was echoed
 */
export function echoed(body: unknown, text: string, host: string): { logprob: number; tokens: Token[] } {
  const b = (body ?? {}) as Loose
  const { tokens, token_logprobs: logprobs, text_offset: offsets } = (b.choices?.[0]?.logprobs ?? {}) as Loose
  const none = (): never => {
    throw new ModelFault('refused', `${host} echoes no prompt with its logprobs: it cannot score a text`)
  }
  if (!Array.isArray(tokens) || !Array.isArray(logprobs) || tokens.length !== logprobs.length) return none()
  const said: unknown = b.usage?.prompt_tokens
  // What follows the prompt was written, and is none of the text.
  const end = typeof said === 'number' && said > 0 && said <= tokens.length ? said : tokens.length - 1
  const widths = tokens.map(t => length(String(t)))
  const at: number[] = []
  for (let i = 0, sum = 0; i <= end; i++) {
    at.push(Array.isArray(offsets) && typeof offsets[i] === 'number' ? offsets[i] : sum)
    sum = at[i] + (widths[i] ?? 0)
  }
  // From the end: a mark of its beginning, which some servers show, moves all offsets alike.
  const begin = at[end] - length(text)
  if (begin < 0 || end < 1) return none()
  const out: Token[] = []
  for (let i = 0; i < end; i++)
    if (at[i + 1] > begin && typeof logprobs[i] === 'number') out.push({ id: -1, logprob: logprobs[i], text: String(tokens[i]) })
  return { logprob: out.reduce((a, t) => a + t.logprob, 0), tokens: out }
}
