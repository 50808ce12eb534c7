// What a network says of rows, and the slopes of a loss handed back to its columns.
import { Failure } from '../../kernel/index.ts'
import type { Figures, Trainer } from '../seedling/index.ts'
import type { Seen } from './objective.ts'
import { type Pass, passesOf } from './pack.ts'
import type { TuneRow } from './row.ts'

/** Laws of the reference at the columns of passes, each made once. */
export type Laws = (pass: Pass) => Promise<Float32Array>
export const lawsOf = (reference: Trainer): Laws => {
  const made = new Map<Pass, Float32Array>()
  return async pass => {
    if (!made.has(pass)) made.set(pass, await reference.laws(pass.rows))
    return made.get(pass)!
  }
}
/** What more than logprobs is asked of a network. */
export interface More {
  readonly H: boolean
  /** Where divergences are needed. */
  readonly laws?: Laws
}
const blank = (r: TuneRow, more: More): Seen => {
  const [n, v] = [r.tokens.length, r.verdicts?.length ?? 0]
  return {
    lp: new Float64Array(n),
    ...(more.H ? { H: new Float64Array(n) } : {}),
    ...(more.laws === undefined ? {} : { kl: new Float64Array(n) }),
    good: new Float64Array(v),
    bad: new Float64Array(v),
  }
}

/** What a network says of some rows. */
export async function look(
  trainer: Trainer,
  rows: readonly TuneRow[],
  passes: readonly Pass[],
  more: More = { H: false },
): Promise<Map<number, Seen>> {
  const out = new Map<number, Seen>()
  for (const pass of passes) {
    const { lp, H, kl }: Partial<Figures> & { lp: Float32Array } =
      more.H || more.laws !== undefined
        ? await trainer.figures(pass.rows, await more.laws?.(pass))
        : { lp: await trainer.logprobs(pass.rows) }
    if (!pass.places.every(p => Number.isFinite(lp[p.column])))
      throw new Failure('model', `expected finite logprobs, found others after step ${trainer.step}`, 'train with a lower rate')
    for (const place of pass.places) {
      let seen = out.get(place.row)
      if (seen === undefined) {
        seen = blank(rows[place.row], more)
        out.set(place.row, seen)
      }
      if (place.verdict >= 0) seen[place.side][place.verdict] = lp[place.column]
      else {
        seen.lp[place.token] = lp[place.column]
        if (seen.H !== undefined) seen.H[place.token] = H![place.column]
        if (seen.kl !== undefined) seen.kl[place.token] = kl![place.column]
      }
    }
  }
  return out
}
export function cotangentsOf(pass: Pass, slopes: ReadonlyMap<number, Seen>): Figures & { kl: Float32Array } {
  const empty = (): Float32Array => new Float32Array(pass.rows.rows * pass.rows.length)
  const out = { lp: empty(), H: empty(), kl: empty() }
  for (const p of pass.places) {
    const s = slopes.get(p.row)!
    out.lp[p.column] = p.verdict < 0 ? s.lp[p.token] : s[p.side][p.verdict]
    if (p.verdict < 0 && s.H !== undefined) out.H[p.column] = s.H[p.token]
    if (p.verdict < 0 && s.kl !== undefined) out.kl[p.column] = s.kl[p.token]
  }
  return out
}

/** Logprobs of all rows under some weights, one after another. */
export async function fixed(trainer: Trainer, rows: readonly TuneRow[], micro: number): Promise<Float32Array> {
  const bare = rows.map(({ verdicts: _, ...r }) => r)
  const seen = await look(trainer, bare, passesOf(bare, [...rows.keys()], micro, false))
  const out = new Float32Array(rows.reduce((n, r) => n + r.tokens.length, 0))
  let at = 0
  for (const [i, r] of rows.entries()) {
    out.set(seen.get(i)!.lp, at)
    at += r.tokens.length
  }
  return out
}
