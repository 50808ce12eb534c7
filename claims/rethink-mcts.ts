import type { Provider } from '../src/contract/index.ts'
import { bestOfN, rethinkMcts } from '../src/method/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { type FunctionTask, functions, functionsWorld } from '../src/world/index.ts'
import { analyst, coder, pointing, tests } from './fixture/coder.ts'
import { dice } from './fixture/dice.ts'

const runs = 24
const search = { rollouts: 0, width: 3, untilSolved: true }
const contestants = {
  rethink: { method: rethinkMcts, knobs: search },
  'feedback to children': { method: rethinkMcts, knobs: { ...search, maxThinkTimes: 1 } },
  'thoughts alone': { method: rethinkMcts, knobs: { ...search, maxThinkTimes: 1, feedback: false, analysis: false } },
  'best of n': { method: bestOfN, knobs: {} },
} as const
type Name = keyof typeof contestants

/** The critic that points at a step: what it says is the truth of its prompt, or wrong in a tenth of the cases. */
const critic: Provider = {
  ...dice('critic'),
  async sample(messages, o, live) {
    const samples = Array.from({ length: o.n }, (_, i) => ({
      text: pointing(messages[0].content, live.randomAt(live.index + i).next()),
      finish: 'stop' as const,
    }))
    return { samples, usage: { calls: o.n, requests: 1 } }
  },
}

export const claim: Claim = {
  id: 'rethink-mcts',
  paper: rethinkMcts.paper!,
  evidence: ['rethink-mcts'],
  claim:
    'A search over thoughts solves more programming tasks when failed thoughts are rewritten in place from block-level execution feedback.',
  hypothesis:
    'On list functions of four operations, at 24 program runs: thoughts with feedback to their children solve more than thoughts alone, and rewriting failed thoughts in place more still; a rewriting raises the pass rate more often than it lowers it.',
  equal: { unit: 'toolCalls', budget: runs },
  async run(lab) {
    const items = functionsWorld.tasks!({ n: lab.pick(1200, 3), size: 4, split: 'train', seed: lab.seed })
    const grader = functionsWorld.grader!('train')
    const arms = {} as Record<Name, Arm>
    const calls: string[] = []
    const change = { raised: 0, lowered: 0, same: 0 }
    for (const name of Object.keys(contestants) as Name[]) {
      lab.say(name)
      const { method, knobs } = contestants[name]
      const solved: number[] = []
      let used = 0
      let asked = 0
      for (const [i, { task }] of items.entries()) {
        let before = Number.NaN
        let rethinking = false
        const reward = tests(v => {
          if (rethinking) change[v > before ? 'raised' : v < before ? 'lowered' : 'same']++
          rethinking = false
          before = v
        })
        const policy = coder({ skill: 0.3, slip: 0.1 }, () => {
          rethinking = true
        })
        const frame = { world: functions, method, knobs, policy, reward, model: { policy: dice(), critic }, budget: { toolCalls: runs } }
        const parts = method === rethinkMcts ? { parts: { analyst } } : {}
        // One after the other, so that a rewriting and the run after it are told together.
        const r = await lab.run<any, any, string, FunctionTask>({ ...frame, ...parts }, task, { seed: lab.seed * 1000 + i, concurrency: 1 })
        solved.push((await grader.grade(r.answer, functionsWorld.item!(task, 'train').key, {} as never)).correct)
        used += r.spent.toolCalls
        asked += r.spent.calls
      }
      arms[name] = lab.arm(name, solved, { spent: used / items.length })
      calls.push(`${name} ${(asked / items.length).toFixed(1)}`)
    }
    const moved = change.raised + change.lowered
    const ups = lab.arm(
      'rethinks that change the pass rate: raised',
      Array.from({ length: moved }, (_, i) => (i < change.raised ? 1 : 0)),
      { spent: 0, unit: 'share' },
    )
    return {
      arms: [...Object.values(arms), ups],
      findings: [
        lab.paired('rewriting thoughts in place solves more than thoughts alone', arms.rethink, arms['thoughts alone'], {
          above: 0,
          least: 0.05,
        }),
        lab.paired('feedback to children solves more than thoughts alone', arms['feedback to children'], arms['thoughts alone'], {
          above: 0,
          least: 0.05,
        }),
        lab.paired('rewriting in place solves more than feedback to children alone', arms.rethink, arms['feedback to children'], {
          above: 0,
          least: 0.05,
        }),
        lab.finding('of the rewritings that change the pass rate, more raise it', { effect: ups.mean, interval: ups.interval, above: 0.5 }),
        lab.paired('rewriting in place solves more than best of n', arms.rethink, arms['best of n'], { above: 0, counts: false }),
      ],
      notes: [
        'Feedback to children does nothing here: the analysis names one step, which takes one of sixteen operations away from a child, and that only where the wrong step is the very next one; a thought that is wrong stays above all of them. Rewriting it in place is what takes it away. Without that the search solves less than as many independent programs: no program from below a wrong thought can be right.',
        `Of ${moved + change.same} rewritings ${change.raised} raised the pass rate, ${change.lowered} lowered it.`,
        `Model calls a task: ${calls.join(', ')}. Program runs are what is equal; analyses cost calls beside them.`,
      ],
    }
  },
}
