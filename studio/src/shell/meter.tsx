// What was spent against each limit, as a thin bar and two numbers.
import type { Limits, Usage } from '../../../src/contract/index.ts'
import { amount, unitName } from './format.ts'

/** What was spent of a unit; tokens: in and out together. */
export function spentOf(unit: string, spent: Partial<Usage>): number | null {
  if (unit === 'tokens') return (spent.inputTokens ?? 0) + (spent.outputTokens ?? 0)
  return spent[unit as keyof Usage] ?? (unit === 'usd' ? null : 0)
}
export function Meter({ unit, spent, limit }: { unit: string; spent: number | null; limit: number }) {
  const part = spent === null || limit <= 0 ? 0 : Math.min(1, spent / limit)
  return (
    <div className="meter" data-unit={unit}>
      <span className="meter-text">
        <span>{unitName(unit)}</span>
        <span>
          <b>{amount(unit, spent)}</b> of {amount(unit, limit)}
        </span>
      </span>
      <span className="meter-bar">
        <i style={{ width: `${part * 100}%` }} />
      </span>
    </div>
  )
}
/** `spent` null: not known. */
export function Meters({ budget, spent }: { budget: Limits; spent: Partial<Usage> | null }) {
  const limits = Object.entries(budget).filter((e): e is [string, number] => typeof e[1] === 'number')
  return limits.map(([unit, limit]) => <Meter key={unit} unit={unit} spent={spent === null ? null : spentOf(unit, spent)} limit={limit} />)
}
