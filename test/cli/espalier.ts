// The command as a process, and as a function with streams that remember.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { main } from '../../src/cli/main.ts'

export const bin = fileURLToPath(new URL('../../bin/espalier.mjs', import.meta.url))

export interface Ended {
  code: number | null
  out: string
  err: string
}
export interface Going {
  child: ChildProcess
  ended: Promise<Ended>
  /** Resolves once standard error has said what matches. */
  says(what: RegExp): Promise<string>
}

/** Starts the command. */
export function start(
  args: readonly string[],
  o: { cwd?: string; env?: Record<string, string>; node?: string; input?: string } = {},
): Going {
  const child = spawn(o.node ?? process.execPath, [bin, ...args], { cwd: o.cwd, env: { ...process.env, NO_COLOR: '1', ...o.env } })
  let out = ''
  let err = ''
  const waiting: { what: RegExp; found(text: string): void }[] = []
  child.stdout.on('data', d => (out += d))
  child.stderr.on('data', d => {
    err += d
    for (const w of waiting) if (w.what.test(err)) w.found(err)
  })
  child.stdin.on('error', () => {})
  child.stdin.end(o.input ?? '')
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })
  return {
    child,
    ended,
    says: what =>
      new Promise((found, reject) => {
        if (what.test(err)) return found(err)
        waiting.push({ what, found })
        ended.then(e => reject(new Error(`ended with ${e.code} before it said ${what}: ${e.err}`)))
      }),
  }
}
/** Runs the command as a process to its end. */
export const espalier = (args: readonly string[], o: Parameters<typeof start>[1] = {}): Promise<Ended> => start(args, o).ended

/** Runs the command in this process: for tables of many cases. */
export async function inside(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  let out = ''
  let err = ''
  const sink = (write: (text: string) => void) => ({ write, isTTY: false, columns: 80, rows: 24 })
  const code = await main(args, { out: sink(t => (out += t)), err: sink(t => (err += t)), env })
  return { code, out, err }
}

const names = [
  'usage',
  'limits',
  'result',
  'error',
  'task-error',
  'replay',
  'what-if',
  'runs',
  'run',
  'removed',
  'methods',
  'method',
  'papers',
  'worlds',
  'doctor',
  'demo',
  'claims',
  'comparison',
  'export',
  'graded',
  'training',
  'loop',
  'lesson',
  'remote',
  'judge-check',
  'serving',
  'key',
] as const
export type SchemaName = (typeof names)[number]
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  formats: { 'date-time': (x: string) => !Number.isNaN(Date.parse(x)) },
})
for (const n of names) ajv.addSchema(JSON.parse(readFileSync(new URL(`../../schemas/${n}.schema.json`, import.meta.url), 'utf8')))

/** Reads one line of JSON and holds it to a schema. */
export function held(text: string, name: SchemaName): any {
  const lines = text.split('\n')
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`expected exactly one line, found ${JSON.stringify(text)}`)
  const value = JSON.parse(lines[0])
  const check = ajv.getSchema(`${name}.schema.json`)!
  if (!check(value)) throw new Error(`not of ${name}.schema.json: ${ajv.errorsText(check.errors)}\n${lines[0]}`)
  return value
}
export { names as schemaNames }

/** What an arithmetic expression comes to, by another means than the world's own. */
export const arithmetic = (expression: string): number => {
  if (!/^[\d\s+\-*/().]+$/.test(expression)) throw new Error(`not arithmetic: ${expression}`)
  return Math.round((runInNewContext(expression) as number) * 1e9) / 1e9
}
