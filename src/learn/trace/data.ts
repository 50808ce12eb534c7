// Solvers' traces as training data: the way to the solution alone, or the whole search with its dead ends and returns (Gandhi et al. 2024; arXiv:2504.07052).
import type { PureWorld, Split } from '../../contract/index.ts'
import { AddressedRandom, linearise } from '../../kernel/index.ts'
import { encode, vocabularySize } from '../../model/seedling/index.ts'
import { countdown, sudoku, sudokuTasks, tasksCountdown } from '../../world/index.ts'
import { type Data, type Example, layOut } from '../seedling/index.ts'
import { searchTree, traceTokens } from './tree.ts'

/** direct: the solution path. backtrack: the full search. think: dead ends at the last step are recognised, not tried (section 5 of the paper). */
export const traceForms = ['direct', 'backtrack', 'think'] as const
export type TraceForm = (typeof traceForms)[number]

/** Tasks with the world they are of. */
export interface TraceSource<S, A> {
  readonly id: string
  readonly world: PureWorld<S, A, string, any>
  /** The tasks of a split. @param most default: all there are, or as many as are worth keeping */
  tasks(split: Split, most?: number): readonly unknown[]
  /** Draws the order of moves for every row; otherwise the solver's order is always the world's. */
  readonly shuffled: boolean
}

/** Made once for each split and number. */
const kept = (make: (split: Split, n: number) => readonly unknown[], most: (split: Split) => number): TraceSource<any, any>['tasks'] => {
  const made = new Map<string, readonly unknown[]>()
  return (split, n = most(split)) => {
    const key = `${split} ${n}`
    if (!made.has(key)) made.set(key, make(split, n))
    return made.get(key)!
  }
}

/** Countdown with three numbers from 1 to 12 and a target from 10 to 99: shallow and wide. */
export const countdownTraces: TraceSource<any, any> = {
  id: 'countdown-3',
  world: countdown,
  tasks: kept(
    (split, n) =>
      tasksCountdown({ n, size: 3, numbers: 12, targets: [10, 99], split })
        .map(t => t.task)
        // A few can be solved only by way of a number above 99, for which there is no word.
        .filter(task => traceOf(countdownTraces, task, 'direct', new AddressedRandom(0, 0, 0, 'sayable')).solved),
    () => 6000,
  ),
  shuffled: true,
}
/** Sudoku 4 x 4 with five givens, filled in reading order: narrow and deep. */
export const sudokuTraces: TraceSource<any, any> = {
  id: 'sudoku-4',
  world: sudoku({ order: 'reading' }),
  tasks: kept(
    (split, n) => sudokuTasks({ n, size: 4, givens: 5, split }).map(t => t.task),
    split => (split === 'train' ? 6000 : 600),
  ),
  shuffled: false,
}

const sayable = (text: string): boolean => !/\d{3}|\/\d|(?:^| )-\d/.test(text)

/** One task's trace, in tokens. */
export function traceOf<S, A>(
  source: TraceSource<S, A>,
  task: unknown,
  form: TraceForm,
  rng: AddressedRandom,
): { prompt: string; trace: string; solved: boolean } {
  const { world } = source
  const start = world.start(task)
  const tokens = world.dialects!.tokens
  const tree = searchTree(world, start, {
    ...(source.shuffled ? { rng } : {}),
    sayable: state => sayable(tokens.render({ state } as never, { for: 'step' })[0].content),
  })
  const keep = form === 'direct' ? () => false : (i: number) => form === 'backtrack' || world.outcome(tree.state(i)) === null
  return traceTokens(world, start, linearise(tree, { keep }))
}

/** Rows of traces; what is longer than a row is cut. @param length columns, a multiple of 4 */
export function traceData<S, A>(source: TraceSource<S, A>, form: TraceForm, length: number): Data {
  const kinds = [form]
  const example = (seed: number, split: Split, step: number, row: number): Example => {
    const rng = new AddressedRandom(seed, step, row, `traces ${source.id} ${split}`)
    const { prompt, trace } = traceOf(source, rng.pick(source.tasks(split)), form, rng)
    const said = encode(prompt)
    const tokens = [...said, ...encode(trace)].slice(0, length + 1)
    return { kind: form, tokens, says: tokens.map((id, i) => i >= said.length && id < vocabularySize), judged: [] }
  }
  return {
    id: `${source.id} ${form} ${length}`,
    kinds,
    length,
    batch: (seed, split, step, rows) =>
      layOut(
        Array.from({ length: rows }, (_, row) => example(seed, split, step, row)),
        length,
        kinds,
      ),
  }
}
