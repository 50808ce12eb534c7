// What the small model of the world `sequence` is trained on: drafts that meet their constraints, checks of drafts, and mended drafts. Every row is a function of (seed,
// split, step, row), so that a run stopped anywhere goes on exactly, and nothing is stored.
import type { Random, Split } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { encode } from '../../model/seedling/index.ts'
import {
  critiqueBegins,
  critiqueTokens,
  type DrawnSequence,
  drawSequence,
  largestOfSequence,
  type SequenceState,
  type SequenceTask,
  sequence,
  splitOfSequence,
} from '../../world/index.ts'
import { type Data, type Example, layOut } from '../seedling/index.ts'

/** draft: the first one. check: a critique of one, and a verdict. mend: a better one, by a critique or, one time in five, without. */
export const sequenceKinds = ['draft', 'check', 'mend'] as const
export type SequenceKind = (typeof sequenceKinds)[number]
/** Shares of the kinds among rows. */
export type SequenceMix = Readonly<Record<SequenceKind, number>>
export const sequenceMix: SequenceMix = { draft: 0.35, check: 0.3, mend: 0.35 }
/** Columns of a row: the longest mended draft and a verdict. */
export const sequenceColumns = 40

/** The same numbers but for one or two: replaced, left out, or one more; ascending. */
export function blemished(answer: readonly number[], r: Random): number[] {
  const xs = [...answer]
  for (let i = 1 + r.int(2); i > 0; i--) {
    const at = r.int(xs.length)
    const how = r.next()
    const near = Math.min(largestOfSequence, Math.max(1, xs[at] + (1 + r.int(6)) * (r.next() < 0.5 ? 1 : -1)))
    if (how < 0.7) xs[at] = r.next() < 0.7 ? near : 1 + r.int(largestOfSequence)
    else if (how < 0.85 && xs.length > 1) xs.splice(at, 1)
    else if (xs.length < 6) xs.push(1 + r.int(largestOfSequence))
  }
  return xs.sort((a, b) => a - b)
}

/** The prompt of a place, as the world has it for models of tokens. @param hint a critique of the draft */
export const saidOf = (task: SequenceTask, draft: readonly number[] | null, what: 'step' | 'judgement', hint?: string): string =>
  sequence
    .dialects!.tokens.render(
      { state: { task, draft, drafts: 0 } satisfies SequenceState, ...(hint === undefined ? {} : { hint }) } as never,
      {
        for: what,
      },
    )
    .map(m => m.content)
    .join(' ')

const good = (critique: string): boolean => critique.endsWith(' <good> <end>')

/** A task of a split. */
function drawn(r: Random, split: Split): DrawnSequence {
  for (;;) {
    const d = drawSequence(r)
    if (splitOfSequence(d.task) === split) return d
  }
}

export function sequenceExample(seed: number, split: Split, step: number, row: number, mix: SequenceMix = sequenceMix): Example {
  const r = new AddressedRandom(seed, step, row, `sequence ${split}`)
  const kind = sequenceKinds[r.weighted(sequenceKinds.map(k => mix[k]))]
  const { task, answer } = drawn(r, split)
  const told = (prompt: string, reply: string): Pick<Example, 'tokens' | 'says'> => {
    const [before, after] = [encode(prompt), encode(reply)]
    return { tokens: [...before, ...after], says: [...before.map(() => false), ...after.map(() => true)] }
  }
  if (kind === 'draft') return { kind, ...told(saidOf(task, null, 'step'), `${answer.join(' ')} $`), judged: [] }
  let draft: readonly number[] = kind === 'check' && r.next() < 0.5 ? answer : blemished(answer, r)
  // By chance a blemish can leave everything met: nothing to mend.
  while (kind === 'mend' && good(critiqueTokens(task, draft))) draft = blemished(answer, r)
  const critique = critiqueTokens(task, draft)
  const place = saidOf(task, draft, 'judgement')
  if (kind === 'check')
    return {
      kind,
      ...told(`${place} ${critiqueBegins}`, critique),
      judged: [{ length: encode(place).length, good: good(critique) }],
    }
  return { kind, ...told(saidOf(task, draft, 'step', r.next() < 0.2 ? undefined : critique), `${answer.join(' ')} $`), judged: [] }
}

export const sequenceData = (mix: SequenceMix = sequenceMix): Data => ({
  id: `sequence ${sequenceKinds.map(k => mix[k]).join(' ')}`,
  kinds: sequenceKinds,
  length: sequenceColumns,
  batch: (seed, split, step, rows) =>
    layOut(
      Array.from({ length: rows }, (_, row) => sequenceExample(seed, split, step, row, mix)),
      sequenceColumns,
      sequenceKinds,
    ),
})
