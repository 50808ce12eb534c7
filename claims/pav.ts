// Progress under a prover against promise alone, in a beam led by Monte-Carlo values, at equal numbers of completions.
import type { Frame } from '../src/contract/index.ts'
import { average } from '../src/kernel/index.ts'
import { bestOfN, pav, stepBeam } from '../src/method/index.ts'
import type { Arm, Claim, Lab } from '../src/run/index.ts'
import { completed, subsequence, writer } from './fixture/subsequence.ts'

/** Eight hidden tokens of fifteen, 24 steps, and a base policy that writes the right one with probability .1: alone it succeeds twice in a thousand. */
const hidden = { tokens: 15, steps: 24, hidden: 8 }
const base = 0.1
const strengths = [0.05, 0.1, 0.25, 0.5, 0.7, 0.9]
const beam = { B: 4, C: 3 }
/** Places a beam judges: C x B at each level, and the root. */
const places = hidden.steps * beam.B * beam.C + 1
/** Completions for each place, whoever makes them. */
const each = 8

type Search = Pick<Frame<any, any, any, any>, 'method' | 'knobs' | 'parts'> & { own: number }

async function solve(lab: Lab, name: string, n: number, make: (count: () => void) => Search): Promise<Arm> {
  const solved: number[] = []
  const spent: number[] = []
  for (let item = 0; item < n; item++) {
    let completions = 0
    const count = () => {
      completions++
    }
    const { own, ...search } = make(count)
    const r = await lab.run(
      { world: subsequence(hidden), policy: writer(hidden, base), value: completed(hidden, base, own, count), ...search },
      null,
      { seed: 1000 * lab.seed + item },
    )
    solved.push(r.solved ? 1 : 0)
    spent.push(completions)
  }
  lab.say(`${name} ${average(solved).toFixed(3)}`)
  return lab.arm(name, solved, { spent: average(spent) })
}

export const claim: Claim = {
  id: 'pav',
  paper: pav.paper!,
  evidence: ['pav'],
  claim:
    'Beam search on Q + alpha A, A the progress under a prover better than the searched policy, solves more than beam search on Q alone.',
  hypothesis:
    'With noisy values a beam on Q + 0.5 A solves more than one on Q alone where the prover is moderately better than the policy (it succeeds at a step with .5, the policy with .1), and more than with the policy as its own prover, or a prover too strong (.9).',
  equal: { unit: 'completions', budget: places * each },
  async run(lab) {
    const n = lab.pick(300, 8)
    const knobs = { ...beam, untilSolved: false }
    const alone = await solve(lab, 'Q alone', n, () => ({
      method: stepBeam,
      knobs: { b1: beam.B, b2: beam.C, untilSolved: false },
      own: each,
    }))
    const under: Record<number, Arm> = {}
    for (const strength of strengths)
      under[strength] = await solve(lab, `prover of strength ${strength}`, n, count => ({
        method: pav,
        knobs,
        parts: { prover: completed(hidden, strength, each / 2, count) },
        own: each / 2,
      }))
    const bok: Arm[] = []
    for (const K of [1, 4, 32])
      bok.push(await solve(lab, `prover best-of-${K} of the critic's Q`, n, () => ({ method: pav, knobs: { ...knobs, K }, own: each })))
    const attempts = await solve(lab, 'best-of-n of as many steps', n, () => ({
      method: bestOfN,
      knobs: { n: beam.B * beam.C, untilSolved: false },
      own: each,
    }))
    const o = { above: 0, least: 0.05 }
    return {
      arms: [alone, ...Object.values(under), ...bok, attempts],
      findings: [
        lab.paired('a prover of strength .5 solves more than Q alone', under[0.5], alone, o),
        lab.paired('a prover of strength .5 solves more than the policy as its own prover', under[0.5], under[0.1], o),
        lab.paired('a prover of strength .5 solves more than one of .9', under[0.5], under[0.9], o),
        lab.paired("best-of-4 of the critic's own noisy Q solves more than Q alone", bok[1], alone, { ...o, counts: false }),
        lab.paired("best-of-32 of the critic's own noisy Q solves more than best-of-4 of it", bok[2], bok[1], { ...o, counts: false }),
      ],
      notes: [
        `Equal completions: ${each} a place for Q alone and for closed-form provers, ${each / 2} for Q and ${each / 2} for a prover of its own.`,
        'Where Q is low nearly all of its few completions fail, and siblings look alike; a better prover still tells them apart. Best-of-K of the same completions adds no such information, and less than none here: the noise of the place before the step comes on top, which misleads the choice between beams. So it is with the policy as its own prover. In the paper the closed form is applied to trained values.',
      ],
    }
  },
}
