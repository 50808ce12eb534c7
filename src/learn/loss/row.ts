// What a loss sees: arrays of one response, never a model. What it gives: a number, and its derivatives with respect to those arrays.
import type { Random } from '../../contract/index.ts'

/** Who wrote a token. What the policy did not write (prompt, observation) carries no loss; hints, roll-ins and demonstrations only where a loss says so. */
export type Segment = 'policy' | 'prefix' | 'demo' | 'observation' | 'prompt'
export type Numbers = readonly number[] | Float32Array | Float64Array

/**
 * A response of n tokens with what is known of each. Arrays are of equal length n; all logprobs are natural, at temperature 1.
 * Only `lp`, `v`, `H` and `kl` depend on the weights that are trained; the rest are constants.
 */
export interface Row {
  readonly segment: readonly Segment[]
  /** Of the current policy. */
  readonly lp: Numbers
  /** Of the policy that drew them. */
  readonly lo?: Numbers
  /** Of reference policies by name; `ref` is the usual one. */
  readonly lr?: Readonly<Record<string, Numbers>>
  /** Values of a value head at each token. */
  readonly v?: Numbers
  /** Entropy of the current policy's law at each token, in nats. */
  readonly H?: Numbers
  /** Exact divergence KL(policy || reference) of the laws at each token. */
  readonly kl?: Numbers
  /** Advantage of each token; a row of one advantage repeats it. */
  readonly advantage?: Numbers
  /** Return of the whole response. */
  readonly reward?: number
  /** Rewards given at single tokens. */
  readonly rewards?: Numbers
  /** What it is in its pair or list. */
  readonly label?: 'chosen' | 'rejected' | 'fresh' | 'desirable' | 'undesirable' | 'mismatched'
  /** Worth in a list, or the margin that a pair must keep. */
  readonly worth?: number
  readonly margin?: number
  /** Weight of the row in its loss. Default 1. */
  readonly weight?: number
  /** Responses to one prompt share it. */
  readonly group?: string
}
/** dL/d of each array of a row that depends on the weights. */
export interface Cotangent {
  readonly dlp: Float64Array
  dv?: Float64Array
  dH?: Float64Array
  dkl?: Float64Array
}
export interface LossContext {
  /** Of the training, from 0: for schedules. */
  readonly step: number
  readonly random?: Random
  /** Tokens with loss and rows of the whole batch, where these rows are a part of it: gradients of the parts then add up to those of the whole. */
  readonly total?: { readonly tokens: number; readonly rows: number }
  /** Rows whose numbers stand where a gradient stops. Default: the rows themselves. Finite differences hold them still. */
  readonly held?: readonly Row[]
}
export interface Loss {
  readonly loss: number
  readonly cotangents: Cotangent[]
  /** What to watch beside it. */
  readonly metrics: Readonly<Record<string, number>>
}
/** Rows in, one number to be made small and its derivatives out. Pure. */
export type LossFn = (rows: readonly Row[], c: LossContext) => Loss

/** How token terms become one number: over all tokens of the batch; mean of the rows' token means; mean of the rows' sums; sum over rows times a fixed length. */
export type Reduction = 'token' | 'sequence' | 'sum' | { readonly constant: number }

/** Does token t carry loss? By default those that the policy wrote. */
export type Mask = (row: Row, t: number) => boolean
export const written: Mask = (row, t) => row.segment[t] === 'policy'
/** All that was not given by the world: demonstrations and hints too. */
export const learnable: Mask = (row, t) => row.segment[t] !== 'prompt' && row.segment[t] !== 'observation'
export const onDemo: Mask = (row, t) => row.segment[t] === 'demo'

/** How many tokens of a row carry loss. */
export const lengthOf = (row: Row, mask: Mask = written): number => {
  let n = 0
  for (let t = 0; t < row.lp.length; t++) if (mask(row, t)) n++
  return n
}
/** Sum of an array over the tokens with loss. */
export const sumOver = (row: Row, xs: Numbers, mask: Mask = written): number => {
  let sum = 0
  for (let t = 0; t < xs.length; t++) if (mask(row, t)) sum += xs[t]
  return sum
}

export const zeros = (rows: readonly Row[]): Cotangent[] => rows.map(r => ({ dlp: new Float64Array(r.lp.length) }))

/**
 * The array a loss needs.
 * @throws RangeError that names it: where it is missing, of another length, or holds a number that is none on a token with loss
 */
export function need(row: Row, name: 'lo' | 'v' | 'H' | 'kl' | 'advantage' | 'rewards', of: string): Numbers {
  const xs = row[name]
  if (xs === undefined) throw new RangeError(`${of}: expected rows with ${name}, found one without`)
  if (xs.length !== row.lp.length) throw new RangeError(`${of}: expected ${row.lp.length} numbers in ${name}, found ${xs.length}`)
  return xs
}
/** Logprobs of a reference by its name. @throws RangeError */
export function reference(row: Row, name: string, of: string): Numbers {
  const xs = row.lr?.[name]
  if (xs === undefined)
    throw new RangeError(`${of}: expected logprobs of the reference '${name}', found ${Object.keys(row.lr ?? {}).join(', ') || 'none'}`)
  if (xs.length !== row.lp.length) throw new RangeError(`${of}: expected ${row.lp.length} logprobs of '${name}', found ${xs.length}`)
  return xs
}
/** Refuses what is no number before it reaches the weights. @throws RangeError */
export function checked(l: Loss, of: string): Loss {
  const bad = l.cotangents.findIndex(c => [c.dlp, c.dv, c.dH, c.dkl].some(xs => xs?.some(x => !Number.isFinite(x)) ?? false))
  if (bad >= 0 || !Number.isFinite(l.loss))
    throw new RangeError(
      `${of}: expected finite numbers, found ${bad >= 0 ? `a derivative that is none in row ${bad}` : `a loss of ${l.loss}`}`,
    )
  return l
}

/** Factor of each row's tokens under a reduction. */
export function factors(rows: readonly Row[], mask: Mask, reduction: Reduction, c: LossContext): number[] {
  const lengths = rows.map(r => lengthOf(r, mask))
  const tokens = c.total?.tokens ?? lengths.reduce((s, n) => s + n, 0)
  const count = c.total?.rows ?? rows.length
  return lengths.map(n => {
    if (reduction === 'token') return tokens > 0 ? 1 / tokens : 0
    if (reduction === 'sequence') return n > 0 ? 1 / (n * count) : 0
    return reduction === 'sum' ? 1 / count : 1 / (count * reduction.constant)
  })
}

/** A loss made of terms of single tokens: the term at t, and its derivative by lp_t. `held`: the row where gradients stop. */
export type TokenTerm = (row: Row, t: number, held: Row, c: LossContext) => readonly [term: number, dlp: number]

export function tokenwise(of: string, term: TokenTerm, o: { reduction: Reduction; mask?: Mask }): LossFn {
  const mask = o.mask ?? written
  return (rows, c) => {
    const out = zeros(rows)
    const factor = factors(rows, mask, o.reduction, c)
    let loss = 0
    let tokens = 0
    rows.forEach((row, i) => {
      const held = c.held?.[i] ?? row
      const scale = factor[i] * (row.weight ?? 1)
      for (let t = 0; t < row.lp.length; t++) {
        if (!mask(row, t)) continue
        const [x, d] = term(row, t, held, c)
        loss += scale * x
        out[i].dlp[t] = scale * d
        tokens++
      }
    })
    return checked({ loss, cotangents: out, metrics: { tokens, length: tokens / Math.max(1, rows.length) } }, of)
  }
}

const addScaled = (into: Float64Array, from: Float64Array, w: number): void => {
  for (let t = 0; t < from.length; t++) into[t] += w * from[t]
}
/** Losses added up with weights; a weight may follow the step. */
export function mixed(parts: readonly { loss: LossFn; weight: number | ((c: LossContext) => number) }[]): LossFn {
  return (rows, c) => {
    const out = zeros(rows)
    let loss = 0
    const metrics: Record<string, number> = {}
    for (const p of parts) {
      const w = typeof p.weight === 'number' ? p.weight : p.weight(c)
      const l = p.loss(rows, c)
      loss += w * l.loss
      Object.assign(metrics, l.metrics)
      l.cotangents.forEach((x, i) => {
        addScaled(out[i].dlp, x.dlp, w)
        for (const key of ['dv', 'dH', 'dkl'] as const) {
          const from = x[key]
          if (from !== undefined) addScaled((out[i][key] ??= new Float64Array(from.length)), from, w)
        }
      })
    }
    return { loss, cotangents: out, metrics }
  }
}
export const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
/** log(1 + exp(x)) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
