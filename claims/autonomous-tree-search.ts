// A whole search in one reply: against one chain of steps, against tree of thoughts, and as training data for a tiny model.
import type { KnobValue, Method } from '../src/contract/index.ts'
import { average, bootstrap } from '../src/kernel/index.ts'
import { countdownTraces } from '../src/learn/index.ts'
import { autonomousTreeSearch, backtrackOrNot, bestOfN, treeOfThoughts } from '../src/method/index.ts'
import { simulated } from '../src/model/index.ts'
import { labels } from '../src/reward/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { worldNamed } from '../src/world/index.ts'
import { temperatureOnDev, traceModel } from './fixture/traces.ts'

/** Four puzzle games, as the paper has four. */
const games = [
  ['game24', {}],
  ['countdown', {}],
  ['sudoku', { givens: 5 }],
  ['graph', { size: 5 }],
] as const
/** A model that takes a right step more often than by chance, and is wrong about a state one time in ten, wherever it says so. */
const mind = { skill: 0.3, error: 0.1 }
const most = 60_000

export const claim: Claim = {
  id: 'autonomous-tree-search',
  paper: autonomousTreeSearch.paper!,
  evidence: ['autonomous-tree-search'],
  claim:
    'A model that writes a breadth-first search in its one reply solves more than by a chain of thought, and about as much as tree of thoughts at about half the cost; small models learn it from such replies.',
  hypothesis:
    'Of simulated models with one and the same skill and error, over four puzzle games: one breadth-first reply solves more than one attempt, at no more than .05 less than tree of thoughts, for fewer tokens than tree of thoughts; a tiny model trained on search traces of Countdown solves more with one trace than one trained on solution paths with one attempt.',
  equal: { unit: 'tokens', budget: most },
  async run(lab) {
    const each = lab.pick(60, 2)
    const run = async (name: string, method: Method, knobs: Record<string, KnobValue>) => {
      const solved: number[] = []
      const tokens: number[] = []
      for (const [id, wish] of games) {
        const entry = worldNamed(id)
        for (const { task } of entry.tasks!({ ...wish, n: each, seed: lab.seed })) {
          const model = simulated({ oracle: entry.world.oracle!, seed: lab.seed, ...mind })
          const frame = { world: entry.world, method, model, knobs, value: labels({ samples: 3 }) }
          const r = await lab.run(frame, task)
          solved.push(r.solved ? 1 : 0)
          tokens.push(r.spent.inputTokens + r.spent.outputTokens)
        }
      }
      lab.say(`${name}: ${average(solved).toFixed(3)} solved, ${average(tokens).toFixed(0)} tokens`)
      return { arm: lab.arm(name, solved, { spent: average(tokens) }), tokens }
    }
    const bfs = await run('ats-bfs', autonomousTreeSearch, { form: 'bfs' })
    const dfs = await run('ats-dfs', autonomousTreeSearch, { form: 'dfs' })
    const chain = await run('chain of thought', bestOfN, { n: 1 })
    const tot = await run('tree of thoughts', treeOfThoughts, {})
    // As many attempts as the tokens of a reply buy: the baseline at equal spend.
    const n = Math.max(1, Math.floor(average(bfs.tokens) / average(chain.tokens)))
    const many = await run(`best of ${n}`, bestOfN, { n, untilSolved: false })
    const replies = Math.max(1, Math.floor(average(tot.tokens) / average(bfs.tokens)))
    const again = await run(`ats-bfs, up to ${replies} replies`, autonomousTreeSearch, { form: 'bfs', n: replies })

    // Trained on solution paths, or on searches with their dead ends: one reply each, the likeliest or one drawn, whichever does better on dev.
    const tasks = countdownTraces.tasks('test', lab.pick(150, 2))
    const learnt: Arm[] = []
    const said: number[] = []
    for (const [name, form, kind] of [
      ['trained on paths', 'direct', 'parallel'],
      ['trained on searches', 'backtrack', 'sequential'],
    ] as const) {
      const made = await traceModel(lab, countdownTraces, form)
      const { model } = made
      const temperature = await temperatureOnDev(lab, countdownTraces, made, kind)
      const solved: number[] = []
      const tokens: number[] = []
      for (const task of tasks) {
        const frame = { world: countdownTraces.world, method: backtrackOrNot, model, knobs: { form: kind, n: 1, temperature } }
        const r = await lab.run(frame, task)
        solved.push(r.solved ? 1 : 0)
        tokens.push(r.spent.outputTokens)
      }
      said.push(average(tokens))
      learnt.push(lab.arm(name, solved, { spent: average(tokens) }))
    }
    const ratios = bfs.tokens.map((x, i) => x / tot.tokens[i])
    const cheaper = (xs: readonly number[]): number => average(xs)
    return {
      arms: [bfs.arm, dfs.arm, chain.arm, many.arm, tot.arm, again.arm, ...learnt],
      findings: [
        lab.paired('one breadth-first reply solves more than one chain of steps', bfs.arm, chain.arm, { above: 0, least: 0.05 }),
        lab.finding('its tokens, as a share of those of tree of thoughts', {
          effect: cheaper(ratios),
          interval: bootstrap(ratios, cheaper, lab.random('ratio')),
          below: 1,
        }),
        lab.paired('it solves hardly less than tree of thoughts', bfs.arm, tot.arm, { above: -0.05 }),
        lab.paired('trained on searches, a tiny model solves more than trained on paths, one reply each', learnt[1], learnt[0], {
          above: 0,
          least: 0.05,
        }),
        lab.paired(`it solves more than best of ${n}, at equal tokens`, bfs.arm, many.arm, { above: 0, counts: false }),
        lab.paired('as many replies as its tokens buy, each checked, against tree of thoughts', again.arm, tot.arm, {
          above: -0.05,
          counts: false,
        }),
        lab.paired('depth first against breadth first', dfs.arm, bfs.arm, { above: 0, counts: false }),
      ],
      notes: [
        'The prompted form is checked with simulated models: they write a search when asked to, with the same skill and the same error as when they are asked step by step. That a real model of words can keep up such a search is not shown by this.',
        'Tree of thoughts asks for three judgements a state and goes on until the world accepts an answer; one reply judges each state once and ends with what it takes for solved. That is most of the difference between them.',
        'The tiny models had as many words of training, so the one of searches an eighth of the problems: it still makes mistakes of arithmetic, and what it lacks is training before it is search. The paper tuned large models that could count already.',
        `The models trained on Countdown say ${said.map(x => x.toFixed(0)).join(' and ')} tokens a reply: the search is paid for in tokens. At equal tokens see backtrack-or-not.`,
      ],
    }
  },
}
