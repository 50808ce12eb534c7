// Acts that want a word first: what they will do, and whether that can be undone.
import { type ReactNode, useState } from 'react'
import type { ActAnswer, ActBody, RunRow } from '../../../src/serve/api/wire.ts'
import { Button, Choice, Dialog, Field } from '../shell/controls.tsx'
import { act } from './act.ts'
import { useOtherSearch } from './other-search.tsx'

interface Common {
  run: RunRow
  onClose(): void
  onDone(answer: ActAnswer): void
}
/** A form that sends one act; stays open while the server says no. */
function Act(o: Common & { title: string; children: ReactNode; body(): ActBody; verb: string; ready?: boolean; wide?: boolean }) {
  const [busy, setBusy] = useState(false)
  return (
    <Dialog title={o.title} wide={o.wide} onClose={o.onClose}>
      <form
        onSubmit={e => {
          e.preventDefault()
          setBusy(true)
          void act(o.run.run, o.body()).then(answer => {
            setBusy(false)
            if (answer === undefined) return
            o.onClose()
            o.onDone(answer)
          })
        }}
      >
        <h1>{o.title}</h1>
        {o.children}
        <div className="acts">
          <Button onClick={o.onClose}>Not now</Button>
          <Button kind="main" type="submit" disabled={busy || o.ready === false}>
            {o.verb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
const label = (text: string): ReactNode => <span className="mono">{text}</span>

export function Stop(o: Common) {
  return (
    <Act {...o} title="Stop this run?" verb="Stop" body={() => ({ do: 'stop' })}>
      <p className="quiet">
        No further calls begin. The method lands with the best it has so far. This stands in the journal; raising the budget lets it go on.
      </p>
    </Act>
  )
}
export function Prune(o: Common & { row: number; action: string }) {
  return (
    <Act {...o} title="Prune this node?" verb="Prune" body={() => ({ do: 'prune', row: o.row })}>
      <p>{label(o.action)}</p>
      <p className="quiet">The search no longer grows at or below it. What was paid for stays in the tree. This cannot be undone.</p>
    </Act>
  )
}
/** Limits as one types them, twice those that the run has. */
const doubled = (run: RunRow): string =>
  Object.entries(run.budget)
    .map(([unit, v]) => `${unit}=${v * 2}`)
    .join(',')
export function Raise(o: Common) {
  const [budget, setBudget] = useState(doubled(o.run))
  return (
    <Act {...o} title="Raise the budget" verb="Raise" ready={budget.trim() !== ''} body={() => ({ do: 'raise', budget: budget.trim() })}>
      <p className="quiet">
        {o.run.status === 'running' || o.run.status === 'paused'
          ? 'The new limits hold from now on.'
          : 'The run goes on from where it ended, with the new limits.'}
      </p>
      <Field label="Limits" hint="As one types them: calls=200,usd=0.05">
        {id => <input id={id} className="input mono" value={budget} onChange={e => setBudget(e.target.value)} />}
      </Field>
    </Act>
  )
}
export function Prefer(o: Common & { row: number; than: number; actions: [string, string] }) {
  const [turned, setTurned] = useState(false)
  const [why, setWhy] = useState('')
  const [row, than] = turned ? [o.than, o.row] : [o.row, o.than]
  const [a, b] = turned ? [o.actions[1], o.actions[0]] : o.actions
  return (
    <Act
      {...o}
      title="Prefer one over the other"
      verb="Prefer"
      body={() => ({ do: 'prefer', row, than, ...(why.trim() === '' ? {} : { why: why.trim() }) })}
    >
      <dl className="pair">
        <dt>better</dt>
        <dd className="mono">{a}</dd>
        <dt>worse</dt>
        <dd className="mono">{b}</dd>
      </dl>
      <p>
        <Button small onClick={() => setTurned(t => !t)}>
          The other way round
        </Button>
      </p>
      <Field label="Why" hint="May stay empty. The pair is for training; the search itself is not changed.">
        {id => <input id={id} className="input" value={why} onChange={e => setWhy(e.target.value)} />}
      </Field>
    </Act>
  )
}
export function Edit(o: Common & { row: number; action: string }) {
  const over = o.run.status === 'done' || o.run.status === 'failed'
  const [text, setText] = useState(o.action)
  const [where, setWhere] = useState<'beside' | 'under'>(o.row === 0 ? 'under' : 'beside')
  const [how, setHow] = useState<'edit' | 'fork'>(over ? 'fork' : 'edit')
  const [budget, setBudget] = useState('')
  const under = where === 'under'
  const body = (): ActBody =>
    how === 'edit'
      ? { do: 'edit', row: o.row, text, under }
      : { do: 'fork', row: o.row, text, under, ...(budget.trim() === '' ? {} : { budget: budget.trim() }) }
  return (
    <Act {...o} title="Another action" verb={how === 'edit' ? 'Take it' : 'Fork'} wide ready={text.trim() !== ''} body={body}>
      <Field label="Action" hint="As the world writes them. It is checked by the world before it is taken.">
        {id => <textarea id={id} className="input mono" rows={4} value={text} onChange={e => setText(e.target.value)} />}
      </Field>
      <div className="two">
        <Field label="Where">
          {() => (
            <Choice<'beside' | 'under'>
              label="Where"
              value={where}
              onChange={setWhere}
              of={[
                ...(o.row === 0 ? [] : [{ value: 'beside', label: 'beside this node' } as const]),
                { value: 'under', label: 'below this node' } as const,
              ]}
            />
          )}
        </Field>
        <Field label="In which run" hint={over ? 'This one is over: a fork goes on from it.' : undefined}>
          {() => (
            <Choice<'edit' | 'fork'>
              label="In which run"
              value={how}
              onChange={setHow}
              of={[...(over ? [] : [{ value: 'edit', label: 'this one' } as const]), { value: 'fork', label: 'a fork of it' } as const]}
            />
          )}
        </Field>
      </div>
      {how === 'fork' && (
        <Field label="Budget of the fork" hint="Empty: that of this run. What is recorded costs nothing again.">
          {id => (
            <input id={id} className="input mono" value={budget} placeholder={doubled(o.run)} onChange={e => setBudget(e.target.value)} />
          )}
        </Field>
      )}
    </Act>
  )
}
export function Fork(o: Common & { rows: number | null }) {
  const [budget, setBudget] = useState('')
  const [seed, setSeed] = useState('')
  const [model, setModel] = useState('')
  const other = useOtherSearch(o.run)
  const anew = Object.keys(other.asked).length > 0
  const over = o.run.status === 'done' && o.rows === null
  return (
    <Act
      {...o}
      title="Fork this run"
      verb="Fork"
      wide
      body={() => ({
        do: 'fork',
        ...(o.rows === null ? {} : { at: o.rows - 1 }),
        ...(budget.trim() === '' ? {} : { budget: budget.trim() }),
        // What is no number is for the server to refuse.
        ...(seed.trim() === '' ? {} : { seed: Number.isNaN(Number(seed)) ? (seed as never) : Number(seed) }),
        ...(model === '' ? {} : { model }),
        ...other.asked,
      })}
    >
      {anew ? (
        <p className="quiet">
          Another method or other knobs make another search: it begins with the task. What it asks as this run did
          {o.rows === null ? '' : ` until node ${o.rows - 1}, where the slider stands,`} is answered from the record and costs nothing again
          {seed.trim() === '' ? '.' : '; by another seed it draws all anew.'}
        </p>
      ) : (
        <p className="quiet">
          A new run begins with the record of this one
          {o.rows === null ? '' : ` up to node ${o.rows - 1}, where the slider stands`}, and goes on by itself. What is recorded costs
          nothing again.
        </p>
      )}
      <div className="two">
        <Field label="Budget" hint="Empty: that of this run.">
          {id => (
            <input id={id} className="input mono" value={budget} placeholder={doubled(o.run)} onChange={e => setBudget(e.target.value)} />
          )}
        </Field>
        <Field
          label="Seed"
          hint={
            over && !anew
              ? 'From there on it draws anew. This run is over: move the slider to where that shall be, or raise the budget.'
              : 'From there on it draws anew. Empty: that of this run.'
          }
        >
          {id => (
            <input
              id={id}
              className="input mono"
              inputMode="numeric"
              value={seed}
              placeholder={String(o.run.seed)}
              onChange={e => setSeed(e.target.value)}
            />
          )}
        </Field>
        <Field label="Model" hint="It answers from there on.">
          {id => (
            <select id={id} className="input" value={model} onChange={e => setModel(e.target.value)}>
              <option value="">as it is</option>
              {other.catalogue?.models.map(m => (
                <option key={m.name}>{m.name}</option>
              ))}
            </select>
          )}
        </Field>
        {other.method}
      </div>
      {other.settings && (
        <details>
          <summary>Preset and knobs</summary>
          {other.settings}
        </details>
      )}
    </Act>
  )
}
