// `espalier solve`: one task, or each task of a file.
import type { Limits, RunResult } from '../contract/index.ts'
import { exitCodes, Failure } from '../kernel/index.ts'
import {
  frameOf,
  methodNamed,
  type Plan,
  type Planned,
  parseBudget,
  parseKnobs,
  type SolveOptions,
  showBudget,
  worldEntry,
} from '../run/index.ts'
import { defaultConcurrency } from '../runtime/index.ts'
import { storeFolder } from '../store/index.ts'
import { readTasks } from '../world/index.ts'
import { attend } from './attend.ts'
import { baseUrlOf } from './base-url.ts'
import { defaultModel, rewardOf } from './defaults.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { fileName, noTask, taskText } from './file-text.ts'
import { Grading } from './grading.ts'
import { showing } from './live.ts'
import { asFailure, errorJson, exitOf, jsonLine, lookOf, print, resultJson, resultLines, type Told, writeError } from './report.ts'
import { shownStore } from './shelf.ts'
import { piece } from './text.ts'
import { whole } from './whole.ts'

const defaults = { method: 'auto', budget: 'calls=200' }

export const solveCommand: Action = async (call, s) => {
  const [world, ...words] = call.args
  const file = one(call, 'tasks')
  if (file !== undefined && words.length > 0)
    throw new Failure('usage', 'give a task or --tasks FILE, not both', `found the task '${words.join(' ')}' and the file ${file}`)
  if (file === undefined && words.length === 0) {
    const entry = await worldEntry(world)
    throw new Failure(
      'usage',
      `solve ${world} needs a task, or --tasks FILE`,
      entry.examples.length > 0 ? `as in: espalier solve ${world} "${entry.examples[0]}"` : 'espalier help solve',
    )
  }
  const asked = await request(call, world)
  if (file !== undefined) return many(call, s, asked, file)
  const planned = await frameOf({ ...asked.plan, task: words.join(' ') })
  const { result, told } = await single(call, s, asked, planned, words.join(' '))
  if (call.flags.has('json')) s.out.write(jsonLine(resultJson(result, told)))
  else print(s, resultLines(result, told, lookOf(s)))
  return exitOf(result, told.limits)
}

interface Request {
  plan: Plan
  store: string | null
  options: SolveOptions
}

/** All of the command line but the task. */
async function request(call: Call, world: string): Promise<Request> {
  const method = await methodNamed(one(call, 'method') ?? defaults.method)
  const knobs = parseKnobs(call.values.get('knob'), method)
  const budget: Limits = parseBudget(call.values.get('budget') ?? [defaults.budget])
  const models: Record<string, string> = { policy: one(call, 'model') ?? defaultModel(await worldEntry(world)), ...call.roles.get('model') }
  const judge = one(call, 'judge')
  if (judge !== undefined) {
    if (models.judge !== undefined) throw new Failure('usage', '--judge and --model.judge are the same', 'give one of them')
    models.judge = judge
  }
  const heat = one(call, 'temperature')
  const temperature = heat === undefined ? undefined : Number(heat)
  if (temperature !== undefined && !(heat!.trim() !== '' && temperature >= 0 && temperature <= 2))
    throw new Failure('usage', `--temperature: expected a number from 0 to 2, found '${heat}'`, 'as in --temperature 0.7')
  const baseUrl = baseUrlOf(call)
  const seed = whole(call, 'seed', 0) ?? 1
  const concurrency = whole(call, 'concurrency', 1) ?? defaultConcurrency
  const preset = one(call, 'preset')
  const reward = rewardOf(call)
  const folder = one(call, 'store')
  const store = folder === 'none' ? null : storeFolder(folder)
  const plan: Plan = {
    world,
    task: null,
    method: one(call, 'method') ?? defaults.method,
    ...(preset === undefined ? {} : { preset }),
    ...(Object.keys(knobs).length === 0 ? {} : { knobs }),
    models,
    ...(reward === undefined ? {} : { reward }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(temperature === undefined ? {} : { sampling: { temperature } }),
    budget,
    seed,
    concurrency,
    ...(store === null ? {} : { store: `${store}/models` }),
  }
  const options: SolveOptions = {
    store,
    seed,
    concurrency,
    ...(one(call, 'clock') === undefined ? {} : { clock: one(call, 'clock') as 'real' | 'virtual' }),
    ...(one(call, 'durability') === undefined ? {} : { durability: one(call, 'durability') as 'crash' | 'power' }),
    ...(call.flags.has('cache') ? { cache: true } : {}),
    ...(call.flags.has('strict') ? { strict: true } : {}),
  }
  return { plan, store, options }
}

/** One run. `given`: the task as it was written, which the record keeps. */
async function single(
  call: Call,
  s: Streams,
  asked: Request,
  planned: Planned,
  given: unknown,
  id?: string,
  grading?: Grading,
): Promise<{ result: RunResult<any, any, any>; told: Told }> {
  const plan = { ...asked.plan, task: given }
  const { frame, task, entry, reward } = planned
  const text = entry.showTask(task)
  const json = call.flags.has('json')
  const models = Object.fromEntries(Object.entries((frame.model ?? {}) as Record<string, { id: string }>).map(([role, p]) => [role, p.id]))
  const told: Told = {
    plan,
    task: text,
    models,
    reward,
    seed: asked.plan.seed!,
    concurrency: asked.plan.concurrency!,
    limits: asked.plan.budget!,
    store: shownStore(call, asked.store),
    ...(id === undefined ? {} : { id }),
  }
  const result = await attend(s, {
    frame,
    given: task,
    world: plan.world,
    task: text,
    options: { ...asked.options, plan },
    showing: showing(s, call.flags),
    store: told.store,
    announce: run =>
      s.err.write(
        json || showing(s, call.flags) === 'terminal'
          ? `run ${run}\n`
          : `run ${run}: ${plan.world} ${text}, ${plan.method}, ${models.policy}, seed ${told.seed}, budget ${showBudget(told.limits) || 'none'}\n`,
      ),
  })
  const grade = await grading?.grade(id ?? '', result.answer)
  return { result, told: grade === undefined ? told : { ...told, grade } }
}

/** A run for each task of a file. A bad line is told and passed over; exit code: 130, else of the first failure, else 2 for bad lines, else 3. */
async function many(call: Call, s: Streams, asked: Request, file: string): Promise<number> {
  const json = call.flags.has('json')
  const name = fileName(file)
  const text = taskText(file)
  const entry = await worldEntry(asked.plan.world)
  // Whatever is wrong with the rest of the command line is said before anything is run.
  const { tasks, errors } = readTasks(text, entry)
  if (tasks.length === 0 && errors.length === 0) throw noTask(file)
  const bad = (line: number, message: string): void => {
    const f = new Failure('usage', `${name}: ${message}`, 'the other lines are run')
    if (json) s.out.write(jsonLine({ line, error: errorJson(f) }))
    else writeError(s, f, false)
  }
  for (const e of errors) bad(e.line, e.message)
  const grading = new Grading(entry, tasks)
  let code = 0
  let solved = 0
  let done = 0
  for (const t of tasks) {
    if (!json) print(s, [[piece(`${t.id}  `, 'dim'), piece(entry.showTask(t.task), 'bold')]])
    let planned: Planned
    try {
      planned = await frameOf({ ...asked.plan, task: t.task })
      const { result, told } = await single(call, s, asked, planned, t.task, t.id, grading)
      if (json) s.out.write(jsonLine(resultJson(result, told)))
      else print(s, resultLines(result, told, lookOf(s)))
      done++
      if (result.solved) solved++
      const now = exitOf(result, told.limits)
      if (now === 130) {
        if (!json) s.err.write(`espalier: ${tasks.length - done} of ${tasks.length} tasks were not begun\n`)
        code = 130
        break
      }
      code ||= now
    } catch (e) {
      const f = asFailure(e)
      // These would come again with every task.
      if (f.code === 'usage' || f.code === 'store' || f.code === 'internal') throw e
      if (json) s.out.write(jsonLine({ id: t.id, line: t.line, error: errorJson(f) }))
      else writeError(s, f, false)
      if (code === 0 || code === 3) code = exitCodes[f.code]
    }
  }
  if (json && grading.rate !== null) s.out.write(jsonLine({ graded: grading.rate }))
  if (errors.length > 0 && (code === 0 || code === 3)) code = exitCodes.usage
  if (!json)
    print(s, [
      [
        piece(`${solved} of ${done} solved`, 'bold'),
        piece(errors.length > 0 ? `, ${errors.length} bad ${errors.length === 1 ? 'line' : 'lines'}` : ''),
      ],
      ...grading.lines(),
    ])
  return code
}
