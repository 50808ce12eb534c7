// The run itself, where no node is chosen: the answer, what is under way, what it is made of, what people did to it.
import { Fragment } from 'react'
import type { ActRecord, RunRow } from '../../../src/serve/api/wire.ts'
import { count, fixed, moment, seconds } from '../shell/format.ts'
import { Link } from '../shell/router.tsx'
import { useValue } from '../shell/state.ts'
import type { RunModel } from '../tree/model.ts'

export function AboutRun({ model, row, onSelect }: { model: RunModel; row: RunRow; onSelect(row: number): void }) {
  const best = useValue(model.best)
  const flight = useValue(model.flight)
  const acts = useValue(model.acts)
  const said = useValue(model.said)
  const answer = best?.text ?? row.answer
  const made: [string, string][] = [
    ['world', row.world],
    ['method', row.preset === null ? row.method : `${row.method}, ${row.preset}`],
    ...Object.entries(row.models).map(([role, name]): [string, string] => [role === 'policy' || role === 'model' ? 'model' : role, name]),
    ['reward', row.reward],
    ['seed', String(row.seed)],
    ['in flight', `${row.concurrency} at most`],
    ...Object.entries(row.knobs).map(([k, v]): [string, string] => [k, String(v)]),
    ['begun', moment(row.created)],
  ]
  return (
    <div className="inspector">
      <section className="part">
        <h2>{row.status === 'done' ? 'Answer' : 'Best so far'}</h2>
        {answer === null || answer === undefined ? (
          <p className="faint">{row.status === 'done' ? 'There is none.' : 'Nothing yet.'}</p>
        ) : (
          <pre className="inspector-text about-answer" dir="auto">
            {answer}
          </pre>
        )}
        <p className="small quiet">
          {[
            ...(row.score === null ? [] : [`score ${fixed(row.score)}`]),
            ...(row.verifiedBy === null || answer === null ? [] : [`verified by ${row.verifiedBy}`]),
            ...(row.ended === null ? [] : [`ended by ${row.ended}`]),
          ].join(' · ')}
        </p>
        {best !== undefined && best.rows.length > 0 && (
          <p className="small">
            <button type="button" className="link" onClick={() => onSelect(best.rows.at(-1)!)}>
              its node
            </button>
          </p>
        )}
        {row.why !== null && <p className="about-why">{row.why}</p>}
      </section>
      {flight !== undefined && flight.effects.length > 0 && (
        <section className="part">
          <h2>
            Under way{' '}
            <span className="faint small">
              {flight.effects.length} of {flight.of}
            </span>
          </h2>
          <ul className="flight">
            {flight.effects.slice(0, 12).map((e, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: effects have no other name here
              <li key={i}>
                <span>{e.kind}</span>
                {e.row === null ? (
                  <span />
                ) : (
                  <button type="button" className="link" onClick={() => onSelect(e.row!)}>
                    node {e.row}
                  </button>
                )}
                <span className="one-line quiet">{e.what}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="part">
        <h2>Acts</h2>
        {acts.length === 0 ? (
          <p className="faint">None yet. What people do to a run stands in its journal, and a replay does the same.</p>
        ) : (
          <ol className="acts-list">
            {acts.map((a, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: acts stay in their order
              <ActLine key={i} act={a} onSelect={onSelect} />
            ))}
          </ol>
        )}
      </section>
      {said.length > 0 && (
        <section className="part">
          <h2>Said</h2>
          <ol className="acts-list">
            {said.slice(-8).map((s, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order
              <li key={i}>
                <time>{seconds(s.time)}</time>
                <span>{s.text}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
      <section className="part">
        <h2>Made of</h2>
        <dl className="made">
          {made.map(([k, v]) => (
            <div key={k}>
              <dt>{k}</dt>
              <dd>
                {/* A long name breaks after a comma, not in a word. */}
                {v.split(/(?<=,)/).map((part, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
                  <Fragment key={i}>
                    {part}
                    <wbr />
                  </Fragment>
                ))}
              </dd>
            </div>
          ))}
          {row.origin !== null && (
            <div>
              <dt>forked from</dt>
              <dd>
                <Link to={`/runs/${encodeURIComponent(row.origin)}`}>{row.origin}</Link>
              </dd>
            </div>
          )}
          <div>
            <dt>nodes</dt>
            <dd>
              {count(Math.max(row.nodes, model.columns.size))}, depth {Math.max(row.depth, model.columns.maxDepth)}
            </dd>
          </div>
        </dl>
      </section>
    </div>
  )
}
const verbs: Record<string, string> = {
  prefer: 'preferred',
  prune: 'pruned',
  pin: 'pinned',
  unpin: 'unpinned',
  raise: 'raised the budget to',
  change: 'went on with',
}
function ActLine({ act, onSelect }: { act: ActRecord; onSelect(row: number): void }) {
  const node = (row: number) => (
    <button type="button" className="link" onClick={() => onSelect(row)}>
      node {row}
    </button>
  )
  return (
    <li data-do={act.do} data-pending={act.pending ? '' : undefined}>
      <time>{seconds(act.time)}</time>
      <span>
        {verbs[act.do] ?? act.do} {act.row !== null && node(act.row)}
        {act.than !== undefined && <> over {node(act.than)}</>}
        {act.limits !== undefined &&
          Object.entries(act.limits)
            .map(([k, v]) => `${k}=${v}`)
            .join(', ')}
        {act.text !== undefined && <span className="mono small"> {act.text}</span>}
        {act.pending && <span className="faint"> (waits)</span>}
      </span>
    </li>
  )
}
