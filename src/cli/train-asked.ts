// What a training was asked for, under which name, with what settings: the same for loops, for one training here and for one on a server.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import type { TrainDevice } from '../learn/index.ts'
import { type Call, one } from './definition.ts'

/** The options as they were given, to be given again. */
export const spoken = (call: Call): string[] =>
  call.command.options.flatMap(({ name, value }) => {
    if (['json', 'plain', 'store'].includes(name)) return []
    if (value === undefined) return call.flags.has(name) ? [`--${name}`] : []
    return (call.values.get(name) ?? []).map(v => `--${name} ${/\s/.test(v) ? JSON.stringify(v) : v}`)
  })

/** Under which name its weights lie. @throws Failure (usage) on one that is no name of a file */
export function nameOf(call: Call, fallback: string, hint = ''): string {
  const name = one(call, 'out') ?? fallback
  if (!/^[\w-][\w.-]*$/.test(name))
    throw new Failure('usage', `--out: expected a name of letters, digits, dots and dashes, found '${name}'`, hint)
  return name
}
/** @throws Failure (usage) unless exactly one of the two is there */
export function sourceOf(call: Call): { runs: readonly string[]; data?: string } {
  const data = one(call, 'data')
  if ((data === undefined) === (call.args.length === 0))
    throw new Failure(
      'usage',
      data === undefined ? 'expected runs or a data file, found neither' : 'expected runs or a data file, found both',
      'as in: espalier train value RUN --out NAME; or --data FILE.jsonl in place of runs',
    )
  return { runs: call.args, ...(data === undefined ? {} : { data }) }
}

/** Settings of a loss: numbers, true or false, words. */
export function settingsOf(call: Call): Record<string, number | boolean | string> {
  const out: Record<string, number | boolean | string> = {}
  for (const text of call.values.get('knob') ?? []) {
    const m = /^(\w+)=(.+)$/.exec(text)
    if (m === null) throw new Failure('usage', `--knob: expected K=V, found '${text}'`, 'as in --knob beta=0.1')
    const [, name, value] = m
    if (Object.hasOwn(out, name)) throw new Failure('usage', `--knob ${name} is given twice`, 'give it once')
    out[name] = value === 'true' ? true : value === 'false' ? false : Number.isFinite(Number(value)) ? Number(value) : value
  }
  return out
}

/** Where training computes; without --device where it does by itself. */
export const deviceOf = (call: Call): { device?: TrainDevice } => {
  const device = one(call, 'device')
  return device === undefined ? {} : { device: device as TrainDevice }
}

/** @throws Failure (store) where nothing can be written: said before the first step, not at the first checkpoint */
export function writable(out: string): void {
  const probe = join(out, '.probe')
  try {
    mkdirSync(out, { recursive: true })
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (e) {
    throw new Failure(
      'store',
      `${out} cannot be written: ${(e as Error).message}`,
      'choose another folder with --store or ESPALIER_STORE',
      { cause: e },
    )
  }
}
