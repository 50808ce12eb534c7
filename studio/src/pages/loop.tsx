// One learning loop: what it does now, how good it is on held-out tasks after each round, and the loss of its trainings. Live while it trains.
import { useCallback, useMemo, useRef, useState } from 'react'
import type { LoopDetail, TrainPoint } from '../../../src/serve/api/wire.ts'
import { post, useGet, useStream } from '../api.ts'
import { Plot, type Series } from '../plot/plot.tsx'
import type { PageProps } from '../routes.tsx'
import { Button } from '../shell/controls.tsx'
import { compact, count, fixed, percent, seconds } from '../shell/format.ts'
import { Reading, Wrong } from '../shell/said.tsx'
import { Status } from '../shell/status.tsx'
import { type Column, Table } from '../shell/table.tsx'
import { say } from '../shell/toast.tsx'
import './pages.css'

interface Now {
  time: number
  round: number
  text: string
  share: number | null
}
const nameOf = (p: TrainPoint): string => `${p.round} ${p.part} ${p.step} ${p.loss === null}`
type Round = LoopDetail['measured'][number]
const within = (r: { rate: number; interval: [number, number] }) => (
  <>
    {percent(r.rate, 1)}
    <span className="quiet">
      {' '}
      [{fixed(100 * r.interval[0], 0)}, {fixed(100 * r.interval[1], 0)}]
    </span>
  </>
)
/** Of a model's name there is more than one needs to see. */
const weights = (name: string, loop: string): string => name.replace(`seedling@${loop}-`, '')

export default function LoopPage({ params }: PageProps) {
  const at = `/api/loops/${encodeURIComponent(params.loop)}`
  const found = useGet<LoopDetail>(at)
  const [live, setLive] = useState<LoopDetail>()
  const [now, setNow] = useState<Now>()
  const [points, setPoints] = useState<readonly TrainPoint[]>([])
  // Steps come many at once: they are shown together, a few times a second.
  const waiting = useRef<TrainPoint[]>([])
  const timer = useRef<number>(undefined)
  const flush = useCallback(() => {
    timer.current = undefined
    const come = waiting.current.splice(0)
    setPoints(was => [...new Map([...was, ...come].map(p => [nameOf(p), p])).values()])
  }, [])
  useStream(`${at}/events`, (event, data) => {
    if (event === 'progress') setNow(data as Now)
    else if (event === 'loop') setLive(data as LoopDetail)
    else if (event === 'point') {
      waiting.current.push(data as TrainPoint)
      timer.current ??= window.setTimeout(flush, 200)
    }
  })
  const loop = live ?? found.data
  const all = useMemo(() => [...new Map([...(loop?.points ?? []), ...points].map(p => [nameOf(p), p])).values()], [loop, points])
  if (loop === undefined)
    return (
      <div className="page">
        {found.error !== undefined ? <Wrong error={found.error} retry={found.reload} /> : <Reading>the loop</Reading>}
      </div>
    )
  const act = (what: 'pause' | 'stop' | 'resume', rounds?: number): void => {
    post(`${at}/acts`, { do: what, ...(rounds === undefined ? {} : { rounds }) }).then(
      () => say(what === 'resume' ? 'It goes on' : 'It lands at the next checkpoint', 'done'),
      e => say((e as Error).message, 'wrong'),
    )
  }
  const over = loop.of !== null && loop.rounds >= loop.of
  const last = loop.measured.at(-1)
  const first = loop.measured[0]
  return (
    <div className="page">
      <header className="page-head">
        <h1>{loop.name}</h1>
        <span className="quiet">
          {loop.loop} on {loop.world}, from {String(loop.plan.model)}, seed {loop.seed}
        </span>
        <div className="acts">
          {loop.active ? (
            <>
              <Button title="It lands at a checkpoint and can be resumed" onClick={() => act('pause')}>
                Pause
              </Button>
              <Button title="It lands at a checkpoint, and the rounds that are whole are all" onClick={() => act('stop')}>
                Stop
              </Button>
            </>
          ) : over ? (
            <Button onClick={() => act('resume', loop.rounds + 1)}>Another round</Button>
          ) : (
            <Button kind="main" onClick={() => act('resume')}>
              Resume
            </Button>
          )}
        </div>
      </header>
      <div style={{ display: 'grid', gap: '0.35rem', maxWidth: '46rem', marginBottom: '1.5rem' }} data-now="">
        <span>
          <Status status={loop.active ? 'running' : over ? 'done' : 'paused'} />{' '}
          <span className="quiet">
            {loop.active && now !== undefined ? now.text : `${loop.rounds}${loop.of === null ? '' : ` of ${loop.of}`} rounds`}
          </span>
        </span>
        {loop.active && now?.share != null && (
          <div className="progress">
            <i style={{ width: `${100 * now.share}%` }} />
          </div>
        )}
      </div>
      {first !== undefined && last !== undefined && last.round > 0 && (
        <p className="prose">
          After {last.round === 1 ? 'one round' : `${last.round} rounds`} it solves {percent(last.greedy.rate, 1)} of the held-out tasks at
          the first try (before: {percent(first.greedy.rate, 1)}), and {percent(last.search.rate, 1)} by a search of fixed cost (before:{' '}
          {percent(first.search.rate, 1)}).
        </p>
      )}
      <div className="columns section">
        {loop.measured.length > 0 && <Held rounds={loop.measured} name={loop.name} />}
        <Loss points={all} name={loop.name} active={loop.active} />
      </div>
      <section className="section">
        <h2>Rounds</h2>
        <Rounds loop={loop} />
      </section>
      <section className="section">
        <h2>Plan</h2>
        <dl className="facts">
          {Object.entries(loop.plan).map(([k, v]) => (
            <div key={k} style={{ display: 'contents' }}>
              <dt>{k}</dt>
              <dd className="mono">{typeof v === 'object' ? JSON.stringify(v) : String(v)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  )
}

function Held({ rounds, name }: { rounds: readonly Round[]; name: string }) {
  const series = useMemo((): Series[] => {
    const of = (what: 'greedy' | 'search') =>
      rounds.map(r => ({ x: r.round, y: r[what].rate, low: r[what].interval[0], high: r[what].interval[1] }))
    return [
      { name: 'by search', points: of('search'), rank: 'strong', interval: 'bars', dots: true },
      { name: 'first try', points: of('greedy'), interval: 'bars', dots: true },
    ]
  }, [rounds])
  return (
    <Plot
      title="Held-out tasks solved"
      about="after each round, with 95 % intervals"
      name={`${name}-held-out`}
      series={series}
      x={{ label: 'round', format: x => count(x), whole: true, from: 0, to: Math.max(1, rounds.at(-1)?.round ?? 1) }}
      y={{ label: 'solved', from: 0, to: 1, format: y => percent(y) }}
    />
  )
}

/** Every training's loss; the last round's stand out. */
function Loss({ points, name, active }: { points: readonly TrainPoint[]; name: string; active: boolean }) {
  const series = useMemo((): Series[] => {
    const groups = new Map<string, TrainPoint[]>()
    for (const p of points) {
      const key = `${p.round} ${p.part}`
      groups.set(key, [...(groups.get(key) ?? []), p])
    }
    const last = Math.max(0, ...points.map(p => p.round))
    const parts = ['policy', 'value'] as const
    return [...groups]
      .sort(([a], [b]) => Number(b.split(' ')[0]) - Number(a.split(' ')[0]) || (a < b ? -1 : 1))
      .flatMap(([key, mine]): Series[] => {
        const [round, part] = key.split(' ')
        const sorted = [...mine].sort((a, b) => a.step - b.step)
        const losses = sorted.filter(p => p.loss !== null).map(p => ({ x: p.step, y: p.loss }))
        const held = sorted.filter(p => p.heldOut !== null).map(p => ({ x: p.step, y: p.heldOut }))
        const colour = parts.indexOf(part as 'policy')
        const old = Number(round) !== last
        return [
          { name: `${part}, round ${round}`, points: losses, colour, rank: old ? 'past' : 'strong' },
          ...(held.length === 0 ? [] : [{ name: `${part} ${round}, held out`, points: held, colour, dashed: true, dots: true }]),
        ]
      })
      .filter(s => s.points.length > 0)
  }, [points])
  if (series.length === 0) return active ? <p className="quiet">No training has begun yet: the loss is drawn here when it does.</p> : null
  return (
    <Plot
      title="Loss"
      about="of each training, by step; those of earlier rounds are faint"
      name={`${name}-loss`}
      series={series}
      x={{ label: 'step', format: x => count(x), whole: true }}
      y={{ label: 'loss', format: y => fixed(y, 2), from: 0 }}
    />
  )
}

function Rounds({ loop }: { loop: LoopDetail }) {
  const columns: readonly Column<Round>[] = [
    { key: 'round', head: 'Round', align: 'right', width: '4rem', cell: r => count(r.round) },
    {
      key: 'greedy',
      head: 'First try',
      align: 'right',
      title: 'Held-out tasks solved at the first try, in percent, with the 95 % interval',
      cell: r => within(r.greedy),
    },
    { key: 'search', head: 'By search', align: 'right', title: 'The same by one search at a fixed budget', cell: r => within(r.search) },
    {
      key: 'solved',
      head: 'Train tasks solved',
      align: 'right',
      cell: r => (r.problems === 0 ? '' : `${count(r.solved)} of ${count(r.problems)}`),
    },
    { key: 'calls', head: 'Calls', align: 'right', cell: r => (r.calls === 0 ? '' : count(r.calls)) },
    {
      key: 'rows',
      head: 'Rows learnt from',
      align: 'right',
      title: 'of policy and value',
      cell: r => (r.round === 0 ? '' : Object.values(r.rows).map(compact).join(' / ')),
    },
    { key: 'seconds', head: 'Took', align: 'right', cell: r => seconds(r.seconds) },
    {
      key: 'weights',
      head: 'Weights',
      cell: r => (
        <span className="mono small">
          <span title={`--model ${r.policy}`}>{weights(r.policy, loop.name)}</span>
          {r.critic !== r.policy && <span className="faint"> critic {weights(r.critic, loop.name)}</span>}
        </span>
      ),
    },
  ]
  if (loop.measured.length === 0) return <p className="quiet">Round 0 is being measured: how good the model is before any training.</p>
  return <Table label="Rounds" columns={columns} rows={loop.measured} rowKey={r => String(r.round)} />
}
