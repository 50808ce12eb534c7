// npm run bench [-- part ...] [-- --smoke | --minutes N]: every part in a process of its own, results in bench/results/PART.json with the machine they ran on.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { met, type Part, type Row } from './row.ts'

const here = import.meta.dirname
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: 'boolean', default: false },
    /** How long what a part does over time goes on. */
    minutes: { type: 'string' },
    part: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
  },
})
// A part is a file here, or in a folder here, that exports `bench`; its name is its path.
const all = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter(f => f.endsWith('.ts') && /^export async function bench\b/m.test(readFileSync(join(here, f), 'utf8')))
  .map(f => f.slice(0, -3).replaceAll('\\', '/'))
  .sort()

// `--peer NAME=PATH`: the checkout of another library; parts read it from their environment.
for (const peer of values.peer) {
  const m = /^([\w-]+)=(.+)$/.exec(peer)
  if (m === null) {
    process.stderr.write(`bench: --peer wants NAME=PATH, found ${peer}\n`)
    process.exit(2)
  }
  process.env[`ESPALIER_PEER_${m[1].toUpperCase().replaceAll('-', '_')}`] = m[2]
}

const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
if (minutes !== undefined && !(minutes > 0 && minutes <= 24 * 60)) {
  process.stderr.write(`bench: --minutes wants a number above 0, found ${values.minutes}\n`)
  process.exit(2)
}

if (values.part !== undefined) {
  const part = (await import(join(here, `${values.part}.ts`))) as Part
  process.stdout.write(`\n${JSON.stringify(await part.bench({ smoke: values.smoke, ...(minutes === undefined ? {} : { minutes }) }))}\n`)
  process.exit(0)
}

const unknown = positionals.filter(p => !all.includes(p))
if (unknown.length > 0) {
  process.stderr.write(`bench: no part ${unknown.join(', ')}; parts: ${all.join(', ')}\n`)
  process.exit(2)
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  /** Processes that wanted a core in the minute before: other work on the machine. */
  load: Math.round(loadavg()[0] * 10) / 10,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
}
let failed = 0
let rowsSeen = 0
for (const name of positionals.length > 0 ? positionals : all) {
  // Alone: what one part teaches the compiler would change the figures of the next.
  const options = [...(values.smoke ? ['--smoke'] : []), ...(minutes === undefined ? [] : ['--minutes', String(minutes)])]
  const child = spawnSync(process.execPath, [join(here, 'run.ts'), '--part', name, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  })
  const line = child.stdout.trim().split('\n').at(-1) ?? ''
  if (child.status !== 0 || !line.startsWith('[')) {
    process.stdout.write(`${name}: failed (${child.status ?? child.signal})\n${child.stdout}\n`)
    failed++
    continue
  }
  const rows = JSON.parse(line) as Row[]
  rowsSeen += rows.length
  process.stdout.write(`\n${name}\n`)
  for (const r of rows) {
    const ok = met(r)
    const bar = ok === undefined ? '' : `  ${ok ? 'met' : 'NOT MET'} (${r.bar} ${r.target})`
    process.stdout.write(
      `  ${r.name.padEnd(72)} ${r.value.toPrecision(4).padStart(10)} ${r.unit}${r.ratio === undefined ? '' : `  ratio ${r.ratio.toFixed(3)}`}${bar}${r.note === undefined ? '' : `  ${r.note}`}\n`,
    )
  }
  if (!values.smoke) {
    // What went on for longer stands beside the usual figures.
    const file = join(here, 'results', `${name}${minutes === undefined ? '' : `-${minutes}-minutes`}.json`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(
      file,
      `${JSON.stringify({ schema: 1, part: name, date: new Date().toISOString().slice(0, 10), machine, rows }, null, 2)}\n`,
    )
  }
}
process.stdout.write(`\n${rowsSeen} figures, ${failed} parts failed\n`)
process.exit(failed > 0 ? 1 : 0)
