// A run as it is followed: its tree and then what changes, kept outside of React, which is told at most some thirty times a second.
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { ActRecord, Best, Flight, RunRow, TreeColumns, TreeGrowth } from '../../../src/serve/api/wire.ts'
import { follow, get, type StreamState } from '../api.ts'
import { type State, state, useValue } from '../shell/state.ts'
import { Columns } from './columns.ts'

export interface Said {
  time: number
  kind: string
  text: string
}
export interface RunModel {
  run: string
  columns: Columns
  /** Counts every change of the columns. */
  version: State<number>
  /** undefined: not here yet. */
  row: State<RunRow | undefined>
  best: State<Best | undefined>
  flight: State<Flight | undefined>
  /** Rows with effects under way, and when (performance.now) this page first saw each. */
  flying: Map<number, number>
  acts: State<readonly ActRecord[]>
  said: State<readonly Said[]>
  stream: State<StreamState>
  /** The tree is here. */
  loaded: State<boolean>
  error: State<unknown>
}
function model(run: string): RunModel {
  return {
    run,
    columns: new Columns(),
    version: state(0),
    row: state<RunRow | undefined>(undefined),
    best: state<Best | undefined>(undefined),
    flight: state<Flight | undefined>(undefined),
    flying: new Map(),
    acts: state<readonly ActRecord[]>([]),
    said: state<readonly Said[]>([]),
    stream: state<StreamState>('opening'),
    loaded: state(false),
    error: state<unknown>(undefined),
  }
}
const sameAct = (a: ActRecord, b: ActRecord): boolean => a.time === b.time && a.do === b.do && a.row === b.row

function take(m: RunModel, event: string, data: unknown): 'again' | undefined {
  if (event === 'tree') {
    if (!m.columns.grow(data as TreeGrowth)) return 'again'
    m.version.set(m.columns.version)
  } else if (event === 'flight') {
    const flight = data as Flight
    const now = performance.now()
    const rows = new Set(flight.effects.flatMap(e => (e.row === null ? [] : [e.row])))
    for (const row of m.flying.keys()) if (!rows.has(row)) m.flying.delete(row)
    for (const row of rows) if (!m.flying.has(row)) m.flying.set(row, now)
    m.flight.set(flight)
  } else if (event === 'answer') m.best.set(data as Best)
  else if (event === 'run' || event === 'end') {
    m.row.set(data as RunRow)
    if (event === 'end') {
      m.flying.clear()
      m.flight.set(undefined)
    }
  } else if (event === 'act') {
    const act = data as ActRecord
    m.acts.set(acts => [...acts.filter(a => !sameAct(a, act)), act].sort((a, b) => a.time - b.time))
  } else if (event === 'said') m.said.set(said => [...said.slice(-99), data as Said])
  return undefined
}
async function live(m: RunModel, signal: AbortSignal): Promise<void> {
  const at = `/api/runs/${encodeURIComponent(m.run)}`
  for (;;) {
    try {
      // The tree is the greater: it is asked for at once, beside what is said about the run.
      const about = Promise.all([get<RunRow>(at, { signal }), get<{ acts: ActRecord[] }>(`${at}/acts`, { signal })])
      // Where the tree fails as well, that is what is said.
      about.catch(() => {})
      const tree = await get<TreeColumns>(`${at}/tree`, { signal })
      m.columns.load(tree)
      if (tree.best !== null) m.best.set(tree.best)
      m.version.set(m.columns.version)
      m.loaded.set(true)
      const [row, { acts }] = await about
      m.row.set(row)
      m.acts.set(acts)
      m.error.set(undefined)
      const round = new AbortController()
      signal.addEventListener('abort', () => round.abort(), { once: true })
      let again = false
      await follow(`${at}/events`, {
        after: tree.cursor,
        on(event, data) {
          if (take(m, event, data) === undefined) return
          again = true
          round.abort()
        },
        onState: s => m.stream.set(s),
        signal: round.signal,
      })
      if (!again) return
    } catch (error) {
      if (!signal.aborted) m.error.set(error)
      return
    }
  }
}

/** Between two looks at whether a run that nobody works on goes on, in milliseconds. */
const lookEvery = 5000
/** Follows a run while the component is there. A new `turn` takes it up again (a run that was over and goes on). */
export function useRun(run: string, turn = 0): RunModel {
  const m = useMemo(() => model(run), [run])
  const [again, setAgain] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` and `again` take it up again
  useEffect(() => {
    const abort = new AbortController()
    void live(m, abort.signal)
    return () => abort.abort()
  }, [m, turn, again])
  // Somebody else may let it go on: in another tab, by the command.
  const stream = useValue(m.stream)
  useEffect(() => {
    if (stream !== 'over') return
    const abort = new AbortController()
    const look = (): void => {
      if (document.hidden) return
      get<RunRow>(`/api/runs/${encodeURIComponent(m.run)}`, { signal: abort.signal }).then(
        row => (row.status === 'running' ? setAgain(n => n + 1) : m.row.set(row)),
        () => {},
      )
    }
    const over = ['done', 'failed'].includes(m.row.get()?.status ?? 'done')
    const timer = over ? undefined : setInterval(look, lookEvery)
    document.addEventListener('visibilitychange', look)
    return () => {
      abort.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [m, stream])
  return m
}
/** Something simple that is read off the tree: renders anew when it is another, not whenever the tree changed. */
export const useOfTree = <T extends boolean | number | string>(m: RunModel, read: () => T): T =>
  useSyncExternalStore(m.version.subscribe, read)
/** Renders anew when the tree changed. */
export const useVersion = (m: RunModel): number => useValue(m.version)
