// Losses over ranked lists: responses to one prompt with graded worth.

import { average } from '../../kernel/index.ts'
import { scoreOf, spread } from './pair.ts'
import { checked, type LossFn, type Row, logistic as s, softplus, zeros } from './row.ts'

/** @param scores of a list @param worth their labels @returns loss and its derivatives by the scores */
export type ListLoss = (scores: readonly number[], worth: readonly number[], held?: readonly number[]) => { loss: number; d: number[] }

/** Rank of each, 1 the greatest; of equals the earlier comes first. */
const ranks = (xs: readonly number[]): number[] => {
  const out = new Array<number>(xs.length)
  xs.map((_, i) => i)
    .sort((i, j) => xs[j] - xs[i] || i - j)
    .forEach((i, r) => {
      out[i] = r + 1
    })
  return out
}

/**
 * LiPO-lambda (arXiv:2402.01878): every pair of unequal worth by log(1 + exp(-(s_i - s_j))), weighted by what exchanging the two would change in DCG under
 * the present ranking by score, |2^psi_i - 2^psi_j| |1/log(1 + tau_i) - 1/log(1 + tau_j)|. The weights carry no gradient.
 */
export const lipoLambda: ListLoss = (scores, worth, held = scores) => {
  const tau = ranks(held)
  const d = new Array<number>(scores.length).fill(0)
  let loss = 0
  for (let i = 0; i < scores.length; i++)
    for (let j = 0; j < scores.length; j++) {
      if (!(worth[i] > worth[j])) continue
      const delta = Math.abs(2 ** worth[i] - 2 ** worth[j]) * Math.abs(1 / Math.log1p(tau[i]) - 1 / Math.log1p(tau[j]))
      const u = scores[i] - scores[j]
      loss += delta * softplus(-u)
      d[i] -= delta * s(-u)
      d[j] += delta * s(-u)
    }
  return { loss, d }
}

/** Negative log likelihood of the order under Plackett-Luce (list-MLE; PRO; DPO-PL): -sum_k [s_(k) - log sum_{j >= k} exp s_(j)]. */
export const listMle: ListLoss = (scores, worth) => {
  const order = scores.map((_, i) => i).sort((i, j) => worth[j] - worth[i] || i - j)
  const d = new Array<number>(scores.length).fill(0)
  let loss = 0
  for (let k = 0; k < order.length; k++) {
    const rest = order.slice(k)
    const top = Math.max(...rest.map(i => scores[i]))
    const total = rest.reduce((sum, i) => sum + Math.exp(scores[i] - top), 0)
    loss -= scores[order[k]] - top - Math.log(total)
    d[order[k]] -= 1
    for (const i of rest) d[i] += Math.exp(scores[i] - top) / total
  }
  return { loss, d }
}

/** Cross-entropy of softmax(scores) against worth / sum of worth (ListNet). */
export const listNet: ListLoss = (scores, worth) => {
  const total = worth.reduce((x, y) => x + y, 0)
  if (!(total > 0)) return { loss: 0, d: scores.map(() => 0) }
  const top = Math.max(...scores)
  const z = scores.reduce((sum, x) => sum + Math.exp(x - top), 0)
  const logp = scores.map(x => x - top - Math.log(z))
  return { loss: -logp.reduce((sum, x, i) => sum + (worth[i] / total) * x, 0), d: logp.map((x, i) => Math.exp(x) - worth[i] / total) }
}

/** A list loss over rows of one `group` each, with `worth`; scores are b D. Mean over the groups, each as its rows' mean weight says. */
export function liftList(of: string, loss: ListLoss, o: { beta?: number; reference?: string | null } = {}): LossFn {
  const { beta = 0.05, reference = 'ref' } = o
  return (rows, c) => {
    const out = zeros(rows)
    const groups = new Map<string, number[]>()
    rows.forEach((r, i) => {
      if (r.worth === undefined || Number.isNaN(r.worth))
        throw new RangeError(`${of}: expected rows with worth, found one without at row ${i}`)
      const key = r.group ?? ''
      groups.set(key, [...(groups.get(key) ?? []), i])
    })
    const score = (r: Row): number => beta * scoreOf(r, reference, of)
    let total = 0
    for (const at of groups.values()) {
      const l = loss(
        at.map(i => score(rows[i])),
        at.map(i => rows[i].worth!),
        at.map(i => score(c.held?.[i] ?? rows[i])),
      )
      const scale = average(at.map(i => rows[i].weight ?? 1)) / groups.size
      total += scale * l.loss
      for (const [k, i] of at.entries()) spread(rows[i], out[i].dlp, scale * beta * l.d[k])
    }
    return checked({ loss: total, cotangents: out, metrics: { lists: groups.size } }, of)
  }
}
