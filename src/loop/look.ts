// What a network says of rows before a training: by the decoder, which computes beginnings that rows share once, and compiles nothing.
import type { Live } from '../contract/index.ts'
import type { Seen, TuneRow } from '../learn/index.ts'
import { type Seedling, token } from '../model/seedling/index.ts'
import { Stopped } from './harvest.ts'

/** Of each row the logprobs of what was not given, and of both sides of its verdicts. The rest is 0. @throws Stopped */
export async function said(model: Pick<Seedling, 'next'>, rows: readonly TuneRow[], signal?: AbortSignal): Promise<Seen[]> {
  const live = { signal: signal ?? new AbortController().signal } as Live
  const out: Seen[] = []
  for (const { tokens, segment, verdicts = [] } of rows) {
    if (live.signal.aborted) throw new Stopped()
    const spoken = segment.flatMap((s, t) => (s === 'prompt' || s === 'observation' ? [] : [t]))
    const asked = [...spoken.map(t => tokens.slice(0, t)), ...verdicts.map(v => [...tokens.slice(0, v.at), token.judge])]
    const { laws } = asked.length === 0 ? { laws: [] } : await model.next(asked, live)
    const lp = new Float64Array(tokens.length)
    spoken.forEach((t, i) => {
      lp[t] = laws[i][tokens[t]]
    })
    const side = (id: number): Float64Array => Float64Array.from(verdicts, (_, i) => laws[spoken.length + i][id])
    out.push({ lp, good: side(token.good), bad: side(token.bad) })
  }
  return out
}
