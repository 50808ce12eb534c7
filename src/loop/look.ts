// What a network says of rows before a training: by the decoder, which computes beginnings that rows share once, and compiles nothing.
import type { Live } from '../contract/index.ts'
import type { Seen, TuneRow } from '../learn/index.ts'
import { type Seedling, token } from '../model/seedling/index.ts'
import { Stopped } from './harvest.ts'

/** Rows that go side by side. */
const abreast = 32

/** Of each row the logprobs of what was not given, and of both sides of its verdicts. The rest is 0. @throws Stopped */
export async function said(model: Pick<Seedling, 'next'>, rows: readonly TuneRow[], signal?: AbortSignal): Promise<Seen[]> {
  const live = { signal: signal ?? new AbortController().signal } as Live
  const out = rows.map(
    (r): Seen => ({
      lp: new Float64Array(r.tokens.length),
      good: new Float64Array(r.verdicts?.length ?? 0),
      bad: new Float64Array(r.verdicts?.length ?? 0),
    }),
  )
  for (let from = 0; from < rows.length; from += abreast) {
    if (live.signal.aborted) throw new Stopped()
    const asked = rows.slice(from, from + abreast).flatMap(({ tokens, segment, verdicts = [] }, k) => {
      const seen = out[from + k]
      const words = segment.flatMap((s, t) => (s === 'prompt' || s === 'observation' ? [] : [t]))
      return [
        ...words.map(t => ({
          prefix: tokens.slice(0, t),
          give(law: Float32Array) {
            seen.lp[t] = law[tokens[t]]
          },
        })),
        ...verdicts.map((v, j) => ({
          prefix: [...tokens.slice(0, v.at), token.judge],
          give(law: Float32Array) {
            seen.good[j] = law[token.good]
            seen.bad[j] = law[token.bad]
          },
        })),
      ]
    })
    // Shortest first: then each is one word more than what is known already, and those of all rows are computed together.
    asked.sort((a, b) => a.prefix.length - b.prefix.length)
    const { laws } =
      asked.length === 0
        ? { laws: [] }
        : await model.next(
            asked.map(x => x.prefix),
            live,
          )
    asked.forEach((x, i) => {
      x.give(laws[i])
    })
  }
  return out
}
