// A result as JSON for programs and as a few lines for people.
import type { Limits, RunResult, Usage } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { Failure } from '../kernel/index.ts'
import { answerText, type Evidence, evidence, type Plan } from '../run/index.ts'
import type { Streams } from './definition.ts'
import { colored, unicode } from './streams.ts'
import { counted, crop, duration, fill, fold, type Line, marksFor, money, number, paint, piece, score } from './text.ts'

/** Of every JSON output; raised when a field changes its meaning or goes. */
export const schema = 1

/** One line of JSON. What JSON has no number for (NaN, infinities) becomes null. */
export const jsonLine = (x: object): string => `${JSON.stringify({ schema, ...x })}\n`

/** An error for people: whatever is no Failure is a fault of ours. */
export function asFailure(e: unknown): Failure {
  if (e instanceof Failure) return e
  const message = e instanceof Error ? e.message : String(e)
  return new Failure('internal', `internal fault: ${message.split('\n')[0]}`, 'ESPALIER_DEBUG=1 shows where it happened', { cause: e })
}
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')
export const errorJson = (f: Failure): { code: string; message: string; hint: string } => ({
  code: f.code,
  message: line(f.message),
  hint: line(f.hint),
})
/** Writes an error: one line and its hint, or one JSON object. */
export function writeError(s: Streams, f: Failure, json: boolean): void {
  if (json) s.err.write(jsonLine({ error: errorJson(f) }))
  else {
    const color = colored(s.err, s.env)
    s.err.write(`${paint([piece('espalier: ', 'bad'), piece(line(f.message))], color)}\n`)
    if (f.hint !== '') s.err.write(`${paint([piece('  hint: ', 'dim'), piece(line(f.hint))], color)}\n`)
  }
  if (s.env.ESPALIER_DEBUG) s.err.write(`${f.stack}\n${f.cause === undefined ? '' : `${(f.cause as Error).stack ?? f.cause}\n`}`)
}

/** What a result is told by, beside itself. */
export interface Told {
  plan: Plan
  /** As the world writes it. */
  task: string
  /** Ids of the models by role. */
  models: Readonly<Record<string, string>>
  reward: string
  seed: number
  concurrency: number
  /** What it could spend. */
  limits: Limits
  /** Where it is kept; null: nowhere. */
  store: string | null
  /** Name of the task in its file. */
  id?: string
  /** What the world's grader says of the answer, where the task file gives the expected one. */
  grade?: { correct: number; note?: string }
}

const rows = (path: readonly Evidence[]) => path.map(x => ({ key: x.key, step: x.text, N: x.N, Q: x.Q, V: x.V, R: x.R }))

/** The object of `solve --json` and `resume --json`. */
export function resultJson(r: RunResult<any, any, any>, o: Told): object {
  const t = r.tree as FlatTree
  return {
    ...(o.id === undefined ? {} : { id: o.id }),
    run: r.run,
    world: o.plan.world,
    task: o.task,
    answer: r.answer ?? null,
    solved: r.solved,
    ...(o.grade === undefined ? {} : { correct: o.grade.correct }),
    verifiedBy: r.verifiedBy,
    score: r.score,
    ended: r.ended,
    why: r.why ?? null,
    spent: r.spent,
    inDoubt: r.inDoubt,
    tree: { nodes: t.size, depth: t.deepest },
    digest: t.digest(),
    yield: r.yield,
    slotUse: r.slotUse,
    method: o.plan.method,
    model: o.models.policy ?? null,
    models: o.models,
    reward: o.reward,
    budget: o.limits,
    seed: o.seed,
    concurrency: o.concurrency,
    path: rows(evidence(r)),
  }
}

/** Has a limit been used up? A method that draws what its budget covers and returns has come to its end, too. */
const usedUp = (limits: Limits, u: Usage): boolean =>
  (Object.entries(limits) as [keyof Limits, number][]).some(
    ([k, x]) => ((k === 'tokens' ? u.inputTokens + u.outputTokens : u[k]) ?? 0) >= x,
  )

/** 0 done, 3 the budget ended without a verified answer, 130 interrupted. */
export function exitOf(r: RunResult<any, any, any>, limits: Limits): number {
  if (r.ended === 'cancelled') return 130
  if (r.solved === true) return 0
  return r.ended === 'budget' || usedUp(limits, r.spent) ? 3 : 0
}

/** Calls, tokens, money, time: what was spent, in words. */
export function spentLine(u: Partial<Usage>): string {
  const out = [counted(u.calls ?? 0, 'call')]
  if ((u.inputTokens ?? 0) + (u.outputTokens ?? 0) > 0)
    out.push(`${number(u.inputTokens ?? 0)} tokens in, ${number(u.outputTokens ?? 0)} out`)
  if ((u.toolCalls ?? 0) > 0) out.push(counted(u.toolCalls!, 'tool call'))
  out.push(u.usd === null ? 'price unknown' : money(u.usd ?? 0))
  if ((u.seconds ?? 0) > 0) out.push(duration(u.seconds!))
  return out.join(', ')
}

const ends: Record<string, string> = {
  done: 'the search came to its end',
  stopped: 'the search stopped',
  budget: 'the budget ended',
  cancelled: 'interrupted',
}

/** The path of an answer, a step a line. */
export function pathLines(path: readonly Evidence[], o: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(o.unicode)
  const values = (x: Evidence): string => {
    const out: string[] = []
    if (Number.isFinite(x.R)) out.push(`reward ${score(x.R)}`)
    else if (Number.isFinite(x.V)) out.push(`value ${score(x.V)}`)
    if (x.N > 0) out.push(counted(x.N, 'visit'))
    return out.join(', ')
  }
  const longest = Math.max(0, ...path.flatMap(x => x.text.split('\n').map(t => t.length)))
  const room = Math.min(longest, Math.max(10, o.width - 34))
  return path.flatMap((x, i) =>
    x.text
      .split('\n')
      .filter(t => t.trim() !== '')
      .map(
        (t, j): Line =>
          crop(
            [
              piece(`  ${j === 0 ? String(i + 1).padStart(3) : '   '}  `, 'dim'),
              piece(fill(t, room, m.more)),
              piece(j === 0 ? `   ${values(x)}` : '', 'dim'),
            ],
            o.width,
            m.more,
          ),
      ),
  )
}

/** The summary that stays on the screen. */
export function resultLines(r: RunResult<any, any, any>, o: Told, look: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(look.unicode)
  const t = r.tree as FlatTree
  const out: Line[] = []
  const say = (name: string, text: string): void => {
    out.push([piece(`  ${fill(name, 10)}`, 'dim'), piece(text)])
  }
  if (r.answer === undefined) out.push([piece(`${m.no} `, 'warn'), piece('no answer', 'bold')])
  else
    out.push([
      r.solved === true ? piece(`${m.yes} `, 'good') : r.solved === false ? piece(`${m.no} `, 'warn') : piece(`${m.run} `, 'accent'),
      piece(answerText(r.answer, 2000), 'bold'),
    ])
  say(
    'verified',
    r.answer === undefined
      ? 'nothing to verify'
      : r.verifiedBy === null
        ? 'no: nothing could verify it'
        : r.solved
          ? `by ${r.verifiedBy}`
          : `no: ${r.verifiedBy} says it is none`,
  )
  if (o.grade !== undefined) {
    const { correct, note } = o.grade
    say(
      'graded',
      correct === 1 ? 'right' : `${correct === 0 ? 'wrong' : `${score(correct)} right`}${note === undefined ? '' : `: ${note}`}`,
    )
  }
  const path = evidence(r)
  if (path.length > 0) out.push(...pathLines(path, look))
  if (r.why !== undefined) say('why', r.why)
  if (Number.isFinite(r.score) && !(r.solved === true && r.score === 1)) say('score', score(r.score))
  say('spent', spentLine(r.spent))
  if (r.inDoubt.calls > 0 || r.inDoubt.requests > 0)
    say('in doubt', `at most ${spentLine({ ...r.inDoubt, seconds: 0 })}: made again after a crash`)
  say('tree', `${counted(t.size, 'node')}, depth ${t.deepest}`)
  if (r.ended !== 'done' && !(r.ended === 'stopped' && r.solved))
    say('ended', ends[r.ended] + (r.ended === 'budget' && r.solved !== true ? ' without a verified answer' : ''))
  if (o.store !== null) {
    if (r.ended === 'cancelled') say('resume', `espalier resume ${r.run}${storeOption(o.store)}`)
    else say('look', `espalier runs show ${r.run}${storeOption(o.store)}`)
  } else if (r.ended === 'cancelled') say('', 'nothing was kept: the run had no store')
  return out
}
/** What must be added to a command so that it finds a store that is not the usual one. */
export const storeOption = (folder: string): string => (folder === '' ? '' : ` --store ${folder}`)

/** Prints lines to standard output; in a terminal none is wider than it. */
export function print(s: Streams, lines: readonly Line[]): void {
  const color = colored(s.out, s.env)
  for (const l of s.out.isTTY ? lines.flatMap(x => fold(x, s.out.columns)) : lines) s.out.write(`${paint(l, color).trimEnd()}\n`)
}
/** How wide and with which marks. Not in a terminal: lines are not cut. */
export const lookOf = (s: Streams): { width: number; unicode: boolean } => ({
  width: s.out.isTTY ? s.out.columns : 1000,
  unicode: unicode(s.env),
})
