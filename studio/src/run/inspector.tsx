// All that is known of one node.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { NodeDetail } from '../../../src/serve/api/wire.ts'
import { type Got, useGet } from '../api.ts'
import { Button } from '../shell/controls.tsx'
import { compact, count, fixed, share, usd } from '../shell/format.ts'
import { Wrong } from '../shell/said.tsx'
import type { RunModel } from '../tree/model.ts'
import { Effects } from './effects.tsx'
import { readable } from './readable.ts'
import { Siblings } from './siblings.tsx'
import { Tokens } from './tokens.tsx'

/** The node, asked for again when its numbers changed: at most every second and a half. */
function useNode(model: RunModel, row: number): Got<NodeDetail> {
  const got = useGet<NodeDetail>(`/api/runs/${encodeURIComponent(model.run)}/nodes/${row}?wait=0.3`)
  const { reload } = got
  const pending = got.data?.pending !== undefined
  useEffect(() => {
    if (!pending) return
    const timer = setInterval(reload, 1500)
    return () => clearInterval(timer)
  }, [pending, reload])
  useEffect(() => {
    const print = (): string => `${model.columns.N[row]} ${model.columns.Q[row]} ${model.columns.flags[row]} ${model.columns.calls[row]}`
    let was = print()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = model.version.subscribe(() => {
      const now = print()
      if (now === was) return
      was = now
      timer ??= setTimeout(() => {
        timer = undefined
        reload()
      }, 1500)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [model, row, reload])
  return got
}
function Part({ title, aside, children, closed }: { title: string; aside?: ReactNode; children: ReactNode; closed?: boolean }) {
  return (
    <details className="part" open={!closed}>
      <summary>
        <h2>{title}</h2>
        {aside !== undefined && <span className="faint small">{aside}</span>}
      </summary>
      {children}
    </details>
  )
}
const statNames: Record<string, string> = {
  N: 'visits',
  O: 'under way',
  W: 'sum of values',
  Q: 'backed-up value',
  P: 'prior',
  M: 'multiplicity',
  F: 'forecast before it was taken',
  V: "critic's value",
  R: 'own reward',
}
/** Those that are whole numbers. */
const counts = { N: true, O: true, M: true }
export interface InspectorProps {
  model: RunModel
  row: number
  onSelect(row: number): void
  /** What can be done to the node. */
  acts: ReactNode
  onClose(): void
}
export function Inspector({ model, row, onSelect, acts, onClose }: InspectorProps) {
  const got = useNode(model, row)
  const top = useRef<HTMLDivElement>(null)
  // What was shown stays until the next is here: no flicker while the keys are held.
  const [last, setLast] = useState<NodeDetail | undefined>()
  useEffect(() => {
    if (got.data !== undefined) setLast(got.data)
  }, [got.data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new node is read from its top
  useEffect(() => {
    // What it returns is no business of React's: in newer browsers a promise.
    top.current?.parentElement?.scrollTo(0, 0)
  }, [row])
  const node = got.data ?? last
  if (node === undefined)
    return got.error === undefined ? (
      <Known model={model} row={row} acts={acts} onClose={onClose} />
    ) : (
      <Wrong error={got.error} retry={got.reload} />
    )
  return (
    <div className="inspector" ref={top} data-row={node.row} aria-busy={node.row !== row}>
      <header className="inspector-head">
        <p className="inspector-where small">
          {node.parent === null ? (
            'root'
          ) : (
            <button type="button" className="link" onClick={() => onSelect(node.parent!)}>
              parent
            </button>
          )}
          <span className="faint">
            {' '}
            · depth {node.depth} · node {node.row}
          </span>
          <Button kind="plain" small aria-label="Close" title="Close (Esc)" onClick={onClose}>
            ×
          </Button>
        </p>
        <p className="inspector-action mono" dir="auto" aria-live="polite">
          {node.action ?? 'the task'}
        </p>
        {node.flags.filter(f => f !== 'taken').length > 0 && (
          <p className="small quiet">{node.flags.filter(f => f !== 'taken').join(' · ')}</p>
        )}
        {acts}
      </header>
      <Stats stats={node.stats} />
      {node.outcome !== null && (
        <Part title="Outcome" aside={node.outcome.failed ? 'failed' : node.outcome.open ? 'can still be improved' : undefined}>
          <pre className="inspector-text" dir="auto">
            {node.outcome.answer}
          </pre>
          <p className="small quiet">
            {node.outcome.reward !== null && <>reward {fixed(node.outcome.reward)}</>}
            {node.outcome.feedback !== null && ` · ${node.outcome.feedback}`}
          </p>
        </Part>
      )}
      <Part title="State">
        {node.state === '' ? (
          <p className="faint">It was not taken: where it leads is not known.</p>
        ) : (
          <pre className="inspector-text" data-what="state" dir="auto">
            {readable(node.state)}
          </pre>
        )}
        {node.rendered !== null && node.rendered !== node.state && (
          <details className="rendered">
            <summary>as the model sees it</summary>
            <pre className="inspector-text" dir="auto">
              {node.rendered}
            </pre>
          </details>
        )}
      </Part>
      {node.siblings.length > 1 && (
        <Part title="Among its siblings" aside={count(node.siblings.length)}>
          <Siblings label="Siblings" rows={node.siblings} selected={node.row} onSelect={onSelect} />
        </Part>
      )}
      {node.children.length > 0 && (
        <Part title="Children" aside={count(node.children.length)}>
          <Siblings label="Children" rows={node.children} selected={-1} onSelect={onSelect} />
        </Part>
      )}
      {node.judgements.length > 0 && (
        <Part title="Judged">
          {node.judgements.map((j, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: judgements stay in their order
            <div key={i} className="judgement">
              <p>
                <span>{j.by}</span>
                <span className="faint small"> {j.column}</span>
                <b className="num">
                  {fixed(j.value)}
                  {j.sd !== null && <span className="faint"> ± {fixed(j.sd)}</span>}
                </b>
              </p>
              {j.parts !== null && (
                <p className="small quiet">
                  {Object.entries(j.parts)
                    .map(([k, v]) => `${k} ${fixed(v)}`)
                    .join(' · ')}
                </p>
              )}
              {j.critique !== null && (
                <pre className="inspector-text" dir="auto">
                  {j.critique}
                </pre>
              )}
            </div>
          ))}
        </Part>
      )}
      {node.draws.length > 0 && (
        <Part title="Drawn" aside={node.draws.length > 1 ? `${node.draws.length} times` : undefined}>
          {node.draws.map((d, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: draws stay in their order
            <div key={i} className="message">
              {d.tokens !== null ? (
                <Tokens tokens={d.tokens} />
              ) : (
                d.text !== null && (
                  <pre className="inspector-text" dir="auto">
                    {d.text}
                  </pre>
                )
              )}
              {(d.prior !== null || (d.logprob !== null && d.tokens === null)) && (
                <p className="small faint">
                  {d.logprob !== null && d.tokens === null && `log-probability ${fixed(d.logprob)} `}
                  {d.prior !== null && `prior ${fixed(d.prior)}`}
                </p>
              )}
            </div>
          ))}
        </Part>
      )}
      {node.effects.length > 0 && (
        <Part
          title="Effects"
          aside={`${compact(node.spent.calls)} ${node.spent.calls === 1 ? 'call' : 'calls'} · ${compact(node.spent.tokens)} tokens${node.spent.usd === null ? '' : ` · ${usd(node.spent.usd)}`}`}
        >
          <Effects effects={node.effects} />
        </Part>
      )}
      {node.pending !== undefined && (
        <p className="faint part" role="status">
          Prompts and judgements are being read from the journal: <span className="num">{share(node.pending.progress)}</span>
        </p>
      )}
      {node.notes.length > 0 && (
        <Part title="Notes">
          {node.notes.map((n, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notes stay in their order
            <div key={i} className="message">
              <h3>
                {n.kind} <span className="faint">{n.scope}</span>
              </h3>
              <pre className="inspector-text" dir="auto">
                {n.text}
              </pre>
            </div>
          ))}
        </Part>
      )}
      <p className="inspector-key mono faint" title="Its address in the journal">
        {node.key}
      </p>
    </div>
  )
}
/** What the tree says about a node already, until the rest is here. */
function Known({ model, row, acts, onClose }: Pick<InspectorProps, 'model' | 'row' | 'acts' | 'onClose'>) {
  const c = model.columns
  const value = (x: number): number | null => (Number.isNaN(x) ? null : x)
  return (
    <div className="inspector">
      <header className="inspector-head">
        <p className="inspector-where small">
          <span className="faint">
            depth {c.depth[row]} · node {row}
          </span>
          <Button kind="plain" small aria-label="Close" title="Close (Esc)" onClick={onClose}>
            ×
          </Button>
        </p>
        <p className="inspector-action mono faint">…</p>
        {acts}
      </header>
      <Stats stats={{ N: c.N[row], Q: value(c.Q[row]), P: value(c.P[row]), V: value(c.V[row]), R: value(c.R[row]) }} />
    </div>
  )
}
function Stats({ stats }: { stats: NodeDetail['stats'] }) {
  const known = Object.entries(stats).filter(([, v]) => v !== null)
  return (
    <dl className="stats">
      {known.map(([name, v]) => (
        <div key={name} title={statNames[name]}>
          <dt>
            {name}
            {name in statNames && <span className="visually-hidden">: {statNames[name]}</span>}
          </dt>
          <dd>{name in counts || (!(name in statNames) && Number.isInteger(v)) ? count(v) : fixed(v)}</dd>
        </div>
      ))}
    </dl>
  )
}
