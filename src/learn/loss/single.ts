// Single labelled responses: KTO and regressions on the reward.
import { scoreOf, spread } from './pair.ts'
import { checked, type LossFn, logistic as s, zeros } from './row.ts'

/**
 * KTO (arXiv:2402.01306): desirable lambda_D (1 - s(b (D - z))), undesirable lambda_U (1 - s(b (z - D))), mean over the labelled rows.
 * z = max(0, mean D of rows labelled `mismatched`: a prompt with another one's response), without gradient. Keep lambda_D n_D / (lambda_U n_U) in [1, 4/3].
 */
export const kto = (o: { beta?: number; desirable?: number; undesirable?: number; reference?: string } = {}): LossFn => {
  const { beta: b = 0.1, desirable = 1, undesirable = 1, reference = 'ref' } = o
  return (rows, c) => {
    const out = zeros(rows)
    const held = c.held ?? rows
    const strange = held.filter(r => r.label === 'mismatched').map(r => scoreOf(r, reference, 'kto'))
    const z = strange.length === 0 ? 0 : Math.max(0, strange.reduce((x, y) => x + y, 0) / strange.length)
    const count = rows.filter(r => r.label === 'desirable' || r.label === 'undesirable').length
    let loss = 0
    rows.forEach((row, i) => {
      if (row.label === 'mismatched') return
      if (row.label !== 'desirable' && row.label !== 'undesirable')
        throw new RangeError(`kto: expected a row labelled desirable, undesirable or mismatched, found ${row.label ?? 'none'} at row ${i}`)
      const D = scoreOf(row, reference, 'kto')
      const good = row.label === 'desirable'
      const p = s(good ? b * (D - z) : b * (z - D))
      const scale = ((good ? desirable : undesirable) * (row.weight ?? 1)) / count
      loss += scale * (1 - p)
      spread(row, out[i].dlp, (good ? -1 : 1) * scale * b * p * (1 - p))
    })
    return checked({ loss, cotangents: out, metrics: { z } }, 'kto')
  }
}

/** V* of A*-PO: b log of the mean of exp(r / b) over rewards of samples of the reference. b -> 0: the greatest, b -> infinity: the mean. */
export function softValue(rewards: readonly number[], b = 0.5): number {
  const top = Math.max(...rewards)
  return top + b * Math.log(rewards.reduce((sum, r) => sum + Math.exp((r - top) / b), 0) / rewards.length)
}
/** A*-PO (arXiv:2505.20686): (b D - (r - V*))^2, V* in `margin` of the row. */
export const aStarPo = (o: { beta?: number; reference?: string } = {}): LossFn => {
  const { beta: b = 1e-3, reference = 'ref' } = o
  return (rows, c) => {
    const out = zeros(rows)
    const count = c.total?.rows ?? rows.length
    let loss = 0
    rows.forEach((row, i) => {
      if (row.reward === undefined || row.margin === undefined)
        throw new RangeError(`a*-po: expected rows with reward and margin (V*), found one without at row ${i}`)
      const x = b * scoreOf(row, reference, 'a*-po') - (row.reward - row.margin)
      const scale = (row.weight ?? 1) / count
      loss += scale * x * x
      spread(row, out[i].dlp, 2 * scale * b * x)
    })
    return checked({ loss, cotangents: out, metrics: {} }, 'a*-po')
  }
}
