// Tree of Thoughts on the hard third of Game of 24: does success rise with the beam and fall with the judge's errors?
import { bestOfN, treeOfThoughts } from '../src/method/index.ts'
import type { Arm, Claim, Lab } from '../src/run/index.ts'
import { game24 } from '../src/world/index.ts'
import { onPuzzles, puzzles } from './fixture/puzzles.ts'

const beams = [1, 2, 5]
const errors = [0, 0.1, 0.3]
/** One call lists eight of the legal steps; every state is judged three times, each judgement wrong at a set rate. */
const knobs = (b: number) => ({ b, nEvaluate: 3 })

async function tot(lab: Lab, n: number, b: number, error: number): Promise<Arm> {
  const tasks = puzzles({ n, ranks: [901, 1362] })
  const r = await onPuzzles(lab, { tasks, model: { error, seed: 3 }, calls: 200, method: treeOfThoughts, knobs: knobs(b) })
  lab.say(`b=${b}, error ${error}: ${(r.solved.filter(x => x === 1).length / n).toFixed(2)}, ${r.calls.toFixed(0)} calls`)
  return lab.arm(`tree-of-thoughts, b=${b}, errors ${error}`, r.solved, { spent: r.calls })
}

export const claim: Claim = {
  id: 'tree-of-thoughts',
  paper: treeOfThoughts.paper!,
  evidence: ['tree-of-thoughts'],
  claim: 'Breadth-first search over thoughts solves far more of Game of 24 than sampled chains, and more with a wider beam.',
  hypothesis:
    'With a judge that is wrong one time in ten, success rises from b = 1 to b = 5; with b = 5 it falls from a judge that is never wrong to one that is wrong three times in ten; and with b = 5 it is above best-of-n at the same number of calls.',
  equal: { unit: 'calls', budget: 200 },
  async run(lab) {
    const n = lab.pick(300, 4)
    const at: Record<string, Arm> = {}
    for (const error of errors) for (const b of beams) at[`${b} ${error}`] = await tot(lab, n, b, error)
    const calls = Math.ceil(at['5 0.1'].spent)
    const tasks = puzzles({ n, ranks: [901, 1362] })
    const attempts = await onPuzzles(lab, { tasks, model: { seed: 3 }, calls, method: bestOfN })
    const whole = await onPuzzles(lab, {
      tasks,
      model: { seed: 3 },
      calls,
      method: bestOfN,
      frame: { world: game24 },
    })
    const bon = lab.arm(`best-of-n, a call a step, ${calls} calls`, attempts.solved, { spent: attempts.calls })
    const plain = lab.arm(`best-of-n, a call an attempt, ${calls} calls`, whole.solved, { spent: whole.calls })
    const o = { above: 0, least: 0.05 }
    return {
      arms: [...Object.values(at), bon, plain],
      findings: [
        lab.paired('errors .1: b = 5 solves more than b = 1', at['5 0.1'], at['1 0.1'], o),
        lab.paired('b = 5: errors of .3 solve less than none', at['5 0.3'], at['5 0'], { below: 0, least: 0.05 }),
        lab.paired('errors .1: b = 5 solves more than best-of-n, a call an attempt', at['5 0.1'], plain, o),
        lab.paired('errors .1: b = 5 solves more than best-of-n, a call a step', at['5 0.1'], bon, { ...o, counts: false }),
        lab.paired('errors 0: b = 5 solves more than b = 1', at['5 0'], at['1 0'], { ...o, counts: false }),
        lab.paired('errors .3: b = 5 solves more than b = 1', at['5 0.3'], at['1 0.3'], { ...o, counts: false }),
        lab.paired('b = 1: errors of .3 solve less than none', at['1 0.3'], at['1 0'], { below: 0, least: 0.05, counts: false }),
      ],
      notes: [
        'Puzzles are ranks 901 to 1362 of 1362 by the share of random play that solves them, not by human solving time. A wider beam also costs more calls: each arm has its own spend.',
        'The policy draws evenly from the same eight steps for attempts and for lists, so no arm can solve more puzzles than those steps allow. In a first run attempts chose a promising step three times in ten, which a list cannot; then attempts and b = 5 both solved all that can be solved (.35), and nothing told them apart.',
        'A search stops at a verified answer. Whether a vote over siblings beats a value of each state is not tested here.',
      ],
    }
  },
}
