// A new comparison: methods on the same tasks at equal spend.
import { type FormEvent, useState } from 'react'
import type { Catalogue, ComparisonRow, NewComparisonBody } from '../../../src/serve/api/wire.ts'
import { ApiError, post, useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Button, Choice, Field } from '../shell/controls.tsx'
import { count } from '../shell/format.ts'
import { useKeys } from '../shell/keys.tsx'
import { navigate } from '../shell/router.tsx'
import { Wrong } from '../shell/said.tsx'
import { BudgetFields, type BudgetLine, budgetText } from './budget-fields.tsx'
import { Command, quoted } from './command.tsx'
import './pages.css'

const first = ['auto', 'gumbel-search', 'rest-mcts', 'tree-of-thoughts']
const baselines = ['best-of-n', 'self-consistency']

export default function CompareStartPage(_: PageProps) {
  const catalogue = useGet<Catalogue>('/api/catalogue')
  useKeys('New comparison', [{ keys: ['Escape'], about: 'back to the comparisons', do: () => navigate('/compare') }])
  return (
    <div className="page">
      <header className="page-head">
        <h1>New comparison</h1>
      </header>
      {catalogue.error !== undefined && <Wrong error={catalogue.error} retry={catalogue.reload} />}
      {catalogue.data !== undefined && <Form of={catalogue.data} />}
    </div>
  )
}

function Form({ of }: { of: Catalogue }) {
  const [world, setWorld] = useState(of.worlds.find(w => w.id === 'game24')?.id ?? of.worlds[0].id)
  const [own, setOwn] = useState<'made' | 'own'>('made')
  const [tasks, setTasks] = useState('')
  const [n, setN] = useState('20')
  const [split, setSplit] = useState<'train' | 'dev' | 'test'>('test')
  const [methods, setMethods] = useState<readonly string[]>(first.filter(m => of.methods.some(x => x.id === m)))
  const [words, setWords] = useState('')
  const [model, setModel] = useState(of.models[0]?.name ?? '')
  const [budget, setBudget] = useState<readonly BudgetLine[]>([['calls', '50']])
  const [seeds, setSeeds] = useState('1')
  const [sending, setSending] = useState(false)
  const [wrong, setWrong] = useState<{ param: string | null; text: string } | null>(null)
  const info = of.worlds.find(w => w.id === world)!
  const mine = own === 'own' || !info.makesTasks
  const list = tasks
    .split('\n')
    .map(t => t.trim())
    .filter(Boolean)
  const all = [...new Set([...methods, ...baselines])]
  const cells = all.length * (mine ? list.length : Number(n) || 0) * (Number(seeds) || 0)
  const body: NewComparisonBody = {
    world,
    methods: [...methods],
    model,
    budget: budgetText(budget),
    seeds: Number(seeds),
    ...(mine ? { tasks: list } : { n: Number(n), split }),
  }
  const spec = of.models.find(m => m.name === model)?.spec ?? model
  const command = [
    'espalier compare',
    world,
    ...(mine ? ['--tasks FILE'] : [`--n ${n}`, ...(split === 'test' ? [] : [`--split ${split}`])]),
    `--methods ${methods.join(',')}`,
    `--model ${quoted(spec)}`,
    `--budget ${budgetText(budget)}`,
    ...(seeds === '1' ? [] : [`--seeds ${seeds}`]),
  ]
  const start = (e: FormEvent): void => {
    e.preventDefault()
    setWrong(null)
    setSending(true)
    post<ComparisonRow>('/api/comparisons', body).then(
      c => navigate(`/compare/${c.id}`),
      error => {
        setSending(false)
        setWrong({ param: error instanceof ApiError ? error.param : null, text: (error as Error).message })
      },
    )
  }
  const said = (name: string): string | null => (wrong?.param === name || wrong?.param?.startsWith(`${name}[`) ? wrong.text : null)
  const known = ['world', 'tasks', 'n', 'methods', 'model', 'budget', 'seeds'].some(k => said(k) !== null)
  const shown = of.methods.filter(m => words === '' || `${m.id} ${m.about}`.toLowerCase().includes(words.toLowerCase()))
  return (
    <form className="form" onSubmit={start}>
      <div className="form-fields">
        <fieldset className="form-group">
          <legend>On what</legend>
          <Field label="World" hint={info.about} wrong={said('world')}>
            {id => (
              <select id={id} className="input" value={world} onChange={e => setWorld(e.target.value)}>
                {of.worlds.map(w => (
                  <option key={w.id}>{w.id}</option>
                ))}
              </select>
            )}
          </Field>
          {info.makesTasks && (
            <Choice<'made' | 'own'>
              label="Tasks"
              value={own}
              of={[
                { value: 'made', label: 'Made tasks' },
                { value: 'own', label: 'My own' },
              ]}
              onChange={setOwn}
            />
          )}
          {mine ? (
            <Field label="Tasks, one a line" hint={`${count(list.length)} tasks`} wrong={said('tasks')}>
              {id => (
                <textarea
                  id={id}
                  className="input mono"
                  rows={6}
                  spellCheck={false}
                  value={tasks}
                  placeholder={info.examples.join('\n')}
                  onChange={e => setTasks(e.target.value)}
                />
              )}
            </Field>
          ) : (
            <div className="form-row">
              <Field label="How many" wrong={said('n')}>
                {id => <input id={id} className="input num" inputMode="numeric" value={n} onChange={e => setN(e.target.value)} />}
              </Field>
              <Field label="Of the split" hint="settings are chosen on dev and reported on test">
                {id => (
                  <select id={id} className="input" value={split} onChange={e => setSplit(e.target.value as 'test')}>
                    {['test', 'dev', 'train'].map(s => (
                      <option key={s}>{s}</option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
          )}
        </fieldset>
        <fieldset className="form-group">
          <legend>
            Methods <span className="faint">best-of-n and self-consistency take part always</span>
          </legend>
          <input
            className="input"
            type="search"
            placeholder="Find a method by name or paper"
            aria-label="Find a method"
            value={words}
            onChange={e => setWords(e.target.value)}
          />
          <div className="pills">
            {shown.map(m => (
              <button
                key={m.id}
                type="button"
                className="pill"
                title={m.about}
                aria-pressed={methods.includes(m.id)}
                data-on={methods.includes(m.id) ? '' : undefined}
                onClick={() => setMethods(was => (was.includes(m.id) ? was.filter(x => x !== m.id) : [...was, m.id]))}
              >
                {m.id}
              </button>
            ))}
          </div>
          {said('methods') !== null && (
            <span className="wrong" role="alert">
              {said('methods')}
            </span>
          )}
        </fieldset>
        <fieldset className="form-group">
          <legend>Each run</legend>
          <div className="form-row">
            <Field label="Model" hint={spec === model ? undefined : <span className="mono">{spec}</span>} wrong={said('model')}>
              {id => (
                <select id={id} className="input" value={model} onChange={e => setModel(e.target.value)}>
                  {of.models.map(m => (
                    <option key={m.name}>{m.name}</option>
                  ))}
                </select>
              )}
            </Field>
            <Field label="Seeds" hint="runs of each task by each method" wrong={said('seeds')}>
              {id => <input id={id} className="input num" inputMode="numeric" value={seeds} onChange={e => setSeeds(e.target.value)} />}
            </Field>
          </div>
          <BudgetFields lines={budget} units={of.units} wrong={said('budget')} onChange={setBudget} />
        </fieldset>
        {wrong !== null && !known && (
          <span className="wrong" role="alert">
            {wrong.text}
          </span>
        )}
        <div className="form-row" style={{ alignItems: 'center', justifyContent: 'start', gridTemplateColumns: 'auto 1fr' }}>
          <Button kind="main" type="submit" disabled={sending || of.readOnly || methods.length === 0}>
            {sending ? 'Starting' : `Compare ${all.length} methods`}
          </Button>
          <span className="quiet">
            {count(cells)} runs of at most {budgetText(budget)} each
          </span>
        </div>
      </div>
      <aside className="form-side">
        <section>
          <h3>The same by the command</h3>
          <Command words={command} />
        </section>
      </aside>
    </form>
  )
}
