// One cell of a comparison: a method on an item with a seed, run or resumed, then graded.
import type {
  Frame,
  Grader,
  Grain,
  Io,
  Key,
  Limits,
  MayGrade,
  Provider,
  RunEvent,
  RunResult,
  Split,
  Usage,
  World,
} from '../contract/index.ts'
import { canonical, Failure, type FailureCode, type FlatTree } from '../kernel/index.ts'
import { asRoles, defaultConcurrency, method, type Run, run } from '../runtime/index.ts'
import type { CompareItem, CompareOptions } from './compare.ts'
import type { Common, Entrant } from './compare-field.ts'
import { spentIn } from './compare-statistics.ts'
import { solve } from './solve.ts'

/** What is known of a finished cell. It is kept with the cell's run, so that nothing is run, asked or graded again. */
export interface CellRecord {
  /** From 0 to 1: what the grader says of the answer. */
  correct: number
  note?: string
  spent: Usage
  inDoubt: Usage
  /** Share of the paid calls that entered the tree. */
  yield: number
  ended: RunResult<any, any, any>['ended']
  /** The search's own word, by its reward. */
  solved: boolean | null
  grain: Grain | 'both' | null
  why?: string
  /** Best answer so far, graded: from this much spent on (in the comparison's unit) it was worth so much. Ascending. */
  curve: readonly (readonly [spent: number, correct: number])[]
}

/** Answers as they were while the search went on. The answer shown with a completion is that before its consequences. */
export class Trail {
  readonly #unit: (u: Usage) => number
  #before = 0
  #now = 0
  readonly answers: { spent: number; value: unknown }[] = []
  constructor(unit: (u: Usage) => number) {
    this.#unit = unit
  }
  see(e: RunEvent): void {
    const data = e.data as { spent?: Usage; value?: unknown }
    if (e.kind === 'effect.end') {
      this.#before = this.#now
      this.#now = this.#unit(data.spent!)
    } else if (e.kind === 'answer') this.answers.push({ spent: this.#before, value: data.value })
  }
}

/** A world in which nothing happens: where graders ask their questions. */
const bench: World<null, never, never, null> = {
  kind: 'pure',
  id: 'bench',
  start: () => null,
  step: s => s,
  outcome: () => null,
  render: () => [],
  parse: () => ({ reject: 'nothing is done here' }),
}

/**
 * Grades an answer with a sealed key. What a grader asks goes through an Io of its own, apart from every search and its budget.
 * This is the only place where leave to grade is given.
 */
export async function grade<Ans, X extends Split>(
  grader: Grader<Ans, X>,
  answer: Ans | undefined,
  key: Key<X>,
  model: Frame<any, any, any, any>['model'],
): Promise<{ correct: number; note?: string }> {
  let out: { correct: number; note?: string } | undefined
  const grading = method({
    id: `grade(${grader.id})`,
    knobs: {},
    async run(s) {
      out = await grader.grade(answer, key, s as Io as Io & MayGrade<X>)
    },
  })
  // Only models of words can be asked about an answer.
  const words = Object.entries(asRoles(model)).filter(([, p]) => p.dialect === 'text')
  await run({ world: bench, method: grading, model: Object.fromEntries(words) as { policy: Provider } }, null)
  if (out === undefined) throw new Error(`${grader.id} gave no grade`)
  return out
}

/** Everything about a cell that is to be kept. */
async function recordOf<Ans, X extends Split>(
  r: RunResult<any, any, Ans>,
  trail: Trail,
  o: {
    unit(u: Usage): number
    grader: Grader<Ans, X>
    key: Key<X>
    model: Frame<any, any, any, any>['model']
    grains: readonly Grain[]
    curve: boolean
  },
): Promise<CellRecord> {
  const known = new Map<string, Promise<{ correct: number; note?: string }>>()
  const graded = (answer: Ans | undefined) => {
    const name = answer === undefined ? '' : canonical(answer)
    const asked = known.get(name) ?? grade(o.grader, answer, o.key, o.model)
    known.set(name, asked)
    return asked
  }
  const { correct, note } = await graded(r.answer)
  const curve: [number, number][] = []
  if (o.curve) for (const a of trail.answers) curve.push([a.spent, (await graded(a.value as Ans)).correct])
  const end = o.unit(r.spent)
  const before = curve.filter(([spent]) => spent < end)
  return {
    correct,
    ...(note === undefined ? {} : { note }),
    spent: r.spent,
    inDoubt: r.inDoubt,
    yield: r.yield,
    ended: r.ended,
    solved: r.solved,
    grain: grainOf(r.tree as FlatTree, o.grains),
    ...(r.why === undefined ? {} : { why: r.why }),
    curve: [...before, [end, correct]],
  }
}

/** Were whole attempts drawn, or single steps? An attempt is an edge at the root that ends; whatever goes deeper was done in steps. */
function grainOf(t: FlatTree, grains: readonly Grain[]): Grain | 'both' | null {
  if (!grains.includes('attempt')) return 'step'
  let attempts = false
  let steps = false
  for (let e = 1; e < t.size; e++) {
    if (t.level[e] === 1 && t.taken(e as never) && t.is(e as never, 'end')) attempts = true
    else steps = true
  }
  return attempts && steps ? 'both' : attempts ? 'attempt' : steps ? 'step' : null
}

/** A cell to be run. */
export interface CellWork<S, A, Ans, T, X extends Split> {
  entrant: Entrant
  item: CompareItem<T, X>
  seed: number
  frame: CompareOptions<S, A, Ans, T, X>['frame']
  budget: Limits
  unit: keyof Limits
  /** An earlier run of it that was interrupted. */
  resume?: string | undefined
  part?: { of: string; name: string } | undefined
  options: Pick<
    CompareOptions<S, A, Ans, T, X>,
    'grader' | 'curve' | 'concurrency' | 'store' | 'clock' | 'durability' | 'strict' | 'cellPlan'
  >
  /** Runs that can be interrupted. */
  going: Set<Run<any, any, any>>
  interrupted(): boolean
}
/** What came of it. record null: it was cancelled, or it failed. */
export interface CellDone {
  run: string
  ended: string
  record: CellRecord | null
  failure?: { code: FailureCode; message: string; hint: string }
}

/** The frame of a cell, without what a comparison sets. */
export const frameFor = async <S, A, Ans, T, X extends Split>(
  frame: CompareOptions<S, A, Ans, T, X>['frame'],
  item: CompareItem<T, X>,
  seed: number,
): Promise<Common<S, A, Ans, T>> => (typeof frame === 'function' ? frame({ task: item.task, item: item.id, seed }) : frame)

/** Runs a cell, or goes on with it, and grades it. It never throws: a failure is a result. */
export async function runCell<S, A, Ans, T, X extends Split>(w: CellWork<S, A, Ans, T, X>): Promise<CellDone> {
  const { entrant, item, seed, options: o, unit, going } = w
  const { method, knobs, preset, parts } = entrant
  let run = w.resume ?? ''
  try {
    const common = await frameFor(w.frame, item, seed)
    const trail = new Trail(u => spentIn(u, unit))
    const mine = solve({ ...common, method, knobs, preset, parts, budget: w.budget } as Frame<S, A, Ans, T>, item.task, {
      seed,
      concurrency: o.concurrency ?? defaultConcurrency,
      store: o.store ?? null,
      ...(w.resume === undefined ? {} : { resume: w.resume }),
      ...(w.part === undefined ? {} : { part: w.part }),
      ...(o.cellPlan === undefined ? {} : { plan: o.cellPlan({ task: item.task, seed, entrant }) }),
      ...(o.clock === undefined ? {} : { clock: o.clock }),
      ...(o.durability === undefined ? {} : { durability: o.durability }),
      ...(o.strict === undefined ? {} : { strict: o.strict }),
      onRun: x => {
        run = x
      },
      onEvent: e => trail.see(e),
    })
    going.add(mine)
    if (w.interrupted()) mine.interrupt()
    const r = await mine.finally(() => going.delete(mine))
    run = r.run
    if (r.ended === 'cancelled') return { run, ended: r.ended, record: null }
    const record = await recordOf(r, trail, {
      unit: u => spentIn(u, unit),
      grader: o.grader,
      key: item.key,
      model: common.model,
      grains: common.world.grains ?? ['step'],
      curve: o.curve ?? true,
    })
    return { run, ended: r.ended, record }
  } catch (e) {
    const name = `${entrant.label} ${item.id} ${seed}`
    const f = e instanceof Failure ? e : new Failure('internal', `${name}: ${(e as Error)?.message ?? e}`)
    return { run, ended: 'failed', record: null, failure: { code: f.code, message: f.message, hint: f.hint } }
  }
}
