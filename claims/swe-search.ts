import type { Value } from '../src/contract/index.ts'
import { bestOfN, greedy, sweSearch } from '../src/method/index.ts'
import { simulated } from '../src/model/index.ts'
import { labels } from '../src/reward/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { type RepairTask, repair, repairWorld } from '../src/world/index.ts'

/** Edits a task: as many as five linear agents make. */
const actions = 20
/** Agents that go edit by edit, none that writes a whole repair at once. */
const world = { ...repair, grains: ['step'] as const }
const said = labels({ samples: 1 })
/** A judgement in a word, and for other branches what was done here. */
const valueAgent: Value = {
  id: 'value agent',
  async value(at, io) {
    const a = await said.value(at, io)
    const done = at.draws[0]?.text ?? ''
    return { ...a, feedback: `This was done, and it is ${a.value >= 0.5 ? 'one way' : 'no way'} to go on:\n- ${done}\nTry something else.` }
  },
}
const tree = { choose: 'reward', maxIterations: 0, maxFinished: 1000 }
const contestants = {
  'tree with feedback': { method: sweSearch, knobs: { ...tree, hindsight: 'value' } },
  'tree without feedback': { method: sweSearch, knobs: { ...tree, hindsight: 'none' } },
  'five linear agents': { method: bestOfN, knobs: { n: 5 } },
  'one linear agent': { method: greedy, knobs: { temperature: 1 } },
} as const
type Name = keyof typeof contestants

export const claim: Claim = {
  id: 'swe-search',
  paper: sweSearch.paper!,
  evidence: ['swe-search'],
  claim: 'An agent that searches, with hindsight from a value agent, solves more repository tasks than the same agent without search.',
  hypothesis:
    'On small programs with two planted bugs, at 20 edits a task: the tree with feedback solves more than the tree without, and that no less than five linear agents whose best is picked by the shown tests; feedback makes fewer repeated edits.',
  equal: { unit: 'steps', budget: actions },
  async run(lab) {
    const items = repairWorld.tasks!({ n: lab.pick(240, 2), size: 2, split: 'dev', seed: lab.seed })
    const grader = repairWorld.grader!('dev')
    const arms = {} as Record<Name, Arm>
    const repeated = {} as Record<Name, number[]>
    const calls: string[] = []
    for (const name of Object.keys(contestants) as Name[]) {
      lab.say(name)
      const { method, knobs } = contestants[name]
      const solved: number[] = []
      const repeats: number[] = []
      let steps = 0
      let asked = 0
      for (const [i, { task }] of items.entries()) {
        const model = simulated({ oracle: repair.oracle!, width: 12, skill: 0.25, error: 0.1 })
        const frame = { world, method, knobs, model, value: valueAgent, budget: { steps: actions } }
        const r = await lab.run<any, any, string, RepairTask>(frame, task, { seed: lab.seed * 1000 + i, concurrency: 1 })
        const { key } = repairWorld.item!(task, 'dev')
        solved.push((await grader.grade(r.answer, key, {} as never)).correct)
        const t = r.tree
        let drawn = 0
        let distinct = 0
        for (const n of t.nodes())
          for (const e of t.edges(n)) {
            drawn += t.M[e]
            distinct += t.taken(e) && t.twin(e) !== null ? 0 : 1
          }
        repeats.push(drawn === 0 ? 0 : 1 - distinct / drawn)
        steps += r.spent.steps
        asked += r.spent.calls
      }
      arms[name] = lab.arm(name, solved, { spent: steps / items.length })
      repeated[name] = repeats
      calls.push(`${name} ${(asked / items.length).toFixed(1)}`)
    }
    const share = (name: Name): Arm =>
      lab.arm(`${name}, repeated edits`, repeated[name], { spent: arms[name].spent, unit: 'share of the draws' })
    const [withIt, without] = [share('tree with feedback'), share('tree without feedback')]
    return {
      arms: [...Object.values(arms), withIt, without],
      findings: [
        lab.paired('the tree with feedback solves more than five linear agents', arms['tree with feedback'], arms['five linear agents'], {
          above: 0,
          least: 0.05,
        }),
        lab.paired('the tree with feedback solves more than the tree without', arms['tree with feedback'], arms['tree without feedback'], {
          above: 0,
          least: 0.05,
        }),
        lab.paired(
          'the tree without feedback solves at most 0.05 less than five linear agents',
          arms['tree without feedback'],
          arms['five linear agents'],
          { above: -0.05 },
        ),
        lab.paired('feedback makes fewer repeated edits', withIt, without, { below: 0 }),
        lab.paired('five linear agents solve more than one', arms['five linear agents'], arms['one linear agent'], {
          above: 0,
          counts: false,
        }),
      ],
      notes: [
        'The editor thinks of a dozen edits at a place, and a hint takes one of them away: repeated edits are halved, but they were one draw in sixteen, and what they cost is too little to show in what is solved. Nearly all of the gain over linear agents is the search itself.',
        `Model calls a task, judgements included: ${calls.join(', ')}. Edits are what is equal; the linear agents ask no judge.`,
      ],
    }
  },
}
