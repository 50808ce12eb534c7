// Learning loops: search, learn from the trees, search better.
import { useMemo, useState } from 'react'
import type { Catalogue, LoopRow } from '../../../src/serve/api/wire.ts'
import { useGet } from '../api.ts'
import type { PageProps } from '../routes.tsx'
import { Ago } from '../shell/ago.tsx'
import { Alert, Button, Dialog, SelectField, TextField } from '../shell/controls.tsx'
import { useCursor } from '../shell/cursor.ts'
import { count } from '../shell/format.ts'
import { Link, navigate, useParam } from '../shell/router.tsx'
import { Empty, Reading, Wrong } from '../shell/said.tsx'
import { Status } from '../shell/status.tsx'
import { type Column, Table } from '../shell/table.tsx'
import { Command } from './command.tsx'
import './pages.css'
import { useSubmit } from './submit.ts'

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
    cell: l => <Ago at={l.updated} />,
  },
]

const open = (name: string): void => navigate(`/training/${name}`)

export default function TrainingPage(_: PageProps) {
  const found = useGet<{ loops: LoopRow[] }>('/api/loops')
  const catalogue = useGet<Catalogue>('/api/catalogue')
  const [making, setMaking] = useParam('new')
  const rows = found.data?.loops
  const names = useMemo(() => rows?.map(l => l.name), [rows])
  const cursor = useCursor('Training', names, open, () => [{ keys: ['n'], about: 'new loop', do: () => setMaking('yes') }])
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
        found.error !== undefined ? (
          <Wrong error={found.error} retry={found.reload} />
        ) : (
          <Reading>the loops</Reading>
        )
      ) : rows.length === 0 ? (
        <Empty title="Nothing has been trained here yet" acts={button}>
          A learning loop searches tasks, makes training data of the trees, trains the small model on them, and measures it on tasks it has
          never seen; then it begins again with the better model.
        </Empty>
      ) : (
        <Table label="Learning loops" columns={columns} rows={rows} rowKey={l => l.name} cursor={cursor} onOpen={l => open(l.name)} />
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
  const info = of.loops.find(l => l.id === loop)
  const form = useSubmit<LoopRow>(
    '/api/loops',
    () => ({
      loop,
      rounds: Number(rounds),
      seed: Number(seed),
      parts,
      quick,
      ...(calls.trim() === '' ? {} : { budget: `calls=${calls.trim()}` }),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
    }),
    l => `/training/${l.name}`,
  )
  const { said } = form
  const elsewhere = form.elsewhere(['loop', 'rounds', 'seed', 'budget', 'name'])
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
    <form onSubmit={form.send}>
      <h1>New loop</h1>
      <SelectField
        label="Loop"
        hint={info && `${info.describe}${info.paper === undefined ? '' : ` (${info.paper.title}, ${info.paper.id})`}`}
        wrong={said('loop')}
        value={loop}
        of={of.loops.map(l => l.id)}
        onChange={setLoop}
      />
      <div className="form-row">
        <TextField label="Rounds" wrong={said('rounds')} number value={rounds} onChange={setRounds} />
        <TextField label="Seed" wrong={said('seed')} number value={seed} onChange={setSeed} />
        <SelectField
          label="Trained"
          value={parts}
          of={[
            ['both', 'policy and value'],
            ['policy', 'policy'],
            ['value', 'value'],
          ]}
          onChange={setParts}
        />
        <TextField
          label="Calls a round"
          wrong={said('budget')}
          number
          placeholder={quick ? '1500' : '12000'}
          value={calls}
          onChange={setCalls}
        />
        <TextField
          label="Name"
          wrong={said('name')}
          placeholder={`${loop}-${parts}-${seed}${quick ? '-quick' : ''}`}
          value={name}
          onChange={setName}
        />
      </div>
      <label className="check">
        <input type="checkbox" checked={quick} onChange={e => setQuick(e.target.checked)} />
        in small: minutes a round
      </label>
      <Alert text={elsewhere} />
      <Command words={command} />
      <div className="acts">
        <Button onClick={close}>Not now</Button>
        <Button kind="main" type="submit" disabled={form.sending}>
          {form.sending ? 'Starting' : 'Start'}
        </Button>
      </div>
    </form>
  )
}
