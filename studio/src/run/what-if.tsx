// What another method or budget would have done, replayed over what is recorded: free, and honest about how much of it the record covers.
import { useState } from 'react'
import type { RunRow, WhatIfAnswer, WhatIfBody } from '../../../src/serve/api/wire.ts'
import { post } from '../api.ts'
import { Button, Dialog, Field } from '../shell/controls.tsx'
import { count, fixed, share } from '../shell/format.ts'
import { Verdict } from '../shell/status.tsx'
import { type Column, Table } from '../shell/table.tsx'
import { useOtherSearch } from './other-search.tsx'

interface Tried {
  key: string
  asked: WhatIfBody
  answer: WhatIfAnswer
}
const columns: Column<Tried>[] = [
  {
    key: 'what',
    head: 'what if',
    cell: t => (
      <>
        {t.answer.method}
        <span className="faint small">
          {' '}
          {[t.asked.preset, ...Object.entries(t.asked.knobs ?? {}).map(([k, v]) => `${k}=${v}`), t.asked.budget].filter(Boolean).join(' ')}
        </span>
      </>
    ),
  },
  {
    key: 'covered',
    head: 'covered',
    title: 'share of its requests that the record holds',
    align: 'right',
    cell: t => share(t.answer.covered),
  },
  { key: 'verdict', head: 'verdict', cell: t => <Verdict solved={t.answer.solved} /> },
  { key: 'score', head: 'score', align: 'right', cell: t => fixed(t.answer.score) },
  { key: 'calls', head: 'calls', align: 'right', cell: t => count(t.answer.spent.calls) },
  { key: 'nodes', head: 'nodes', align: 'right', cell: t => count(t.answer.nodes) },
  { key: 'answer', head: 'answer', cell: t => <span className="mono small">{t.answer.answer ?? '–'}</span> },
]
export function WhatIf({ run, onClose }: { run: RunRow; onClose(): void }) {
  const other = useOtherSearch(run)
  const [budget, setBudget] = useState('')
  const [tried, setTried] = useState<readonly Tried[]>([])
  const [wrong, setWrong] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const ask = async (): Promise<void> => {
    const asked: WhatIfBody = { ...other.asked, ...(budget.trim() === '' ? {} : { budget: budget.trim() }) }
    setBusy(true)
    setWrong(null)
    try {
      const answer = await post<WhatIfAnswer>(`/api/runs/${encodeURIComponent(run.run)}/what-if`, asked)
      setTried(all => [{ key: String(all.length), asked, answer }, ...all])
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title="What if" wide onClose={onClose}>
      <form
        onSubmit={e => {
          e.preventDefault()
          void ask()
        }}
      >
        <h1>What if</h1>
        <p className="quiet">Another method, setting or budget, replayed over what this run has recorded. No model is asked.</p>
        <div className="two">
          {other.method}
          <Field label="Budget" hint="Empty: that of this run.">
            {id => (
              <input
                id={id}
                className="input mono"
                value={budget}
                placeholder={Object.entries(run.budget)
                  .map(([k, v]) => `${k}=${v}`)
                  .join(',')}
                onChange={e => setBudget(e.target.value)}
              />
            )}
          </Field>
        </div>
        {other.settings}
        {wrong !== null && (
          <p className="wrong" role="alert">
            {wrong}
          </p>
        )}
        {tried.length > 0 && <Table label="What would have been" columns={columns} rows={tried} rowKey={t => t.key} />}
        <div className="acts">
          <Button onClick={onClose}>Close</Button>
          <Button kind="main" type="submit" disabled={busy}>
            Replay
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
