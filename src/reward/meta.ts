// A judge of judgements: keeps the sound ones.
import type { Io, Message } from '../contract/index.ts'
import { top } from '../kernel/rank.ts'
import { fenced, type Reading, readings } from './asking.ts'
import { markIn } from './mark.ts'

export interface MetaOptions {
  /** How many judgements are kept; 0 or undefined: all. The paper: half of them. */
  keep?: number
  /** Who judges the judgements. Falls back to the policy's model. Default `meta`. */
  meta?: string
}

/**
 * The `keep` judgements that a second judge thinks soundest, in their order. One that it says nothing readable about is kept only where too few are left
 * otherwise. As the meta reward model of DeepSeek-GRM (arXiv:2504.02495, 3.3), asked in words.
 * @returns what is kept, and how many samples that took
 */
export async function soundest<M>(
  all: readonly Reading<M>[],
  question: readonly Message[],
  io: Io,
  o: MetaOptions,
): Promise<{ kept: readonly Reading<M>[]; asked: number }> {
  const { keep = 0, meta = 'meta' } = o
  if (keep <= 0 || all.length <= keep) return { kept: all, asked: 0 }
  const model = io.model(meta)
  const marks = await Promise.all(
    all.map(j =>
      readings(
        model,
        [
          ...question,
          {
            role: 'user',
            content: `${fenced('A judge replied', j.text)}\n\nHow sound is this judgement: are its reasons true and its mark in keeping with them? Think briefly, then end with a score from 0 (worthless) to 10 (faultless) on a line of its own.`,
          },
        ],
        { n: 1, tries: 2, expected: 'a score from 0 to 10 on a line of its own', read: text => markIn(text, [0, 10]) },
      ),
    ),
  )
  const asked = marks.reduce((a, m) => a + m.asked, 0)
  const score = (i: number): number => marks[i].read[0]?.mark ?? Number.NEGATIVE_INFINITY
  const best = new Set(
    top(
      all.map((_, i) => i),
      keep,
      score,
    ),
  )
  return { kept: all.filter((_, i) => best.has(i)), asked }
}
