// Runs as training data: what a file would hold, before it is written.
import { useEffect, useMemo, useState } from 'react'
import type { Catalogue, DataBody, DataPreview } from '../../../src/serve/api/wire.ts'
import { type ApiError, post, send, useGet } from '../api.ts'
import { save } from '../plot/save.ts'
import type { PageProps } from '../routes.tsx'
import { Button, Choice, SelectField, TextField } from '../shell/controls.tsx'
import { amount, count, fixed, percent, unitName } from '../shell/format.ts'
import { Link, navigate, usePlace, withQuery } from '../shell/router.tsx'
import { Empty, Reading } from '../shell/said.tsx'
import { say } from '../shell/toast.tsx'
import { SameCommand } from './command.tsx'
import './pages.css'
import { RunFinder } from './run-finder.tsx'

interface Option {
  name: string
  about: string
  kind: 'choice' | 'number' | 'flag' | 'text'
  choices?: readonly string[]
  usual?: string
  /** Formats that it matters to; absent: all. */
  of?: readonly string[]
}
const imitation = ['sft', 'language-modeling']
/** As the options of `espalier export`. */
const options: readonly Option[] = [
  {
    name: 'pairs',
    about: 'what a pair is',
    kind: 'choice',
    choices: ['siblings', 'success', 'checkpoint', 'answers', 'people'],
    usual: 'siblings',
    of: ['preference'],
  },
  {
    name: 'labels',
    about: 'what states are labelled by',
    kind: 'choice',
    choices: ['soft', 'hard', 'distance', 'look-back', 'q'],
    usual: 'soft',
    of: ['preference', 'stepwise', 'ranking'],
  },
  { name: 'margin', about: 'least difference of the labels', kind: 'number', usual: '0', of: ['preference'] },
  { name: 'min-visits', about: 'both visited so often', kind: 'number', usual: '0', of: ['preference'] },
  { name: 'min-edit', about: 'least share of words that differ', kind: 'number', usual: '0', of: ['preference'] },
  { name: 'most', about: 'at most so many of a run', kind: 'number', of: ['preference'] },
  { name: 'both-outcomes', about: 'only where a right and a wrong end lie below', kind: 'flag', of: ['preference'] },
  { name: 'top', about: 'at most so many answers of a run', kind: 'number', of: imitation },
  { name: 'steps', about: 'each step at its own prompt', kind: 'flag', of: imitation },
  { name: 'right', about: 'reward from which an answer is right', kind: 'number', usual: '1' },
  { name: 'dialect', about: 'how the world is put into words', kind: 'choice', choices: ['text', 'tokens'], usual: 'text' },
  { name: 'chat', about: 'messages in place of texts', kind: 'flag' },
  { name: 'more', about: 'columns beside the documented ones: margins, values, who wrote what', kind: 'flag' },
]

export default function DataPage(_: PageProps) {
  const { query } = usePlace()
  const q = useMemo(() => new URLSearchParams(query), [query])
  const set = (changes: Record<string, string | null>): void => navigate(withQuery(changes), { replace: true })
  const runs = useMemo(() => q.get('runs')?.split(',').filter(Boolean) ?? [], [q])
  const format = q.get('format') ?? 'preference'
  const file = (q.get('file') ?? 'jsonl') as 'jsonl' | 'parquet'
  const catalogue = useGet<Catalogue>('/api/catalogue')
  const mine = options.filter(o => o.of === undefined || o.of.includes(format))
  const body = useMemo((): DataBody => {
    const given: Record<string, string | number | boolean> = {}
    for (const o of options) {
      const x = q.get(o.name)
      if (x === null || (o.of !== undefined && !o.of.includes(format))) continue
      given[o.name] = o.kind === 'flag' ? true : o.kind === 'number' && x.trim() !== '' && Number.isFinite(Number(x)) ? Number(x) : x
    }
    return { runs, format, ...(Object.keys(given).length === 0 ? {} : { options: given }) }
  }, [q, runs, format])
  const [found, setFound] = useState<{ body?: DataBody; data?: DataPreview; error?: ApiError }>({})
  const [writing, setWriting] = useState(false)
  useEffect(() => {
    if (body.runs.length === 0) return
    const abort = new AbortController()
    const timer = setTimeout(
      () =>
        post<DataPreview>('/api/data/preview', body, { signal: abort.signal }).then(
          data => setFound({ body, data }),
          error => !abort.signal.aborted && setFound({ body, error }),
        ),
      150,
    )
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [body])
  const p = found.data
  const command = [
    'espalier export',
    ...(runs.length > 6 ? [...runs.slice(0, 5), '...'] : runs),
    `--format ${format}`,
    ...Object.entries(body.options ?? {}).map(([k, v]) => (v === true ? `--${k}` : `--${k} ${v}`)),
    `--out ${format}.${file}`,
  ]
  const download = (): void => {
    setWriting(true)
    send('/api/data/export', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...body, file }) })
      .then(async r =>
        save(
          /filename="([^"]+)"/.exec(r.headers.get('content-disposition') ?? '')?.[1] ?? `${format}.${file}`,
          r.headers.get('content-type') ?? '',
          await r.blob(),
        ),
      )
      .catch(e => say((e as Error).message, 'wrong'))
      .finally(() => setWriting(false))
  }
  const param = found.error?.param?.replace(/^options\./, '') ?? /^([\w-]+): /.exec(found.error?.message ?? '')?.[1]
  const field = mine.find(o => o.name === param)
  const common = (o: Option) => ({ label: o.name, hint: o.about, wrong: field === o ? found.error!.message : null })
  return (
    <div className="page">
      <header className="page-head">
        <h1>Data</h1>
        <span className="quiet">what was searched, as what a trainer reads</span>
      </header>
      <div className="form">
        <div className="form-fields">
          <Runs chosen={runs} set={ids => set({ runs: ids.join(',') })} />
          <fieldset className="form-group">
            <legend>Format</legend>
            <div className="pills">
              {catalogue.data?.formats.map(f => (
                <button
                  key={f.id}
                  type="button"
                  className="pill"
                  title={f.about}
                  aria-pressed={f.id === format}
                  onClick={() => set({ format: f.id })}
                >
                  {f.id}
                </button>
              ))}
            </div>
            <p className="quiet small">{catalogue.data?.formats.find(f => f.id === format)?.about}</p>
            <div className="form-row">
              {mine
                .filter(o => o.kind !== 'flag')
                .map(o =>
                  o.kind === 'choice' ? (
                    <SelectField
                      key={o.name}
                      {...common(o)}
                      value={q.get(o.name) ?? o.usual ?? ''}
                      of={o.choices!}
                      onChange={x => set({ [o.name]: x === o.usual ? null : x })}
                    />
                  ) : (
                    <TextField
                      key={o.name}
                      {...common(o)}
                      number
                      placeholder={o.usual ?? 'all'}
                      value={q.get(o.name) ?? ''}
                      onChange={x => set({ [o.name]: x })}
                    />
                  ),
                )}
            </div>
            {mine
              .filter(o => o.kind === 'flag')
              .map(o => (
                <label key={o.name} className="check">
                  <input
                    type="checkbox"
                    checked={q.get(o.name) !== null}
                    onChange={e => set({ [o.name]: e.target.checked ? 'yes' : null })}
                  />
                  <span>
                    <span className="mono">{o.name}</span> {o.about}
                  </span>
                </label>
              ))}
          </fieldset>
        </div>
        <aside className="form-side">
          {p !== undefined && runs.length > 0 && <Card p={p} />}
          <section>
            <div style={{ display: 'flex', gap: '0.5rem', alignItems: 'center' }}>
              <Choice
                label="File"
                value={format === 'tree' ? 'jsonl' : file}
                of={[
                  { value: 'jsonl', label: 'JSON Lines' },
                  ...(format === 'tree' ? [] : [{ value: 'parquet' as const, label: 'Parquet' }]),
                ]}
                onChange={f => set({ file: f === 'jsonl' ? null : f })}
              />
              <Button kind="main" disabled={p === undefined || runs.length === 0 || writing} onClick={download}>
                {writing ? 'Writing' : 'Download'}
              </Button>
            </div>
          </section>
          <SameCommand words={command} />
        </aside>
      </div>
      <section className="section">
        {runs.length === 0 ? (
          <Empty title="No runs are chosen">
            Choose some above, or on the page of <Link to="/runs">runs</Link>; a comparison stands for all of its runs.
          </Empty>
        ) : found.error !== undefined ? (
          field === undefined && (
            <Empty title="There would be nothing to write">
              <span data-wrong="">{found.error.message}</span>
            </Empty>
          )
        ) : p === undefined ? (
          <Reading>{runs.length === 1 ? 'the run' : `the ${count(runs.length)} runs`}</Reading>
        ) : (
          <>
            <h2>
              {p.rows.length < p.count && p.format !== 'tree'
                ? `The first ${p.rows.length} of ${count(p.count)} rows`
                : `${count(p.rows.length)} ${p.format === 'tree' ? 'lines of the tree' : p.count === 1 ? 'row' : 'rows'}`}
            </h2>
            <div className="rows-shown">
              {p.rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name
                <Row key={`${i}-${p.format}`} n={i + 1} row={row} columns={p.columns} />
              ))}
            </div>
          </>
        )}
      </section>
    </div>
  )
}

/** Chosen runs, and others to choose from. */
function Runs({ chosen, set }: { chosen: readonly string[]; set(ids: readonly string[]): void }) {
  return (
    <fieldset className="form-group">
      <legend>{chosen.length === 0 ? 'Runs' : `${count(chosen.length)} ${chosen.length === 1 ? 'run' : 'runs'}`}</legend>
      {chosen.length > 0 && (
        <div className="pills">
          {chosen.slice(0, 24).map(id => (
            <button
              key={id}
              type="button"
              className="pill mono"
              aria-pressed="true"
              title="Leave it out"
              onClick={() => set(chosen.filter(x => x !== id))}
            >
              {id} ×
            </button>
          ))}
          {chosen.length > 24 && <span className="quiet">and {count(chosen.length - 24)} more</span>}
          <Button kind="plain" small onClick={() => set([])}>
            none
          </Button>
        </div>
      )}
      <details open={chosen.length === 0}>
        <summary>Add runs</summary>
        <RunFinder status="done" without={chosen} none="No finished run fits." onPick={run => set([...chosen, run])} />
      </details>
    </fieldset>
  )
}

interface CardOf {
  rows: number
  runs: string[]
  worlds: string[]
  methods: string[]
  models: string[]
  spend: Record<string, number | null>
  length: { mean: number; longest: number }
  figures: Record<string, number>
}
const figures: Record<string, string> = {
  margin: 'mean margin',
  lengthChosen: 'words, chosen',
  lengthRejected: 'words, rejected',
  shareRight: 'share right',
  reward: 'mean reward',
  groupSize: 'completions a group',
  groupsThatDiffer: 'groups that differ',
  score: 'mean score',
  byPeople: 'chosen by a person',
}
function Card({ p }: { p: DataPreview }) {
  const c = p.card as unknown as CardOf
  const fact = (name: string, value: string) => (
    <div key={name} style={{ display: 'contents' }}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
  const spent = Object.entries(c.spend).filter(([k, x]) => ['calls', 'inputTokens', 'outputTokens', 'usd'].includes(k) && x !== 0)
  return (
    <section data-card="">
      <p style={{ fontSize: '2rem', fontWeight: 560, letterSpacing: '-0.02em', lineHeight: 1.1 }}>
        <span data-count={p.count}>{count(p.count)}</span>{' '}
        <span className="quiet" style={{ fontSize: '1rem', fontWeight: 400 }}>
          {p.format === 'tree' ? (p.count === 1 ? 'tree' : 'trees') : p.count === 1 ? 'row' : 'rows'} from {count(c.runs.length)}{' '}
          {c.runs.length === 1 ? 'run' : 'runs'}
        </span>
      </p>
      <dl className="facts" style={{ marginTop: '0.75rem' }}>
        {p.columns.length > 0 && fact('columns', p.columns.join(', '))}
        {fact('worlds', c.worlds.join(', '))}
        {fact('methods', c.methods.join(', '))}
        {fact('models', c.models.join(', '))}
        {c.length.longest > 0 && fact('words', `${fixed(c.length.mean, 1)} on average, ${count(c.length.longest)} at most`)}
        {Object.entries(c.figures).map(([k, x]) =>
          fact(figures[k] ?? k, k === 'shareRight' ? percent(x, 1) : Number.isInteger(x) ? count(x) : fixed(x, 3)),
        )}
        {spent.map(([k, x]) => fact(unitName(k), amount(k, x)))}
      </dl>
    </section>
  )
}

/** A cell, as one reads it: texts as texts, steps one below the other. */
function Cell({ value }: { value: unknown }) {
  if (typeof value === 'string') return <pre dir="auto">{value}</pre>
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return <span className="mono">{String(value)}</span>
  if (Array.isArray(value) && value.every(x => ['number', 'boolean'].includes(typeof x) || x === null))
    return (
      <span className="mono">{value.map(x => (typeof x === 'number' && !Number.isInteger(x) ? fixed(x, 3) : String(x))).join('  ')}</span>
    )
  if (Array.isArray(value) && value.every(x => typeof (x as { role?: unknown })?.role === 'string'))
    return (
      <>
        {(value as { role: string; content: string }[]).map((m, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a message has no other name
          <div key={i}>
            <span className="faint small">{m.role}</span>
            <pre dir="auto">{m.content}</pre>
          </div>
        ))}
      </>
    )
  if (Array.isArray(value) && value.every(x => typeof x === 'string'))
    return (
      <ol>
        {(value as string[]).map((x, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text has no other name
          <li key={i}>
            <pre dir="auto">{x}</pre>
          </li>
        ))}
      </ol>
    )
  return <pre>{JSON.stringify(value, null, 2)}</pre>
}
function Row({ n, row, columns }: { n: number; row: Record<string, unknown>; columns: readonly string[] }) {
  return (
    <article className="row-shown" data-row={n}>
      <span className="faint">{n}</span>
      <dl>
        {row.by === 'person' && (
          <>
            <dt />
            <dd>
              <span className="by-person">chosen by a person</span>
            </dd>
          </>
        )}
        {[...new Set([...columns, ...Object.keys(row)])]
          .filter(c => c in row)
          .map(c => (
            <div key={c} style={{ display: 'contents' }}>
              <dt>{c}</dt>
              <dd>
                <Cell value={row[c]} />
              </dd>
            </div>
          ))}
      </dl>
    </article>
  )
}
