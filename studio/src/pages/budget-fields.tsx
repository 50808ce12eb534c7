// Limits by unit, and as they are typed: calls=100,usd=0.02.
import { Alert, Button } from '../shell/controls.tsx'
import { unitName } from '../shell/format.ts'

export type BudgetLine = readonly [unit: string, amount: string]
export const budgetText = (lines: readonly BudgetLine[]): string =>
  lines
    .filter(([, x]) => x.trim() !== '')
    .map(([u, x]) => `${u}=${x.trim()}`)
    .join(',')
export const budgetLines = (text: string): BudgetLine[] =>
  text
    .split(',')
    .filter(Boolean)
    .map((part): BudgetLine => {
      const at = part.indexOf('=')
      return [part.slice(0, at), part.slice(at + 1)]
    })
/** Units as a budget writes them, in words. */
const words: Record<string, string> = {
  time: 'time (20s, 5m)',
  work: 'working time',
  usd: 'dollars',
  input: 'tokens in',
  output: 'tokens out',
  tools: 'tool calls',
}

export function BudgetFields(o: {
  lines: readonly BudgetLine[]
  units: readonly string[]
  wrong?: string | null
  onChange(lines: BudgetLine[]): void
}) {
  const { lines, units } = o
  const free = units.filter(u => !lines.some(([x]) => x === u))
  const put = (i: number, line: BudgetLine): void => o.onChange(lines.map((l, j) => (j === i ? line : l)))
  return (
    <div className="field">
      {lines.map(([unit, amount], i) => (
        <div className="budget-line" key={unit}>
          <input
            className="input num"
            aria-label={`Limit of ${unit}`}
            aria-invalid={o.wrong ? true : undefined}
            inputMode="decimal"
            value={amount}
            onChange={e => put(i, [unit, e.target.value])}
          />
          <select className="input" aria-label="Unit" value={unit} onChange={e => put(i, [e.target.value, amount])}>
            {units
              .filter(u => u === unit || free.includes(u))
              .map(u => (
                <option key={u} value={u}>
                  {words[u] ?? unitName(u)}
                </option>
              ))}
          </select>
          {lines.length > 1 && (
            <Button
              kind="plain"
              small
              aria-label={`No limit of ${unit}`}
              title="No such limit"
              onClick={() => o.onChange(lines.filter((_, j) => j !== i))}
            >
              ×
            </Button>
          )}
        </div>
      ))}
      {o.wrong ? (
        <Alert text={o.wrong} />
      ) : (
        free.length > 0 && (
          <span>
            <Button kind="plain" small onClick={() => o.onChange([...lines, [free[0], '']])}>
              + another limit
            </Button>
          </span>
        )
      )}
    </div>
  )
}
