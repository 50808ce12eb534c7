// What a loop leaves in its folder while it works, for whoever looks on: another process, the studio. Nothing that trains is loaded with it.
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { holder, type Letter, sendLetter, takeLetters } from '../store/index.ts'
import { loopFolder, loopStateFile } from './plan.ts'
import type { LoopEvent, LoopState } from './round.ts'
import { loopStatus } from './status.ts'

/** A step of a training. */
export interface TrainPoint {
  readonly round: number
  readonly part: 'policy' | 'value'
  readonly step: number
  /** Of the batch; null: this point is of the held-out rows alone. */
  readonly loss: number | null
  readonly heldOut: number | null
}
/** What a loop does now. */
export interface LoopNow {
  /** Unix time in seconds. */
  readonly time: number
  readonly round: number
  readonly text: string
  /** Of what it does now; null: not known. */
  readonly share: number | null
}
export interface KeptLoop {
  readonly name: string
  readonly state: LoopState
  /** Each step once, in order. */
  readonly points: readonly TrainPoint[]
  /** As they were made, with those that were made again. */
  readonly made: readonly TrainPoint[]
  readonly now: LoopNow | null
  /** A process works on it. */
  readonly active: boolean
  /** Unix time in seconds of its last word. */
  readonly updated: number
}
const files = { points: 'points.jsonl', now: 'now.json', lock: 'loop.lock', acts: 'acts' } as const
/** Held by the process that works on a loop. */
export const loopLock = (store: string, name: string): string => join(loopFolder(store, name), files.lock)

/** pause: it lands at a checkpoint and can be gone on with. stop: that, and no more rounds than are whole are wanted of it. */
export interface LoopAct {
  readonly do: 'pause' | 'stop'
}
/** Leaves word for the process that works on a loop, which looks for it every half second. */
export const tellLoop = (store: string, name: string, act: LoopAct): void => sendLetter(join(loopFolder(store, name), files.acts), act)
/** Takes what was left for it. */
export const loopLetters = (store: string, name: string): Letter[] => takeLetters(join(loopFolder(store, name), files.acts))

/** Writes down what a loop says. Losing the last words to a crash harms nothing: they are not what it goes on from. */
export function loopLog(store: string, name: string): (e: LoopEvent) => void {
  const folder = loopFolder(store, name)
  let told = 0
  let round = 0
  return e => {
    if (e.kind === 'tuning' && (e.event.kind === 'progress' || e.event.kind === 'measured')) {
      const { step, loss } = e.event
      const held = e.event.kind === 'measured'
      const point: TrainPoint = { round: e.round, part: e.part, step, loss: held ? null : loss, heldOut: held ? loss : null }
      appendFileSync(join(folder, files.points), `${JSON.stringify(point)}\n`)
    }
    // Steps may be many a second; nobody looks so often.
    const now = Date.now()
    if (e.kind === 'tuning' && e.event.kind === 'progress' && e.event.step < e.event.steps && now - told < 250) return
    told = now
    if (e.kind !== 'resumed') round = e.round
    const word: LoopNow = { time: now / 1000, round, text: loopStatus(e), share: shareOf(e) }
    writeFileSync(join(folder, `${files.now}.part`), JSON.stringify(word))
    renameSync(join(folder, `${files.now}.part`), join(folder, files.now))
  }
}
const shareOf = (e: LoopEvent): number | null =>
  e.kind === 'searched'
    ? Math.min(1, e.calls / e.of)
    : e.kind === 'tuning' && e.event.kind === 'progress'
      ? e.event.step / e.event.steps
      : null

/** Loops of a store by name. */
export function loopNames(store: string): string[] {
  const folder = loopFolder(store, '')
  return existsSync(folder) ? readdirSync(folder).filter(n => existsSync(loopStateFile(store, n))) : []
}

/**
 * A loop as it lies in its folder. Steps that were made again after a stop stand once, as they were made last.
 * @returns null: there is none of that name
 */
export function readLoop(store: string, name: string): KeptLoop | null {
  const file = loopStateFile(store, name)
  if (!existsSync(file)) return null
  const folder = loopFolder(store, name)
  const word = whole<LoopNow>(join(folder, files.now))
  const text = existsSync(join(folder, files.points)) ? readFileSync(join(folder, files.points), 'utf8') : ''
  const made = text.split('\n').flatMap(line => parsed<TrainPoint>(line) ?? [])
  const points = new Map(made.map(p => [`${p.round} ${p.part} ${p.step} ${p.loss === null}`, p]))
  const lock = join(folder, files.lock)
  return {
    name,
    state: JSON.parse(readFileSync(file, 'utf8')) as LoopState,
    points: [...points.values()].sort((a, b) => a.round - b.round || (a.part < b.part ? -1 : Number(a.part > b.part)) || a.step - b.step),
    made,
    now: word,
    active: existsSync(lock) && holder(lock) !== null,
    updated: Math.max(statSync(file).mtimeMs / 1000, word?.time ?? 0),
  }
}
const whole = <T>(file: string): T | null => (existsSync(file) ? parsed<T>(readFileSync(file, 'utf8')) : null)
/** null for what a crash cut short. */
function parsed<T>(text: string): T | null {
  try {
    return text === '' ? null : (JSON.parse(text) as T)
  } catch {
    return null
  }
}
