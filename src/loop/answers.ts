// Whole answers as rows, each as often as it was drawn and word by word as it was drawn, those that could not be read among them.
import { type Segment, type TuneRow, taken } from '../learn/from-trees.ts'
import { encode } from '../model/seedling/index.ts'
import type { Harvest } from './spec.ts'

/** An answer with who wrote which of its words. */
export interface Answered {
  readonly row: Pick<TuneRow, 'tokens' | 'segment'>
  /** 1 or 0. What could not be read is wrong. */
  readonly reward: number
  /** false: it was cut off before it said that it was at its end. */
  readonly ended: boolean
}
/** Answers of a search that asked for whole ones (`group`). Where they began with a hint, its words are `prefix`; what the policy said is `policy`. */
export function answered(h: Harvest): Answered[] {
  const t = h.tree
  const ask = encode(h.teller.prompt(t.root))
  const hint = encode(h.hint ?? '')
  const row = (said: readonly number[]): Answered['row'] => ({
    tokens: [...ask, ...hint, ...said],
    segment: [...ask.map((): Segment => 'prompt'), ...hint.map((): Segment => 'prefix'), ...said.map((): Segment => 'policy')],
  })
  const read = taken(t).flatMap(n => {
    const is = t.parent(n) === t.root ? h.right(n) : null
    if (is === null) return []
    return t.draws(n).map(d => ({ row: row(d.tokens?.map(x => x.id) ?? encode(d.text ?? '')), reward: Number(is), ended: true }))
  })
  const unread = (h.refused ?? []).filter(r => r.at === t.root).map(r => ({ row: row(r.ids), reward: 0, ended: r.ended }))
  return [...read, ...unread]
}

/** A right answer of a search, as token ids after the prompt; null: it has none. */
export function demonstration(h: Harvest): number[] | null {
  const n = taken(h.tree).find(x => h.right(x) === true)
  return n === undefined ? null : encode(h.teller.steps(n).join(' '))
}
