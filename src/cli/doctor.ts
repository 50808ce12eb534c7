// `espalier doctor`: is everything there that is needed?
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { exitCodes } from '../kernel/index.ts'
import { methodIds } from '../method/index.ts'
import { modelKinds } from '../model/index.ts'
import { shippedWeights } from '../model/seedling/kind.ts'
import { openStore, storeFolder } from '../store/index.ts'
import { worldIds } from '../world/index.ts'
import { type Action, one, type Streams } from './definition.ts'
import { asFailure, jsonLine, lookOf, print } from './report.ts'
import { colored, unicode } from './streams.ts'
import { fill, type Line, marksFor, number, piece, type Style } from './text.ts'
import { version } from './version.ts'

interface Check {
  name: string
  /** missing: an optional part that is not there. bad: something needed does not work. */
  state: 'ok' | 'missing' | 'low' | 'bad'
  found: string
  for: string
  hint: string
}

export const doctorCommand: Action = async (call, s) => {
  const checks = look(one(call, 'store'), s)
  const ok = checks.every(c => c.state !== 'bad')
  if (call.flags.has('json')) s.out.write(jsonLine({ ok, version: version(), checks }))
  else {
    const m = marksFor(lookOf(s).unicode)
    const wide = Math.max(...checks.map(c => c.name.length))
    const mark: Record<Check['state'], readonly [string, Style]> = {
      ok: [m.yes, 'good'],
      missing: [m.dot, 'dim'],
      low: ['!', 'warn'],
      bad: [m.no, 'bad'],
    }
    print(
      s,
      checks.flatMap((c): Line[] => [
        [
          piece(`${mark[c.state][0]} `, mark[c.state][1]),
          piece(`${fill(c.name, wide)}  `, 'bold'),
          piece(c.found),
          piece(c.for === '' ? '' : `  (${c.for})`, 'dim'),
        ],
        ...(c.hint === '' ? [] : [[piece(`  ${' '.repeat(wide)}  `), piece(c.hint, c.state === 'bad' ? 'warn' : 'dim')]]),
      ]),
    )
    print(s, [[piece(ok ? 'everything that is needed is there' : 'something that is needed does not work', ok ? 'good' : 'bad')]])
  }
  return ok ? 0 : exitCodes.store
}

const gigabyte = 1e9
/** What kinds of models need beside themselves. A key is looked for, never shown. */
const needs: Readonly<Record<string, (s: Streams) => readonly [Check['state'], found: string, hint: string]>> = {
  openai: ({ env }) =>
    env.OPENAI_API_KEY
      ? ['ok', 'OPENAI_API_KEY is set', '']
      : ['missing', 'OPENAI_API_KEY is not set', 'set it, or name a server that wants no key: --base-url http://127.0.0.1:8000/v1'],
  gguf: () =>
    installed('node-llama-cpp')
      ? ['ok', 'node-llama-cpp is installed', '']
      : ['missing', 'node-llama-cpp is not installed', 'npm install node-llama-cpp (about a gigabyte)'],
  seedling: () =>
    existsSync(shippedWeights)
      ? ['ok', 'its weights are there', '']
      : ['missing', 'it has no weights', 'a clone or the package brings them'],
}
function installed(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

function look(folderAsked: string | undefined, s: Streams): Check[] {
  const out: Check[] = []
  const add = (name: string, state: Check['state'], found: string, what = '', hint = ''): void => {
    out.push({ name, state, found, for: what, hint })
  }
  add('espalier', 'ok', version(), `${methodIds.length} methods; worlds: ${worldIds.join(', ')}`)
  const major = Number(process.versions.node.split('.')[0])
  add(
    'node',
    major >= 24 ? 'ok' : 'bad',
    `${process.version} (${process.execPath})`,
    'runs everything',
    major >= 24 ? '' : 'Node 24 or later is needed: npm install brings it, or https://nodejs.org',
  )
  const folder = storeFolder(folderAsked)
  try {
    if (!existsSync(folder)) add('store', 'ok', `${folder} is not there yet`, 'keeps runs; made by the first solve')
    else {
      const store = openStore(folder)
      try {
        const count = store.list().length
        if (store.readOnly)
          add(
            'store',
            'bad',
            `${folder} can be read only`,
            'keeps runs',
            'make it writable, or choose another with --store or ESPALIER_STORE',
          )
        else add('store', 'ok', `${folder}, ${number(count)} ${count === 1 ? 'run' : 'runs'}`, 'keeps runs')
      } finally {
        store.close()
      }
    }
  } catch (e) {
    const f = asFailure(e)
    add('store', 'bad', f.message, 'keeps runs', f.hint)
  }
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  try {
    const { bavail, bsize } = statfsSync(place)
    const free = bavail * bsize
    const low = free < gigabyte
    add(
      'disk',
      low ? 'low' : 'ok',
      `${(free / gigabyte).toFixed(1)} GB free`,
      'where the store lies',
      low ? 'a thousand calls take about a megabyte; a full disk pauses a run' : '',
    )
  } catch (e) {
    add('disk', 'low', `unknown: ${(e as Error).message}`, 'where the store lies')
  }
  for (const k of modelKinds) {
    const [state, found, hint] = (needs[k.kind] ?? (() => ['ok', 'ready', ''] as const))(s)
    add(`model ${k.kind}`, state, found, k.describe, hint)
  }
  add(
    'terminal',
    'ok',
    s.err.isTTY
      ? `${s.err.columns} columns, ${colored(s.err, s.env) ? 'colours' : 'no colours'}, ${unicode(s.env) ? 'Unicode' : 'ASCII'}`
      : 'none: plain lines',
    'the live view',
  )
  const exporter = s.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? s.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  add(
    'tracing',
    exporter ? 'ok' : 'missing',
    exporter ? 'OTEL_EXPORTER_OTLP_ENDPOINT is set' : 'no OpenTelemetry exporter',
    'spans of runs and calls; optional',
    exporter ? '' : 'node --import your OpenTelemetry set-up to receive them',
  )
  return out
}
