// A bag of tricks: temperature against the number of samples, the model's own judgement as a selector, and complex search at equal tokens.
import { attempts, ballots } from '../src/compose/index.ts'
import type { Answer, KnobValue, NodeId } from '../src/contract/index.ts'
import { average, passAtK, vote } from '../src/kernel/index.ts'
import { bagOfTricks, selfCertainty } from '../src/method/index.ts'
import { processCritic, seedling, simulated } from '../src/model/index.ts'
import { labels, scaleOf } from '../src/reward/index.ts'
import type { Claim } from '../src/run/index.ts'
import { method } from '../src/runtime/index.ts'
import { game24 } from '../src/world/index.ts'
import { tasks24, tasksCountdown } from '../src/world/number/index.ts'
import { closedCountdown, isRight } from './fixture/closed-countdown.ts'

const temperatures = [0.4, 0.7, 1, 1.4]
const counts = [1, 4, 16, 32]
const tokens = 150
const candidates = 16

/** Attempts by steps, each judged by the model's own verdict on it before its last step: the last place that it has not yet been told about. */
const judged = method({
  id: 'self-evaluated attempts',
  knobs: {},
  needs: ['policy', 'value'],
  async run(s) {
    const ends = await attempts(s, candidates, { reward: false, sampling: { grain: 'step', temperature: 0.7, topP: 0.9 } })
    const before = [...new Set(ends.flatMap(n => s.tree.parent(n) ?? []))]
    await s.value(before)
  },
})

export const claim: Claim = {
  id: 'bag-of-tricks',
  paper: bagOfTricks.paper!,
  evidence: ['bag-of-tricks'],
  claim:
    'Dull knobs move results as much as the algorithm does: the best temperature depends on the number of samples, self-evaluation is an unreliable selector, and complex search is not always better at equal tokens.',
  hypothesis:
    'For the seedling the gain of temperature 1 over 0.4 is greater with 32 samples than with one; choosing among 16 attempts by its own verdict is no better than their majority; and at 150 output tokens PUCT and beam search solve fewer puzzles of the Game of 24 than best-of-n.',
  equal: { unit: 'outputTokens', budget: tokens },
  async run(lab) {
    const model = seedling()
    // 1: temperature by number of samples.
    const puzzles = tasksCountdown({ n: lab.pick(200, 4), split: 'test', seed: 9 })
    const pass = new Map<string, number[]>()
    for (const temperature of temperatures) {
      for (const [i, { task }] of puzzles.entries()) {
        const r = await lab.run({ world: closedCountdown, method: selfCertainty, model, knobs: { N: 32, temperature } }, task, {
          seed: lab.seed * 1000 + i,
        })
        // What could not be read is a wrong attempt.
        const right = ballots(r.tree).filter(b => isRight(b.answer, task) === 1).length
        for (const n of counts) {
          const name = `T ${temperature}, ${n} samples`
          pass.set(name, [...(pass.get(name) ?? []), passAtK(32, right, n)])
        }
      }
      lab.say(`temperature ${temperature}`)
    }
    const grid = new Map(
      [...pass].map(([name, xs]) => [name, lab.arm(name, xs, { spent: Number(/(\d+) samples/.exec(name)![1]), unit: 'pass@N' })]),
    )
    const gain = (n: number) => pass.get(`T 1, ${n} samples`)!.map((x, i) => x - pass.get(`T 0.4, ${n} samples`)![i])
    const [gain32, gain1] = [32, 1].map(n => lab.arm(`gain of T 1 over T 0.4, ${n} samples`, gain(n), { spent: n, unit: 'pass@N' }))
    const best = (n: number) =>
      temperatures.reduce((a, b) => (grid.get(`T ${b}, ${n} samples`)!.mean > grid.get(`T ${a}, ${n} samples`)!.mean ? b : a))

    // 2: who selects.
    const chosen = new Map<string, number[]>()
    const note = (arm: string, x: number) => chosen.set(arm, [...(chosen.get(arm) ?? []), x])
    for (const [i, { task }] of puzzles.entries()) {
      const r = await lab.run({ world: closedCountdown, method: judged, model, value: processCritic() }, task, {
        seed: lab.seed * 1000 + i,
      })
      const t = r.tree
      const own = (n: NodeId): number => t.V[t.parent(n)!]
      const drawn = ballots(t, own)
      const is = (a: Answer<string> | null) => isRight(a?.value, task)
      note('chance', drawn.length === 0 ? 0 : average(drawn.map(b => isRight(b.answer, task))))
      note('self-evaluation', is(vote(drawn, { mode: 'best' })))
      note('majority', is(vote(drawn, { mode: 'majority' })))
      note('any of them', drawn.some(b => isRight(b.answer, task) === 1) ? 1 : 0)
    }
    const selectors = new Map(
      [...chosen].map(([name, xs]) => [name, lab.arm(`selector: ${name}`, xs, { spent: candidates, unit: 'right' })]),
    )
    lab.say('selectors')

    // 3: algorithms at equal tokens, under the model whose attempts are good, and under one whose judgements are.
    const sets = tasks24({ n: lab.pick(150, 3), split: 'test', seed: 9 })
    const algorithms = ['best-of-n', 'step-best-of-n', 'beam', 'mcts', 'tot-dfs']
    const solved = new Map<string, { right: number[]; spent: number[] }>()
    for (const preset of algorithms)
      for (const [i, { task }] of sets.entries()) {
        const knobs: Record<string, KnobValue> = preset === 'best-of-n' ? { N: 200 } : {}
        const run = async (
          name: string,
          frame: object,
          budget: object,
          spentOf: (u: { outputTokens: number; calls: number }) => number,
        ) => {
          const r = await lab.run({ world: game24, method: bagOfTricks, preset, knobs, budget, ...frame } as never, task, {
            seed: lab.seed * 1000 + i,
          })
          const x = solved.get(name) ?? { right: [], spent: [] }
          x.right.push(r.solved === true ? 1 : 0)
          x.spent.push(spentOf(r.spent))
          solved.set(name, x)
        }
        await run(`seedling, ${preset}`, { model, value: processCritic() }, { outputTokens: tokens }, u => u.outputTokens)
        const guide = simulated({ oracle: game24.oracle!, error: 0.1, seed: i })
        await run(`simulated, ${preset}`, { model: guide, value: labels({ scale: scaleOf(game24) }) }, { calls: 142 }, u => u.calls)
      }
    lab.say('algorithms')
    const searches = new Map([...solved].map(([name, { right, spent }]) => [name, lab.arm(name, right, { spent: average(spent) })]))
    const alg = (name: string) => searches.get(name)!
    return {
      arms: [...grid.values(), ...selectors.values(), ...searches.values()],
      findings: [
        lab.paired('the gain of a higher temperature grows with the number of samples', gain32, gain1, { above: 0, least: 0.02 }),
        lab.paired('self-evaluation chooses no better than the majority', selectors.get('self-evaluation')!, selectors.get('majority')!, {
          below: 0.02,
        }),
        lab.paired('seedling, equal tokens: PUCT solves fewer than best-of-n', alg('seedling, mcts'), alg('seedling, best-of-n'), {
          below: 0,
          least: 0.05,
        }),
        lab.paired('seedling, equal tokens: beam search solves fewer than best-of-n', alg('seedling, beam'), alg('seedling, best-of-n'), {
          below: 0,
          least: 0.05,
        }),
        lab.paired('32 samples: temperature 1 is better than 0.4', grid.get('T 1, 32 samples')!, grid.get('T 0.4, 32 samples')!, {
          above: 0,
          counts: false,
        }),
        lab.paired('one sample: temperature 0.4 is better than 1', grid.get('T 0.4, 1 samples')!, grid.get('T 1, 1 samples')!, {
          above: 0,
          counts: false,
        }),
        lab.paired('self-evaluation chooses better than chance', selectors.get('self-evaluation')!, selectors.get('chance')!, {
          above: 0,
          counts: false,
        }),
        lab.paired(
          'simulated, equal calls: depth first solves more than best-of-n',
          alg('simulated, tot-dfs'),
          alg('simulated, best-of-n'),
          { above: 0, counts: false },
        ),
      ],
      notes: [
        `The best of the temperatures: ${counts.map(n => `${best(n)} with ${n}`).join(', ')} samples.`,
        'The model judges itself by a verdict that it was trained to give, the last place before the answer; a language model is asked in words. Simulated runs are at 142 calls, 150 output tokens being hardly three replies in words.',
        "Why self-evaluation held its own: this model's verdicts are trained on the truth of exhaustive search, so they are those of a critic and not those of a model that is asked about itself without having learnt to answer. What it has without such training, the mean log-probability of its own words, chooses no better than the majority (15.5 % and 15.5 % of 32 attempts, in the claim of self-certainty).",
      ],
    }
  },
}
