// How a tree is looked at. On the run page all of it stands in the address.
import { isShape } from './camera.ts'
import { type Colouring, isColouring } from './colouring.ts'
import { bit } from './columns.ts'
import type { Shape } from './layout.ts'

export const hideable = {
  pruned: 'pruned',
  failed: 'failed',
  untaken: 'not taken',
} as const
export type Hidden = keyof typeof hideable

export interface Look {
  shape: Shape
  colour: Colouring
  /** The row whose subtree is shown. */
  root: number
  /** Rows that are there (the slider); null: all. */
  rows: number | null
  hide: readonly Hidden[]
}
export const firstLook: Look = { shape: 'tidy', colour: 'value', root: 0, rows: null, hide: [] }

const whole = (x: string | null): number | null => (x !== null && /^\d{1,9}$/.test(x) ? Number(x) : null)
/** From a query; what is not understood is left as it is by default. */
export function readLook(q: URLSearchParams): Look {
  const shape = q.get('layout')
  const colour = q.get('colour')
  return {
    shape: isShape(shape) ? shape : 'tidy',
    colour: isColouring(colour) ? colour : 'value',
    root: whole(q.get('root')) ?? 0,
    rows: whole(q.get('at')),
    hide: (q.get('hide') ?? '').split(',').filter((x): x is Hidden => x in hideable),
  }
}
/** What a change of the look changes in the query. */
export function lookQuery(change: Partial<Look>): Record<string, string | null> {
  const out: Record<string, string | null> = {}
  if (change.shape !== undefined) out.layout = change.shape === 'tidy' ? null : change.shape
  if (change.colour !== undefined) out.colour = change.colour === 'value' ? null : change.colour
  if (change.root !== undefined) out.root = change.root === 0 ? null : String(change.root)
  if (change.rows !== undefined) out.at = change.rows === null ? null : String(change.rows)
  if (change.hide !== undefined) out.hide = change.hide.join(',')
  return out
}
/** Flags whose rows are left out, and whether those not taken are. */
export const hiddenBits = (hide: readonly Hidden[]): { hidden: number; untaken: number } => ({
  hidden: (hide.includes('pruned') ? bit.pruned : 0) | (hide.includes('failed') ? bit.failed : 0),
  untaken: hide.includes('untaken') ? bit.taken : 0,
})
