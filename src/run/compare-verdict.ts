// What a comparison says, in words that claim no more than its numbers do.
import type { Limits } from '../contract/index.ts'
import type { Comparison } from './compare-result.ts'
import type { Row } from './compare-statistics.ts'

export interface Judged {
  rows: readonly Row[]
  budget: Limits
  unit: keyof Limits
  items: number
  seeds: number
  ended: Comparison['ended']
}

const percent = (x: number): string => `${Math.round(100 * x)} %`
const points = (x: number): string =>
  Math.round(100 * x) > 0 ? `+${Math.round(100 * x)}` : `${Math.round(100 * x)}`.replace('-', '\u2212')
const chance = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`)
const list = (xs: readonly string[]): string => (xs.length < 2 ? (xs[0] ?? '') : `${xs.slice(0, -1).join(', ')} and ${xs.at(-1)}`)
/** Chance of error that is taken for none: 5 %, over all methods together. */
const level = 0.05

/**
 * Did searching pay? Only what holds after the correction for the number of methods is said to be better or worse.
 * @param baseline name of best-of-n; undefined: it did not take part
 */
export function verdict(c: Judged, baseline: string | undefined): string {
  const base = c.rows.find(r => r.method === baseline)
  if (base === undefined || base.cells === 0) return 'Best-of-n has no result here, so nothing can be said about whether searching paid.'
  const rivals = c.rows.filter(r => r.versusBestOfN !== null && r.cells > 0)
  const by = [...rivals].sort((a, b) => b.rate - a.rate || a.spent.calls - b.spent.calls)
  const family = rivals.length === 1 ? '' : `, corrected for ${rivals.length} methods`
  const tell = (r: Row): string => {
    const v = r.versusBestOfN!
    const [low, high] = v.interval
    return `${percent(r.rate)} against ${percent(base.rate)}, ${points(v.difference)} points (95 % interval ${points(low)} to ${points(high)}, ${chance(v.p)}${family})`
  }
  const better = by.filter(r => r.versusBestOfN!.difference > 0 && r.versusBestOfN!.p <= level)
  const worse = by.filter(r => r.versusBestOfN!.difference < 0 && r.versusBestOfN!.p <= level)
  const out: string[] = []
  if (rivals.length === 0) out.push('Nothing was compared with best-of-n.')
  else if (better.length > 0) {
    out.push(`Searching paid: at the same budget ${better[0].method} solved ${tell(better[0])}.`)
    if (better.length > 1) out.push(`Better than best-of-n, too: ${list(better.slice(1).map(r => `${r.method} (${percent(r.rate)})`))}.`)
  } else {
    const best = by[0]
    const d = best.versusBestOfN!.difference
    out.push('Searching did not pay here: no method was better than best-of-n beyond chance.')
    if (worse.length < rivals.length) out.push(`${d > 0 ? 'The nearest to it' : 'The best of them'} was ${best.method}: ${tell(best)}.`)
  }
  if (worse.length > 0) out.push(`Worse than best-of-n: ${list(worse.map(r => `${r.method} (${percent(r.rate)})`))}.`)
  // Cheaper counts only where something was solved, and where being much worse is ruled out.
  const cheaper = by.filter(r => {
    const v = r.versusBestOfN!
    return r.rate > 0 && v.difference >= 0 && v.interval[0] >= -0.1 && r.spent.calls > 0 && r.spent.calls < 0.8 * base.spent.calls
  })
  if (cheaper.length > 0) {
    const least = cheaper.reduce((a, b) => (b.spent.calls < a.spent.calls ? b : a))
    out.push(
      `${least.method} needed ${Math.round(least.spent.calls)} calls a task, best-of-n ${Math.round(base.spent.calls)}${better.includes(least) ? '' : ', at no lower a rate'}.`,
    )
  }
  const wide = Math.max(...rivals.map(r => (r.versusBestOfN!.interval[1] - r.versusBestOfN!.interval[0]) / 2))
  if (better.length === 0 && wide > 0.05)
    out.push(`With ${c.items} tasks a difference below ${Math.round(100 * wide)} points cannot be seen.`)
  if (c.ended !== 'done')
    out.push(`The comparison was ${c.ended === 'stopped' ? 'stopped' : 'interrupted'}: this is about the part that is finished.`)
  const failed = c.rows.reduce((n, r) => n + r.errors, 0)
  if (failed > 0) out.push(`${failed} ${failed === 1 ? 'run' : 'runs'} failed and ${failed === 1 ? 'is' : 'are'} left out.`)
  const over = c.rows.reduce((n, r) => n + r.over, 0)
  if (over > 0) out.push(`${over} ${over === 1 ? 'run' : 'runs'} went over the budget: a model spent more than the most it had declared.`)
  return out.join(' ')
}
