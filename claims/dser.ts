// Deep self-evolving reasoning: long chains of checks and revisions, against one-shot majority and against stopping at the first check that passes.

import { type Chance, drawing, letter } from '../src/compose/fixture/letter.ts'
import { attempts, ballots, checkSolution, refiner } from '../src/compose/index.ts'
import type { Method, NodeId } from '../src/contract/index.ts'
import { average, vote } from '../src/kernel/index.ts'
import { dser } from '../src/method/index.ts'
import type { Claim } from '../src/run/index.ts'
import { method } from '../src/runtime/index.ts'

const chains = 8
const rounds = 20
const calls = chains * (1 + 2 * rounds)

/** As `dser`, but a chain ends at the first check that finds no error; the majority of the chains is the answer. */
const firstPass = method({
  id: 'stop-at-first-pass',
  knobs: { K: chains, n: rounds },
  async run(s, k) {
    const final = s.tree.column('final', 0)
    const refine = refiner(s, { check: checkSolution, reward: false })
    const chain = async (): Promise<void> => {
      let at: NodeId | undefined = await refine.draft()
      for (let round = 0; at !== undefined && round < k.n; round++) {
        const said = await refine.check(at)
        if (said.right) break
        at = (await refine.revise(at, said.text)) ?? at
      }
      if (at !== undefined) final[at] += 1
    }
    await Promise.all(Array.from({ length: k.K }, chain))
  },
  answer(t) {
    const final = t.column('final', 0)
    return vote(
      t.answers().map(n => ({ answer: t.outcome(n)!.answer as string, score: final[n], node: n })),
      { mode: 'weighted' },
    )
  },
})
/** As many plain attempts as the budget covers, and their majority. */
const majority = method({
  id: 'one-shot majority',
  knobs: {},
  run: async s => void (await attempts(s, calls, { reward: false })),
  answer: t => vote(ballots(t), { mode: 'majority' }),
})

/** A question: how often a first solution is right, and what a revision does. Wrong answers are w, x, y; w is the favourite. */
interface Question {
  first: number
  repair: number
  spoil: number
  /** Chance that a revision leads from one wrong answer to the favourite one. */
  drift: number
}
/** A verifier that is hardly better than chance: it passes six of ten wrong solutions. */
const passes = { right: 0.8, wrong: 0.6 }
const model =
  (q: Question): Chance =>
  (role, r, shown) => {
    const wrong = (): string => r.pick(['w', 'w', 'w', 'x', 'y'])
    if (role === 'draft') return r.next() < q.first ? 'r' : wrong()
    if (role === 'check') return r.next() < (shown === 'r' ? passes.right : passes.wrong) ? 'Yes, it is right.' : 'No, there is an error.'
    if (shown === 'r') return r.next() < q.spoil ? wrong() : 'r'
    return r.next() < q.repair ? 'r' : r.next() < q.drift ? 'w' : shown
  }

export const claim: Claim = {
  id: 'dser',
  paper: dser.paper!,
  evidence: ['dser'],
  claim:
    'Chains that always revise, however weak their checks, come to the right answer where a revision repairs more often than it spoils, and a vote over their late states finds it.',
  hypothesis:
    'At equal calls, on questions that are mostly answered wrongly at first and repaired more often than spoilt, DSER answers more of them than a one-shot majority and than chains that stop at the first check that passes; where revisions spoil more often than they repair it answers fewer than the majority.',
  equal: { unit: 'calls', budget: calls },
  async run(lab) {
    const items = lab.pick(120, 2)
    const study = async (name: string, question: (u: () => number) => Question) => {
      const field: [string, Method][] = [
        ['DSER', dser],
        ['stop at the first pass', firstPass],
        ['one-shot majority', majority],
      ]
      const right = field.map(() => [] as number[])
      const spent = field.map(() => [] as number[])
      for (let i = 0; i < items; i++) {
        const rng = lab.random(name, i)
        const q = question(() => rng.next())
        for (const [a, [, m]] of field.entries()) {
          const knobs: Record<string, number> = m === dser ? { K: chains, n: rounds, pool: 10 } : {}
          const provider = drawing(model(q), lab.seed * 100_000 + i * 10 + a).model
          const r = await lab.run({ world: letter, method: m, model: provider, knobs, budget: { calls } }, '')
          right[a].push(r.answer === 'r' ? 1 : 0)
          spent[a].push(r.spent.calls)
        }
      }
      lab.say(name)
      return field.map(([arm], a) => lab.arm(`${arm}, ${name}`, right[a], { spent: average(spent[a]), unit: 'right' }))
    }
    // Questions differ: those that are too hard or too easy for everybody say nothing, and are drawn too.
    const good = await study('repair over spoil', u => ({
      first: 0.05 + 0.2 * u(),
      repair: 0.08 + 0.08 * u(),
      spoil: 0.02 + 0.04 * u(),
      drift: 0.02,
    }))
    const bad = await study('spoil over repair', u => ({
      first: 0.45 + 0.2 * u(),
      repair: 0.02 + 0.04 * u(),
      spoil: 0.12 + 0.08 * u(),
      drift: 0.02,
    }))
    const trap = await study('a strong wrong attractor', u => ({
      first: 0.05 + 0.2 * u(),
      repair: 0.08,
      spoil: 0.1 + 0.04 * u(),
      drift: 0.3,
    }))
    return {
      arms: [...good, ...bad, ...trap],
      findings: [
        lab.paired('DSER answers more than a one-shot majority', good[0], good[2], { above: 0, least: 0.1 }),
        lab.paired('DSER answers more than chains that stop at the first pass', good[0], good[1], { above: 0, least: 0.1 }),
        lab.paired('where revisions spoil, DSER answers fewer than the majority', bad[0], bad[2], { below: 0, least: 0.1 }),
        lab.paired('a strong wrong attractor: DSER against chains that stop at the first pass', trap[0], trap[1], {
          above: 0,
          counts: false,
        }),
      ],
      notes: [
        'The model is a Markov chain by construction, so this checks the rule and its conditions, not whether a language model repairs more often than it spoils.',
        'Chains that stop spend less than they may: what they save is not spent on more chains, as in the paper.',
      ],
    }
  },
}
