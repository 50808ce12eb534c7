// A new run: a form made of what the server says there is. What is chosen stands in the address, so that a form can be sent to somebody.
import { type ReactNode, useState } from 'react'
import type { KnobValue } from '../../../src/contract/index.ts'
import type { Catalogue, MethodInfo, NewRunBody, RunRow, WorldInfo } from '../../../src/serve/api/wire.ts'
import { get, url, useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Alert, Button, Field, SelectField, TextField } from '../shell/controls.tsx'
import { useKeys } from '../shell/keys.tsx'
import { navigate, usePlace, withQuery } from '../shell/router.tsx'
import { Reading, Wrong } from '../shell/said.tsx'
import { BudgetFields, budgetLines, budgetText } from './budget-fields.tsx'
import { quoted, SameCommand } from './command.tsx'
import { KnobFields, knobValue } from './knob-fields.tsx'
import { ModelField } from './model-field.tsx'
import './pages.css'
import { useSubmit } from './submit.ts'

const usualBudget = 'calls=100'

export default function StartPage(_: PageProps) {
  const catalogue = useGet<Catalogue>('/api/catalogue')
  if (catalogue.error !== undefined)
    return (
      <div className="page">
        <Wrong error={catalogue.error} retry={catalogue.reload} />
      </div>
    )
  return (
    <div className="page">
      <header className="page-head">
        <h1>New run</h1>
      </header>
      {catalogue.data === undefined ? <Reading>what there is</Reading> : <Form of={catalogue.data} />}
    </div>
  )
}

function Form({ of }: { of: Catalogue }) {
  const { query } = usePlace()
  const q = new URLSearchParams(query)
  const set = (changes: Record<string, string | null>): void => navigate(withQuery(changes), { replace: true })

  const world: WorldInfo = of.worlds.find(w => w.id === (q.get('world') ?? 'game24')) ?? of.worlds[0]
  const method: MethodInfo = of.methods.find(m => m.id === (q.get('method') ?? 'auto')) ?? of.methods[0]
  const task = q.get('task') ?? ''
  const model = q.get('model') ?? of.models[0]?.name ?? ''
  const judge = q.get('judge') ?? ''
  const presetName = q.get('preset')
  const preset = presetName === null ? {} : (method.presets[presetName] ?? {})
  const budget = budgetLines(q.get('budget') ?? usualBudget)
  const reward = q.get('reward') ?? ''
  const seed = q.get('seed') ?? ''
  const concurrency = q.get('concurrency') ?? ''
  const given = Object.fromEntries([...q].flatMap(([k, v]) => (method.knobs.some(x => `knob.${x.name}` === k) ? [[k.slice(5), v]] : [])))
  const knobs = Object.fromEntries(
    Object.entries(given).flatMap(([name, text]): [string, KnobValue][] => {
      const k = method.knobs.find(x => x.name === name)
      return k === undefined ? [] : [[name, knobValue(k, text)]]
    }),
  )
  const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
  const body: NewRunBody = {
    world: world.id,
    task,
    model,
    method: method.id,
    budget: budgetText(budget),
    ...(judge === '' ? {} : { judge }),
    ...(presetName === null ? {} : { preset: presetName }),
    ...(Object.keys(knobs).length === 0 ? {} : { knobs }),
    ...(reward === '' ? {} : { reward }),
    ...(seed === '' ? {} : { seed: number(seed) }),
    ...(concurrency === '' ? {} : { concurrency: number(concurrency) }),
  }
  const spec = of.models.find(m => m.name === model)?.spec ?? model
  const command = [
    'espalier solve',
    world.id,
    task === '' ? 'TASK' : quoted(task),
    `--model ${quoted(spec)}`,
    ...(judge === '' ? [] : [`--judge ${quoted(of.models.find(m => m.name === judge)?.spec ?? judge)}`]),
    `--method ${method.id}`,
    ...(presetName === null ? [] : [`--preset ${presetName}`]),
    ...Object.entries(given).map(([k, v]) => `--knob ${quoted(`${k}=${v}`)}`),
    `--budget ${budgetText(budget)}`,
    ...(reward === '' ? [] : [`--reward ${quoted(reward)}`]),
    ...(seed === '' ? [] : [`--seed ${seed}`]),
    ...(concurrency === '' ? [] : [`--concurrency ${concurrency}`]),
  ]

  const form = useSubmit<RunRow>(
    '/api/runs',
    () => body,
    r => `/runs/${r.run}`,
  )
  const { said, wrong } = form
  useKeys('New run', [{ keys: ['Escape'], about: 'back to the runs', do: () => navigate('/runs') }])
  const knobWrong = ((): { name: string; text: string } | null => {
    const name =
      /^knobs\.(.+)$/.exec(wrong?.param ?? '')?.[1] ??
      (wrong?.param === 'knobs' ? method.knobs.find(k => wrong.text.includes(k.name))?.name : undefined)
    return name === undefined || wrong === null ? null : { name, text: wrong.text }
  })()
  const fields = ['world', 'task', 'model', 'judge', 'method', 'preset', 'budget', 'reward', 'seed', 'concurrency']
  const elsewhere = knobWrong === null ? form.elsewhere(fields) : null

  return (
    <form className="form" onSubmit={form.send}>
      <div className="form-fields">
        <fieldset className="form-group">
          <legend>What is to be solved</legend>
          <SelectField
            label="World"
            hint={world.about}
            wrong={said('world')}
            value={world.id}
            of={of.worlds.map(w => w.id)}
            onChange={id => set({ world: id, task: null })}
          />
          <Field label="Task" wrong={said('task')}>
            {id => (
              <textarea
                id={id}
                className="input mono"
                rows={Math.min(10, Math.max(2, task.split('\n').length))}
                value={task}
                spellCheck={false}
                placeholder={world.examples[0]}
                aria-invalid={said('task') === null ? undefined : true}
                onChange={e => set({ task: e.target.value })}
                onKeyDown={e => e.key === 'Enter' && (e.metaKey || e.ctrlKey) && form.send()}
              />
            )}
          </Field>
          <Tasks world={world} task={task} take={t => set({ task: t })} />
        </fieldset>

        <fieldset className="form-group">
          <legend>By whom, and how</legend>
          <div className="form-row">
            <ModelField label="Model" models={of.models} wrong={said('model')} value={model} onChange={m => set({ model: m })} />
            {of.models.length > 1 && (
              <ModelField
                label="Judge"
                models={of.models}
                none="The model itself"
                wrong={said('judge')}
                value={judge}
                onChange={j => set({ judge: j })}
              />
            )}
            <SelectField
              label="Method"
              wrong={said('method')}
              value={method.id}
              of={of.methods.map(m => m.id)}
              onChange={m => set({ method: m, preset: null, ...Object.fromEntries(Object.keys(given).map(k => [`knob.${k}`, null])) })}
            />
            {Object.keys(method.presets).length > 0 && (
              <SelectField
                label="Preset"
                wrong={said('preset')}
                value={presetName ?? ''}
                of={[['', 'As the method has it'], ...Object.keys(method.presets)]}
                onChange={p => set({ preset: p })}
              />
            )}
          </div>
          {method.knobs.length > 0 && (
            <details open={Object.keys(given).length > 0 || knobWrong !== null}>
              <summary>
                {method.knobs.length} {method.knobs.length === 1 ? 'knob' : 'knobs'}
                {Object.keys(given).length > 0 && `, ${Object.keys(given).length} changed`}
              </summary>
              <KnobFields
                knobs={method.knobs}
                preset={preset}
                given={given}
                wrong={knobWrong}
                onChange={(k, v) => set({ [`knob.${k}`]: v })}
              />
            </details>
          )}
        </fieldset>

        <fieldset className="form-group">
          <legend>For how much</legend>
          <BudgetFields
            lines={budget}
            units={of.units}
            wrong={said('budget')}
            onChange={lines => set({ budget: lines.map(([u, x]) => `${u}=${x}`).join(',') })}
          />
          <div className="form-row">
            <SelectField
              label="Reward"
              hint="what the search is paid for"
              wrong={said('reward')}
              value={reward}
              of={[['', world.exact ? "The world's own rule" : 'As the server has it'], ...of.rewards]}
              onChange={r => set({ reward: r })}
            />
            <TextField
              label="Seed"
              hint="the same seed, the same search"
              wrong={said('seed')}
              number
              placeholder="1"
              value={seed}
              onChange={x => set({ seed: x })}
            />
            <TextField
              label="Calls in flight"
              wrong={said('concurrency')}
              number
              placeholder="8"
              value={concurrency}
              onChange={x => set({ concurrency: x })}
            />
          </div>
        </fieldset>
        <Alert text={elsewhere} />
        <div>
          <Button kind="main" type="submit" disabled={form.sending || of.readOnly}>
            {form.sending ? 'Starting' : 'Start'}
          </Button>
          {of.readOnly && <span className="quiet"> Nothing can be begun here: the store is read-only, or there is none.</span>}
        </div>
      </div>
      <aside className="form-side">
        <Method of={method} />
        <SameCommand words={command} />
      </aside>
    </form>
  )
}

/** Examples of the world, and tasks that it makes. */
function Tasks({ world, task, take }: { world: WorldInfo; task: string; take(task: string): void }) {
  const [seed, setSeed] = useState(0)
  const [made, setMade] = useState<{ world: string; tasks: string[] }>({ world: world.id, tasks: [] })
  const more = (): void => {
    get<{ tasks: { task: string }[] }>(url(`/api/worlds/${world.id}/tasks`, { n: 6, seed: seed + 1, split: 'test' })).then(
      ({ tasks }) => {
        setSeed(seed + 1)
        setMade({ world: world.id, tasks: tasks.map(t => t.task) })
      },
      () => setMade({ world: world.id, tasks: [] }),
    )
  }
  const pill = (t: string): ReactNode => (
    <button key={t} type="button" className="pill mono" aria-pressed={t === task} title={t} onClick={() => take(t)}>
      {t.length > 60 ? `${t.slice(0, 59)}…` : t}
    </button>
  )
  return (
    <div className="pills">
      {world.examples.map(pill)}
      {made.world === world.id && made.tasks.filter(t => !world.examples.includes(t)).map(pill)}
      {world.makesTasks && (
        <Button kind="plain" small onClick={more}>
          {made.world === world.id && made.tasks.length > 0 ? 'others' : 'make some'}
        </Button>
      )}
    </div>
  )
}

/** Where a method comes from, and what was found about it. */
export function Method({ of: m }: { of: MethodInfo }) {
  return (
    <section>
      <h3>Method</h3>
      <p style={{ fontWeight: 550 }}>{m.id}</p>
      {m.paper === null ? (
        <p className="quiet">{m.about}</p>
      ) : (
        <p className="quiet">
          {m.paper.title}
          {', '}
          {/^\d{4}\.\d{4,5}$/.test(m.paper.id.replace(/^arXiv:/i, '')) ? (
            <a href={`https://arxiv.org/abs/${m.paper.id.replace(/^arXiv:/i, '')}`} target="_blank" rel="noreferrer">
              {m.paper.id}
            </a>
          ) : (
            m.paper.id
          )}
        </p>
      )}
      {m.needs.length > 0 && <p className="quiet small">It needs: {m.needs.join(', ')}</p>}
      {m.evidence.length > 0 && (
        <dl className="facts small" style={{ marginTop: '0.5rem' }}>
          {m.evidence.map(e => (
            <div key={e.claim} style={{ display: 'contents' }}>
              <dt>{e.verdict}</dt>
              <dd>{e.claim}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}
