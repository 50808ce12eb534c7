// Task files: JSON Lines `{"id", "task", "answer"?}`, or one task a line.
import { Failure } from '../kernel/failure.ts'
import type { WorldEntry } from './entry.ts'

export interface ReadTask<T> {
  /** Its own, or `line-N`. */
  readonly id: string
  readonly task: T
  /** The expected answer, where the file gives one. */
  readonly answer?: unknown
  readonly line: number
}
export interface ReadTasks<T> {
  readonly tasks: ReadTask<T>[]
  /** One for each line that is no task; the others are good. */
  readonly errors: { readonly line: number; readonly message: string }[]
}

/** Reads a task file. Blank lines and lines that start with `#` are passed over; a bad line is named and the rest is read. */
export function readTasks<T>(text: string, entry: Pick<WorldEntry<any, any, any, T>, 'parseTask'>): ReadTasks<T> {
  const out: ReadTasks<T> = { tasks: [], errors: [] }
  const seen = new Map<string, number>()
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1
    const raw = lines[i].trim()
    if (raw === '' || raw.startsWith('#')) continue
    try {
      const { id = `line-${line}`, task, answer } = readLine(raw)
      const before = seen.get(id)
      if (before !== undefined) throw new Failure('usage', `id "${id}" is already that of line ${before}`)
      const parsed = entry.parseTask(task)
      seen.set(id, line)
      out.tasks.push(answer === undefined ? { id, task: parsed, line } : { id, task: parsed, answer, line })
    } catch (e) {
      if (!(e instanceof Failure)) throw e
      out.errors.push({ line, message: `line ${line}: ${e.message}` })
    }
  }
  return out
}

function readLine(raw: string): { id?: string; task: unknown; answer?: unknown } {
  if (!/^[[{"]/.test(raw)) return { task: raw }
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch (e) {
    throw new Failure('usage', `no valid JSON (${(e as Error).message})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { task: value }
  // A line that is itself a task may carry its answer.
  if (!('task' in value)) return 'answer' in value ? { task: value, answer: value.answer } : { task: value }
  const { id, task, answer } = value as { id?: unknown; task: unknown; answer?: unknown }
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number')
    throw new Failure('usage', `expected a text as id, found ${JSON.stringify(id)}`)
  return { id: id === undefined ? undefined : String(id), task, answer }
}
