// What was spent on a task, from nothing to its limit: most is decided early, so the axis is bent.
import { amount, unitName } from '../shell/format.ts'
import type { PlotProps } from './plot.tsx'

export const spendAxis = (unit: string, limit: number): PlotProps['x'] => ({
  label: `${unitName(unit)} spent on a task`,
  kind: 'sqrt',
  from: 0,
  to: limit,
  format: x => amount(unit, x),
  whole: !/usd|econds/.test(unit),
})
