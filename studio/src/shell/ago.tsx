// How long ago something was, true for as long as it is looked at; the moment itself on hover.
import { ago, moment } from './format.ts'
import { state, useValue } from './state.ts'

const now = state(Date.now() / 1000)
setInterval(() => now.set(Date.now() / 1000), 20_000)

/** @param at a Unix time in seconds */
export function Ago({ at }: { at: number }) {
  return (
    <time className="quiet" dateTime={new Date(at * 1000).toISOString()} title={moment(at)}>
      {ago(at, Math.max(at, useValue(now)))}
    </time>
  )
}
