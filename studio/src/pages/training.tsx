// Learning loops: search, learn from the trees, search better.
import { type FormEvent, useState } from 'react'
import type { Catalogue, LoopRow } from '../../../src/serve/api/wire.ts'
import { ApiError, post, useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Button, Dialog, Field } from '../shell/controls.tsx'
import { ago, count, moment } from '../shell/format.ts'
import { useKeys } from '../shell/keys.tsx'
import { Link, navigate, useParam } from '../shell/router.tsx'
import { Empty, Wrong } from '../shell/said.tsx'
import { Status } from '../shell/status.tsx'
import { type Column, Table } from '../shell/table.tsx'
import { Command } from './command.tsx'
import './pages.css'

const columns: readonly Column<LoopRow>[] = [
  {
    key: 'status',
    head: 'Status',
    width: '7rem',
    cell: l => <Status status={l.active ? 'running' : l.of !== null && l.rounds >= l.of ? 'done' : 'paused'} />,
  },
  {
    key: 'name',
    head: 'Loop',
    cell: l => (
      <Link to={`/training/${l.name}`} className="row-link" onClick={e => e.stopPropagation()}>
        {l.name}
      </Link>
    ),
  },
  { key: 'loop', head: 'Kind', cell: l => l.loop },
  { key: 'world', head: 'World', cell: l => <span className="quiet">{l.world}</span> },
  {
    key: 'rounds',
    head: 'Rounds',
    align: 'right',
    cell: l => (l.of === null || l.rounds === l.of ? count(l.rounds) : `${l.rounds} of ${l.of}`),
  },
  { key: 'seed', head: 'Seed', align: 'right', cell: l => count(l.seed) },
  {
    key: 'when',
    head: 'Last word',
    align: 'right',
    cell: l => (
      <span className="quiet" title={moment(l.updated)}>
        {ago(l.updated)}
      </span>
    ),
  },
]

export default function TrainingPage(_: PageProps) {
  const found = useGet<{ loops: LoopRow[] }>('/api/loops')
  const catalogue = useGet<Catalogue>('/api/catalogue')
  const [making, setMaking] = useParam('new')
  const [at, setAt] = useState(-1)
  const rows = found.data?.loops
  const go = (by: number): unknown => (rows === undefined ? false : setAt(i => Math.max(0, Math.min(rows.length - 1, i + by))))
  useKeys('Training', [
    { keys: ['j', 'ArrowDown'], about: 'next', do: () => go(1) },
    { keys: ['k', 'ArrowUp'], about: 'before', do: () => go(-1) },
    { keys: ['Enter'], about: 'open', do: () => (rows?.[at] === undefined ? false : navigate(`/training/${rows[at].name}`)) },
    { keys: ['n'], about: 'new loop', do: () => setMaking('yes') },
  ])
  const button = (
    <Button kind="main" disabled={catalogue.data?.readOnly !== false} onClick={() => setMaking('yes')}>
      New loop
    </Button>
  )
  return (
    <div className="page">
      <header className="page-head">
        <h1>Training</h1>
        <div className="acts">{rows !== undefined && rows.length > 0 && button}</div>
      </header>
      {rows === undefined ? (
        found.error !== undefined && <Wrong error={found.error} retry={found.reload} />
      ) : rows.length === 0 ? (
        <Empty title="Nothing has been trained here yet" acts={button}>
          A learning loop searches tasks, makes training data of the trees, trains the small model on them, and measures it on tasks it has
          never seen; then it begins again with the better model.
        </Empty>
      ) : (
        <Table
          label="Learning loops"
          columns={columns}
          rows={rows}
          rowKey={l => l.name}
          selected={rows[at]?.name ?? null}
          onOpen={l => navigate(`/training/${l.name}`)}
        />
      )}
      {making !== null && catalogue.data !== undefined && (
        <Dialog title="New loop" wide onClose={() => setMaking(null)}>
          <Form of={catalogue.data} close={() => setMaking(null)} />
        </Dialog>
      )}
    </div>
  )
}

function Form({ of, close }: { of: Catalogue; close(): void }) {
  const [loop, setLoop] = useState(of.loops[0]?.id ?? '')
  const [rounds, setRounds] = useState('3')
  const [seed, setSeed] = useState('1')
  const [parts, setParts] = useState('both')
  const [quick, setQuick] = useState(true)
  const [calls, setCalls] = useState('')
  const [name, setName] = useState('')
  const [sending, setSending] = useState(false)
  const [wrong, setWrong] = useState<{ param: string | null; text: string } | null>(null)
  const info = of.loops.find(l => l.id === loop)
  const start = (e: FormEvent): void => {
    e.preventDefault()
    setSending(true)
    setWrong(null)
    post<LoopRow>('/api/loops', {
      loop,
      rounds: Number(rounds),
      seed: Number(seed),
      parts,
      quick,
      ...(calls.trim() === '' ? {} : { budget: `calls=${calls.trim()}` }),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
    }).then(
      l => navigate(`/training/${l.name}`),
      error => {
        setSending(false)
        setWrong({ param: error instanceof ApiError ? error.param : null, text: (error as Error).message })
      },
    )
  }
  const said = (k: string): string | null => (wrong?.param === k ? wrong.text : null)
  const known = ['loop', 'rounds', 'seed', 'budget', 'name'].some(k => said(k) !== null)
  const command = [
    'espalier train',
    loop,
    `--rounds ${rounds}`,
    `--seed ${seed}`,
    ...(parts === 'both' ? [] : [`--parts ${parts}`]),
    ...(quick ? ['--quick'] : []),
    ...(calls.trim() === '' ? [] : [`--budget calls=${calls.trim()}`]),
    ...(name.trim() === '' ? [] : [`--out ${name.trim()}`]),
  ]
  return (
    <form onSubmit={start}>
      <h1>New loop</h1>
      <Field
        label="Loop"
        hint={info && `${info.describe}${info.paper === undefined ? '' : ` (${info.paper.title}, ${info.paper.id})`}`}
        wrong={said('loop')}
      >
        {id => (
          <select id={id} className="input" value={loop} onChange={e => setLoop(e.target.value)}>
            {of.loops.map(l => (
              <option key={l.id}>{l.id}</option>
            ))}
          </select>
        )}
      </Field>
      <div className="form-row">
        <Field label="Rounds" wrong={said('rounds')}>
          {id => <input id={id} className="input num" inputMode="numeric" value={rounds} onChange={e => setRounds(e.target.value)} />}
        </Field>
        <Field label="Seed" wrong={said('seed')}>
          {id => <input id={id} className="input num" inputMode="numeric" value={seed} onChange={e => setSeed(e.target.value)} />}
        </Field>
        <Field label="Trained">
          {id => (
            <select id={id} className="input" value={parts} onChange={e => setParts(e.target.value)}>
              <option value="both">policy and value</option>
              <option value="policy">policy</option>
              <option value="value">value</option>
            </select>
          )}
        </Field>
        <Field label="Calls a round" wrong={said('budget')}>
          {id => (
            <input
              id={id}
              className="input num"
              inputMode="numeric"
              placeholder={quick ? '1500' : '12000'}
              value={calls}
              onChange={e => setCalls(e.target.value)}
            />
          )}
        </Field>
        <Field label="Name" wrong={said('name')}>
          {id => (
            <input
              id={id}
              className="input"
              placeholder={`${loop}-${parts}-${seed}${quick ? '-quick' : ''}`}
              value={name}
              onChange={e => setName(e.target.value)}
            />
          )}
        </Field>
      </div>
      <label className="check">
        <input type="checkbox" checked={quick} onChange={e => setQuick(e.target.checked)} />
        in small: minutes a round
      </label>
      {wrong !== null && !known && (
        <span className="wrong" role="alert">
          {wrong.text}
        </span>
      )}
      <Command words={command} />
      <div className="acts">
        <Button onClick={close}>Not now</Button>
        <Button kind="main" type="submit" disabled={sending}>
          {sending ? 'Starting' : 'Start'}
        </Button>
      </div>
    </form>
  )
}
