// Learning loops: those of the store, one that trains, and a new one. Each trains in a process of its own, so that the server stays what it was.
import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type KeptLoop, loopNames, readLoop, tellLoop } from '../../loop/kept.ts'
import { type LoopPlan, loopFolder, loopPlan, quickPlan } from '../../loop/plan.ts'
import { parseBudget } from '../../run/index.ts'
import { conflict, Refusal } from '../refusal.ts'
import { type Api, type Asked, named } from './api.ts'
import type { LoopDetail, LoopRow, TrainPoint } from './wire.ts'

const rowFields = {
  name: z.string(),
  loop: z.string(),
  world: z.string(),
  seed: z.number(),
  rounds: z.number(),
  of: z.number().nullable(),
  active: z.boolean(),
  updated: z.number(),
}
const row = named('LoopRow', z.object(rowFields) satisfies z.ZodType<LoopRow>)
const rate = { rate: z.number(), interval: z.tuple([z.number(), z.number()]) }
const point = named(
  'TrainPoint',
  z.object({
    round: z.number(),
    part: z.enum(['policy', 'value']),
    step: z.number(),
    loss: z.number().nullable(),
    heldOut: z.number().nullable(),
  }) satisfies z.ZodType<TrainPoint>,
)
const detail = named(
  'LoopDetail',
  z.object({
    ...rowFields,
    plan: z.record(z.string(), z.unknown()),
    measured: z.array(
      z.object({
        round: z.number(),
        greedy: z.object(rate),
        search: z.object({ ...rate, calls: z.number() }),
        problems: z.number(),
        solved: z.number(),
        calls: z.number(),
        rows: z.record(z.string(), z.number()),
        policy: z.string(),
        critic: z.string(),
        seconds: z.number(),
      }),
    ),
    points: z.array(point),
  }) satisfies z.ZodType<LoopDetail>,
)
const progress = z.object({ time: z.number(), round: z.number(), text: z.string(), share: z.number().nullable() })
const id = z.string().regex(/^\w[\w.-]*$/, 'expected a name of letters, digits, dots and dashes')
const asked = named(
  'NewLoop',
  z.object({
    loop: id.describe('one of the loops of GET /api/catalogue'),
    rounds: z.int().min(1).max(1000).optional(),
    seed: z.int().min(0).optional(),
    parts: z.enum(['policy', 'value', 'both']).optional(),
    quick: z.boolean().optional(),
    budget: z
      .union([z.record(z.string(), z.number()), z.string()])
      .optional()
      .describe('calls of each round\'s searches: "calls=12000"'),
    name: id.optional(),
  }),
)
/** Milliseconds between looks at a loop's folder. */
const interval = 250
const command = fileURLToPath(new URL('../../../bin/espalier.mjs', import.meta.url))

/** The loops that train for this server. */
class Trainings {
  readonly #store: string
  readonly #going = new Map<string, { child: ChildProcess; over: Promise<void> }>()
  constructor(store: string) {
    this.#store = store
  }

  /** Starts one, or goes on with it. @param args of `espalier train` @param rounds asked for: who works on it has read that when it is on record @throws Refusal (400) with what the command says, where it does not begin */
  async start(name: string, args: readonly string[], rounds?: number): Promise<KeptLoop> {
    // One that has let go of the loop may still be writing its report.
    await this.#going.get(name)?.over
    const child = spawn(process.execPath, [command, 'train', ...args, '--out', name, '--store', this.#store, '--json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let said = ''
    let ended = false
    child.stderr!.on('data', d => (said = (said + d).slice(-4000)))
    const over = new Promise<void>(resolve => {
      child.once('error', e => resolve(void (said = e.message)))
      child.once('close', () => resolve())
    }).then(() => {
      ended = true
      this.#going.delete(name)
    })
    this.#going.set(name, { child, over })
    for (;;) {
      const kept = readLoop(this.#store, name)
      if (kept?.active && (rounds === undefined || kept.state.of === rounds)) return kept
      if (ended) {
        // One that had nothing left to do is over before anybody looks.
        if (child.exitCode === 0 && kept !== null) return kept
        throw new Refusal(400, 'usage', lineOf(said), { param: 'loop' })
      }
      await Promise.race([over, pause(100)])
    }
  }

  /** Ctrl-C to all of them: each lands at a checkpoint. */
  async close(): Promise<void> {
    const all = [...this.#going.values()]
    for (const { child } of all) child.kill('SIGINT')
    await Promise.all(all.map(x => x.over))
  }
}
/** What a command said last: its error, in a line. */
function lineOf(said: string): string {
  const last = said.trim().split('\n').at(-1) ?? ''
  try {
    const { error } = JSON.parse(last) as { error: { message: string; hint?: string } }
    return error.hint ? `${error.message} (${error.hint})` : error.message
  } catch {
    return last.replace(/^espalier: /, '') || 'the training did not begin'
  }
}

/** The options that begin a loop of this plan again. */
export function argumentsOf(plan: LoopPlan, rounds: number | undefined): string[] {
  const quick = plan.measured.calls === quickPlan.measured!.calls && plan.measured.calls !== loopPlan.measured.calls
  return [
    plan.loop,
    ...(quick ? ['--quick'] : []),
    ...(rounds === undefined ? [] : ['--rounds', String(rounds)]),
    ...['--seed', String(plan.seed), '--parts', plan.parts, '--world', plan.world, '--model', plan.model],
    ...['--budget', `calls=${plan.spend}`, '--n', String(plan.measured.problems), '--split', plan.measured.split],
    ...(plan.select === 'order' ? [] : ['--select', plan.select]),
    ...(plan.curriculum === undefined ? [] : ['--curriculum', plan.curriculum]),
  ]
}

export function addLoops(api: Api): void {
  let trainings: Trainings | undefined
  const mine = (): Trainings => (trainings ??= new Trainings(api.writable().folder))
  api.desk.closing(async () => trainings?.close())
  const one = (a: Asked): KeptLoop => {
    const { name } = a.params
    // A name is a folder: nothing else may be one.
    const kept = id.safeParse(name).success ? readLoop(api.store.folder, name) : null
    if (kept === null) throw new Refusal(404, 'not_found', `there is no loop ${name} here`)
    return kept
  }
  const may = (a: Asked): void => {
    if (a.account?.key.budget !== undefined)
      throw new Refusal(403, 'budget', 'an API key with a budget may not train: what it costs is not counted')
  }

  api.get('/api/loops', { summary: 'learning loops, the last changed first', answer: z.object({ loops: z.array(row) }) }, () => {
    const { folder } = api.store
    const kept = loopNames(folder).flatMap(n => readLoop(folder, n) ?? [])
    return { loops: kept.sort((a, b) => b.updated - a.updated).map(rowOf) }
  })
  api.get(
    '/api/loops/{name}',
    { summary: 'a loop: its plan, its rounds with held-out rates, the steps of its trainings', answer: detail },
    a => detailOf(one(a)),
  )
  api.post(
    '/api/loops',
    { summary: 'begins a loop, which trains in a process of its own', body: asked, answer: row, status: 201 },
    async a => {
      may(a)
      const { loop, rounds, seed, parts, quick = false, budget, name } = a.body
      if (loop === 'seedling') throw new Refusal(400, 'usage', "no loop is called 'seedling'", { param: 'loop' })
      const limits = budget === undefined ? {} : typeof budget === 'string' ? parseBudget([budget], 'budget') : budget
      const calls = (limits as { calls?: number }).calls
      const other = Object.keys(limits).find(k => k !== 'calls')
      if (other !== undefined) throw new Refusal(400, 'usage', `budget: expected calls of a round, found ${other}`, { param: 'budget' })
      const own = name ?? `${loop}-${parts ?? loopPlan.parts}-${seed ?? loopPlan.seed}${quick ? '-quick' : ''}`
      if (readLoop(mine() && api.store.folder, own)?.active)
        throw new Refusal(409, 'active', `loop ${own} is training already`, { param: 'name' })
      return rowOf(
        await mine().start(
          own,
          [
            loop,
            ...(quick ? ['--quick'] : []),
            ...(rounds === undefined ? [] : ['--rounds', String(rounds)]),
            ...(seed === undefined ? [] : ['--seed', String(seed)]),
            ...(parts === undefined ? [] : ['--parts', parts]),
            ...(calls === undefined ? [] : ['--budget', `calls=${calls}`]),
          ],
          rounds,
        ),
      )
    },
  )
  api.post(
    '/api/loops/{name}/acts',
    {
      summary: 'pauses a loop at a checkpoint, ends it there, or goes on with it; whichever process trains',
      body: z.object({ do: z.enum(['pause', 'resume', 'stop']), rounds: z.int().min(1).max(1000).optional() }),
      answer: row,
    },
    async a => {
      may(a as Asked)
      const kept = one(a as Asked)
      const { do: what } = a.body
      if (what !== 'resume') {
        if (!kept.active) throw conflict(`loop ${kept.name} is not training`)
        tellLoop(api.writable().folder, kept.name, { do: what })
        return rowOf(kept)
      }
      if (kept.active) throw new Refusal(409, 'active', `loop ${kept.name} is training already`)
      const rounds = a.body.rounds ?? kept.state.of
      const whole = rowOf(kept).rounds
      if (rounds !== undefined && rounds <= whole)
        throw new Refusal(409, 'conflict', `loop ${kept.name} is over: its ${whole} rounds are made; ask for more`, { param: 'rounds' })
      return rowOf(await mine().start(kept.name, argumentsOf(kept.state.plan, rounds), rounds))
    },
  )
  api.get(
    '/api/loops/{name}/events',
    { summary: 'what a loop does now, the steps of its training, and its rounds as they end', events: { progress, point, loop: detail } },
    a => {
      const { name } = one(a)
      const { folder } = api.store
      // Points are told in the order in which they were made: how many were told says where one is.
      let told = Math.max(0, Number(a.lastEventId ?? 0) || 0)
      return a.stream(async (out, gone) => {
        let seen = ''
        let word = 0
        let whole = ''
        let looks = 0
        while (!gone.aborted) {
          const mark = markOf(folder, name)
          // Who was killed says nothing: now and then it is looked whether anybody still works on it.
          if (mark !== seen || ++looks % 8 === 0) {
            seen = mark
            const kept = readLoop(folder, name)
            if (kept === null) return
            if (told > kept.made.length) told = 0
            for (const p of kept.made.slice(told)) if (!(await out.send(p, 'point', String(++told)))) return
            if (kept.now !== null && kept.now.time !== word) {
              word = kept.now.time
              await out.send(kept.now, 'progress')
            }
            const now = `${kept.state.rounds.length} ${kept.active}`
            if (now !== whole) {
              whole = now
              await out.send(detailOf(kept), 'loop')
            }
          } else out.beat()
          await pause(interval, undefined, { signal: gone }).catch(() => {})
        }
      })
    },
  )
}

/** Changes when a loop's folder does: what has not changed is not read again. */
function markOf(store: string, name: string): string {
  const folder = loopFolder(store, name)
  const of = (file: string): string => {
    const s = statSync(join(folder, file), { throwIfNoEntry: false })
    return s === undefined ? '' : `${s.mtimeMs} ${s.size}`
  }
  return ['loop.json', 'points.jsonl', 'now.json'].map(of).join()
}
const rowOf = ({ name, state, active, updated }: KeptLoop): LoopRow => ({
  name,
  loop: state.plan.loop,
  world: state.plan.world,
  seed: state.plan.seed,
  // Round 0 is before any training.
  rounds: Math.max(0, state.rounds.length - 1),
  of: state.of ?? null,
  active,
  updated,
})
const detailOf = (k: KeptLoop): LoopDetail => ({
  ...rowOf(k),
  plan: { ...k.state.plan },
  measured: k.state.rounds.map(r => ({
    round: r.round,
    greedy: { rate: r.measured.greedy.rate, interval: [...r.measured.greedy.interval] },
    search: { rate: r.measured.search.rate, interval: [...r.measured.search.interval], calls: r.measured.search.calls },
    problems: r.problems,
    solved: r.solved,
    calls: r.calls,
    rows: { ...r.rows },
    policy: r.policy,
    critic: r.critic,
    seconds: r.seconds,
  })),
  points: k.points.map(p => ({ ...p })),
})
