// A new comparison: methods on the same tasks at equal spend.
import { useState } from 'react'
import type { Catalogue, ComparisonRow, NewComparisonBody } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Alert, Button, Choice, Field, SelectField, TextField } from '../shell/controls.tsx'
import { count } from '../shell/format.ts'
import { useKeys } from '../shell/keys.tsx'
import { navigate } from '../shell/router.tsx'
import { Reading, Wrong } from '../shell/said.tsx'
import { BudgetFields, type BudgetLine, budgetText } from './budget-fields.tsx'
import { quoted, SameCommand } from './command.tsx'
import { ModelField } from './model-field.tsx'
import './pages.css'
import { useSubmit } from './submit.ts'

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
      {catalogue.data !== undefined ? (
        <Form of={catalogue.data} />
      ) : catalogue.error !== undefined ? (
        <Wrong error={catalogue.error} retry={catalogue.reload} />
      ) : (
        <Reading>what there is</Reading>
      )}
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
  const form = useSubmit<ComparisonRow>(
    '/api/comparisons',
    () => body,
    c => `/compare/${c.id}`,
  )
  const { said } = form
  const elsewhere = form.elsewhere(['world', 'tasks', 'n', 'methods', 'model', 'budget', 'seeds'])
  const shown = of.methods.filter(m => words === '' || `${m.id} ${m.about}`.toLowerCase().includes(words.toLowerCase()))
  return (
    <form className="form" onSubmit={form.send}>
      <div className="form-fields">
        <fieldset className="form-group">
          <legend>On what</legend>
          <SelectField
            label="World"
            hint={info.about}
            wrong={said('world')}
            value={world}
            of={of.worlds.map(w => w.id)}
            onChange={setWorld}
          />
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
              <TextField label="How many" wrong={said('n')} number value={n} onChange={setN} />
              <SelectField
                label="Of the split"
                hint="settings are chosen on dev and reported on test"
                value={split}
                of={['test', 'dev', 'train']}
                onChange={s => setSplit(s as 'test')}
              />
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
                aria-pressed={all.includes(m.id)}
                disabled={baselines.includes(m.id)}
                onClick={() => setMethods(was => (was.includes(m.id) ? was.filter(x => x !== m.id) : [...was, m.id]))}
              >
                {m.id}
              </button>
            ))}
          </div>
          <Alert text={said('methods')} />
        </fieldset>
        <fieldset className="form-group">
          <legend>Each run</legend>
          <div className="form-row">
            <ModelField label="Model" models={of.models} wrong={said('model')} value={model} onChange={setModel} />
            <TextField
              label="Seeds"
              hint="runs of each task by each method"
              wrong={said('seeds')}
              number
              value={seeds}
              onChange={setSeeds}
            />
          </div>
          <BudgetFields lines={budget} units={of.units} wrong={said('budget')} onChange={setBudget} />
        </fieldset>
        <Alert text={elsewhere} />
        <div className="form-row" style={{ alignItems: 'center', justifyContent: 'start', gridTemplateColumns: 'auto 1fr' }}>
          <Button kind="main" type="submit" disabled={form.sending || of.readOnly || methods.length === 0}>
            {form.sending ? 'Starting' : `Compare ${all.length} methods`}
          </Button>
          <span className="quiet">
            {count(cells)} runs of at most {budgetText(budget)} each
          </span>
        </div>
      </div>
      <aside className="form-side">
        <SameCommand words={command} />
      </aside>
    </form>
  )
}
