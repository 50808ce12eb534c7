// One long trace with its dead ends, or many short attempts? By a simulated solver over depth, and by models trained here on the two tasks of the paper.
import type { NodeId } from '../src/contract/index.ts'
import { average, passAtK } from '../src/kernel/index.ts'
import { countdownTraces, sudokuTraces, type TraceSource, tracePlans } from '../src/learn/index.ts'
import { backtrackOrNot } from '../src/method/index.ts'
import { simulated } from '../src/model/index.ts'
import { operations } from '../src/model/seedling/index.ts'
import type { Arm, Claim, Lab } from '../src/run/index.ts'
import { graph, graphTasks } from '../src/world/index.ts'
import { type TraceModel, temperatureOnDev, traceModel } from './fixture/traces.ts'

const depths = [2, 4, 6, 8, 10, 12]
/** Samples of each task that pass@k is worked out from. */
const samples = 16
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)

/** (1) A model that is right with .7 at each of D steps, and judges a state rightly with .95: one trace against attempts of as many tokens. */
async function byDepth(lab: Lab, depth: number): Promise<{ sequential: Arm; parallel: Arm }> {
  const tasks = graphTasks({ n: lab.pick(150, 6), size: depth, branching: 2, seed: lab.seed })
  const model = simulated({ oracle: graph.oracle!, skill: 0.4, error: 0.05, seed: lab.seed })
  const run = async (form: string, n: number) => {
    const solved: number[] = []
    const tokens: number[] = []
    for (const { task } of tasks) {
      const r = await lab.run({ world: graph, method: backtrackOrNot, model, knobs: { form, n, untilSolved: false } }, task)
      solved.push(r.solved ? 1 : 0)
      tokens.push(r.spent.outputTokens)
    }
    return { solved, spent: average(tokens) }
  }
  const one = await run('sequential', 1)
  const each = (await run('parallel', 1)).spent
  const many = await run('parallel', Math.max(1, Math.floor(one.spent / each)))
  const budget = Math.max(one.spent, many.spent, 1)
  return {
    sequential: lab.arm(`one trace, depth ${depth}`, one.solved, { spent: one.spent, budget }),
    parallel: lab.arm(`attempts, depth ${depth}`, many.solved, { spent: many.spent, budget }),
  }
}

/** (2) What trained models do with a task: the tokens of a trace and whether it ends well, and how many of the attempts do. */
async function trained(lab: Lab, source: TraceSource<any, any>, backtrack: TraceModel, direct: TraceModel) {
  const tasks = source.tasks('test', lab.pick(150, 2))
  const n = lab.pick(samples, 2)
  const traces: { solved: number; tokens: number; prompt: number; overlooked: boolean }[] = []
  const attempts: { right: number; tokens: number; prompt: number }[] = []
  // One trace is drawn: the likeliest, or one of the model's law, whichever does better on dev. Attempts are drawn from the law.
  const temperature = await temperatureOnDev(lab, source, backtrack, 'sequential')
  for (const [i, task] of tasks.entries()) {
    const frame = { world: source.world, method: backtrackOrNot } as const
    const one = await lab.run({ ...frame, model: backtrack.model, knobs: { form: 'sequential', n: 1, temperature } }, task)
    // Reading stops at the first step that is none: if the state before it was finished, the model went on from a dead end.
    const last = Math.max(...one.tree.nodes()) as NodeId
    const overlooked = !one.solved && one.tree.is(last, 'end')
    traces.push({ solved: one.solved ? 1 : 0, tokens: one.spent.outputTokens, prompt: one.spent.inputTokens, overlooked })
    const many = await lab.run({ ...frame, model: direct.model, knobs: { form: 'parallel', n, untilSolved: false } }, task)
    const { tree } = many
    const right = sum(
      tree
        .answers()
        .filter(e => tree.is(e, 'solved'))
        .map(e => tree.M[e]),
    )
    attempts.push({ right, tokens: many.spent.outputTokens / n, prompt: many.spent.inputTokens / Math.max(1, many.spent.requests) })
    if (i % 50 === 49) lab.say(`${source.id}: ${i + 1} tasks`)
  }
  return { id: source.id, n, temperature, traces, attempts, backtrack, direct }
}
type Trained = Awaited<ReturnType<typeof trained>>

/** Attempts that as many tokens, or as many operations, buy; one at least. */
const affordable = (t: Trained, by: 'tokens' | 'operations'): number => {
  const cost = (m: TraceModel, xs: readonly { tokens: number; prompt: number }[]) =>
    average(xs.map(x => (by === 'tokens' ? x.tokens : operations(m.shape, x.prompt, x.tokens))))
  return Math.min(t.n, Math.max(1, Math.floor(cost(t.backtrack, t.traces) / cost(t.direct, t.attempts))))
}

export const claim: Claim = {
  id: 'backtrack-or-not',
  paper: backtrackOrNot.paper!,
  evidence: ['backtrack-or-not'],
  claim:
    'At equal compute, one trace with backtracking loses to parallel attempts on Countdown, which is shallow and wide, and wins on Sudoku, which is deep.',
  hypothesis:
    "Of a simulated solver (right with .7 a step, right about a state with .95) attempts win at depth 2 and the trace at depth 12, at equal tokens; of models of 148,000 parameters trained on a solver's traces, attempts win on Countdown with three numbers and the trace on Sudoku 4 x 4.",
  equal: { unit: 'output tokens', budget: 256 },
  async run(lab) {
    const curve: Awaited<ReturnType<typeof byDepth>>[] = []
    for (const d of lab.pick(depths, [2, 12])) curve.push(await byDepth(lab, d))
    const [shallow, deep] = [curve[0], curve[curve.length - 1]]
    lab.say('the simulated solver is measured')

    const results: Trained[] = []
    for (const source of [countdownTraces, sudokuTraces]) {
      const direct = await traceModel(lab, source, 'direct')
      const backtrack = await traceModel(lab, source, 'backtrack')
      results.push(await trained(lab, source, backtrack, direct))
    }
    const pair = (t: Trained, by: 'tokens' | 'operations') => {
      const k = affordable(t, by)
      const tokens = average(t.traces.map(x => x.tokens))
      const spent = k * average(t.attempts.map(x => x.tokens))
      // At equal operations attempts may say more words than the trace.
      const budget = Math.max(tokens, spent)
      const what = by === 'tokens' ? '' : ', equal operations'
      return {
        k,
        sequential: lab.arm(
          `${t.id}: one trace${what}`,
          t.traces.map(x => x.solved),
          { spent: tokens, budget, unit: 'solved' },
        ),
        parallel: lab.arm(
          `${t.id}: best of ${k} attempts${what}`,
          t.attempts.map(x => passAtK(t.n, Math.min(t.n, x.right), k)),
          { spent, budget, unit: 'solved' },
        ),
      }
    }
    const [countdown, sudoku] = results.map(t => ({ t, tokens: pair(t, 'tokens'), operations: pair(t, 'operations') }))
    const arms = [
      ...curve.flatMap(c => [c.sequential, c.parallel]),
      ...[countdown, sudoku].flatMap(x => [x.tokens, x.operations].flatMap(p => [p.sequential, p.parallel])),
    ]
    const crossing = curve.findIndex(c => c.sequential.mean > c.parallel.mean)
    const limits = [32, 64, 128, 240]
    const share = (x: number): string => `${(100 * x).toFixed(0)} %`
    const failed = (t: Trained): string => {
      const lost = t.traces.filter(x => x.solved === 0)
      return `${lost.filter(x => x.overlooked).length} of the ${lost.length} traces that failed went on from a dead end without noticing it; the others broke another rule, or the limit.`
    }
    const about = ({
      t,
      tokens,
      operations: by,
    }: {
      t: Trained
      tokens: ReturnType<typeof pair>
      operations: ReturnType<typeof pair>
    }): string[] => {
      const within = limits.map(l => `${share(average(t.traces.map(x => (x.tokens <= l ? x.solved : 0))))} within ${l}`)
      const ks = [1, 2, 4, 8, 16, t.n].filter(k => k <= t.n)
      const curve = ks.map(k => `${share(average(t.attempts.map(x => passAtK(t.n, Math.min(t.n, x.right), k))))} at ${k}`)
      return [
        `${t.id}: a trace, drawn at temperature ${t.temperature} as dev decides, takes ${average(t.traces.map(x => x.tokens)).toFixed(0)} tokens, an attempt ${average(t.attempts.map(x => x.tokens)).toFixed(0)}; equal tokens buy ${tokens.k} attempts, equal operations ${by.k}. Traces solve ${within.join(', ')} tokens; attempts pass ${curve.join(', ')}.`,
        `${t.id}: ${failed(t)}`,
        `${t.id}: trained for ${tracePlans[t.id].steps} steps of ${tracePlans[t.id].words} words each, ${t.direct.seconds.toFixed(0)} s and ${t.backtrack.seconds.toFixed(0)} s of wall clock; ${t.direct.loss.toFixed(3)} and ${t.backtrack.loss.toFixed(3)} nats a word on dev.`,
      ]
    }
    return {
      arms,
      findings: [
        lab.paired(
          'Countdown: attempts solve more than one trace, at equal tokens',
          countdown.tokens.parallel,
          countdown.tokens.sequential,
          { above: 0, least: 0.03 },
        ),
        lab.paired('Sudoku: one trace solves more than attempts, at equal tokens', sudoku.tokens.sequential, sudoku.tokens.parallel, {
          above: 0,
          least: 0.03,
        }),
        lab.paired('a simulated solver: attempts solve more at depth 2', shallow.parallel, shallow.sequential, { above: 0, least: 0.03 }),
        lab.paired('a simulated solver: one trace solves more at depth 12', deep.sequential, deep.parallel, { above: 0, least: 0.03 }),
        lab.paired('Countdown at equal operations', countdown.operations.parallel, countdown.operations.sequential, {
          above: 0,
          counts: false,
        }),
        lab.paired('Sudoku at equal operations', sudoku.operations.sequential, sudoku.operations.parallel, { above: 0, counts: false }),
      ],
      notes: [
        `The simulated solver's curves cross ${crossing < 0 ? 'nowhere' : `at depth ${lab.pick(depths, [2, 12])[crossing]}`}: ${curve.map((c, i) => `${lab.pick(depths, [2, 12])[i]}: ${share(c.sequential.mean)} against ${share(c.parallel.mean)}`).join('; ')} (one trace against attempts).`,
        ...[countdown, sudoku].flatMap(about),
        "A 4 x 4 Sudoku is eleven fills deep, the paper's 9 x 9 some fifty; a dead end is there as soon as any empty cell has no digit left, wherever it is, and must be seen at once.",
        'Of Countdown the trace model has seen an eighth of the problems that the other has, since its rows are eight times as long, and still makes mistakes of arithmetic: how far it loses there says as much about a short training as about searching in a row. The simulated solver is free of that.',
        'Both models of a task have one shape, and as many words of training, pads included; the paper gave both as many problems. pass@k is with an exact check, which flatters attempts.',
      ],
    }
  },
}
