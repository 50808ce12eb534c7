// Where a loop is, in a line.
import type { LoopEvent, Round } from './round.ts'

const number = (x: number): string => Math.round(x).toLocaleString('en-US')
const percent = (x: number): string => `${(100 * x).toFixed(1)} %`

/** Of imagined problems, if there were any. */
const madeOf = ({ imagined: x }: Round): string =>
  x === undefined || x.problems === 0 ? '' : `, ${x.kept} of ${x.problems} imagined ones kept,`

export const roundLine = (r: Round): string =>
  `round ${r.round}: greedy ${percent(r.measured.greedy.rate)}, search ${percent(r.measured.search.rate)} of ${r.measured.problems} held-out problems` +
  (r.round === 0
    ? ''
    : `; ${r.solved} of ${r.problems} train problems solved${madeOf(r)} for ${number(r.calls)} calls, rows ${r.rows.policy} / ${r.rows.value}`)

export function loopStatus(e: LoopEvent): string {
  if (e.kind === 'begun') return `round ${e.round} of ${e.rounds}`
  if (e.kind === 'resumed') return `going on after ${e.rounds} rounds`
  if (e.kind === 'told') return `round ${e.round}: told to ${e.do}; what is whole is kept`
  if (e.kind === 'searched')
    return `round ${e.round}: ${e.solved} of ${e.problems} problems solved, ${number(e.calls)} of ${number(e.of)} calls`
  if (e.kind === 'measuring') return `round ${e.round}: measuring on held-out problems`
  if (e.kind === 'round') return roundLine(e)
  const t = e.event
  if (t.kind === 'progress')
    return `round ${e.round}: training the ${e.part}, step ${t.step} of ${t.steps}, loss ${t.loss.toFixed(4)}, ${number(t.speed)} tokens/s`
  return `round ${e.round}: training the ${e.part}, ${t.kind} at step ${t.step}`
}
