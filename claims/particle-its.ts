// Particle filtering against beams and attempts, at equal numbers of drawn steps, under two kinds of critic error.

import { bestOfN, dvts, particleIts, particleItsGibbs, stepBeam } from '../src/method/index.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import type { TreeModel } from '../src/world/index.ts'
import { armOf, firstSteps, onTrees, type Searched } from './fixture/trees.ts'

/** Ten steps, of which five decide: at those depths two of the four steps can still end well. Nearly all wrong answers differ. */
const shape = { depth: 10, branching: 4, pivots: 5, survive: 2, answers: 2000 }
const kinds: Record<string, { N: number; model: TreeModel }> = {
  early: { N: 64, model: { sd: 2, noise: 'early', bias: 4 } },
  'mild early': { N: 16, model: { sd: 1, noise: 'early', bias: 2 } },
  independent: { N: 16, model: { sd: 4 } },
}

/** Every arm draws N steps at each of ten levels. Whatever ended and looks best to the critic is the answer. */
const searches = (N: number): Record<string, Searched> => ({
  'particle-its': { method: particleIts, knobs: { N } },
  'particle-its, T=2': { method: particleIts, knobs: { N, T: 2 } },
  'step-beam': { method: stepBeam, preset: 'published', knobs: { b1: 4, b2: N / 4 } },
  dvts: { method: dvts, preset: 'published', knobs: { n: N, m: 4, choose: 'best' } },
  'best-of-n': { method: bestOfN, knobs: { n: N } },
})

async function under(lab: Lab, kind: string, n: number) {
  const { N, model } = kinds[kind]
  const of: Record<string, ReturnType<typeof armOf>> = {}
  const lines: string[] = []
  const all: Record<string, Searched> = {
    ...searches(N),
    ...(kind === 'early' ? { 'particle-its-gibbs': { method: particleItsGibbs, knobs: { N: N / 4, iterations: 4 } } } : {}),
  }
  for (const [name, search] of Object.entries(all)) {
    const r = await onTrees(lab, { shape, n, seed: 2, model }, search, { first: firstSteps })
    of[name] = armOf(lab, `${name}, ${kind} errors`, r, { budget: 10 * N })
    lines.push(`${name} ${r.mean.first.toFixed(1)}`)
    lab.say(`${kind}: ${name} ${of[name].mean.toFixed(2)}`)
  }
  return { of, note: `Different first steps among what ended, ${kind} errors: ${lines.join(', ')}.` }
}

export const claim: Claim = {
  id: 'particle-its',
  paper: particleIts.paper!,
  evidence: ['particle-its', 'particle-its-gibbs'],
  claim:
    'Resampling by the odds of its values survives a critic that misleads, where a beam that keeps the best does not; so it solves more with equal numbers of drawn steps.',
  hypothesis:
    'Where the critic errs early and systematically, the filter solves more than step-level beam search, and more still when it trusts the critic less; where its errors are independent from place to place, nothing is gained over the beam.',
  equal: { unit: 'steps', budget: 640 },
  async run(lab) {
    const early = await under(lab, 'early', lab.pick(150, 2))
    const mild = await under(lab, 'mild early', lab.pick(150, 2))
    const independent = await under(lab, 'independent', lab.pick(150, 2))
    const e = early.of
    const m = mild.of
    const i = independent.of
    const aside = { above: 0, least: 0.05, counts: false }
    return {
      arms: [e, m, i].flatMap(x => Object.values(x)),
      findings: [
        lab.paired('early errors: the filter solves more than the beam', e['particle-its'], e['step-beam'], { above: 0, least: 0.05 }),
        lab.paired('early errors: at T=2 it solves more than at T=1', e['particle-its, T=2'], e['particle-its'], aside),
        lab.paired('early errors: the filter solves more than DVTS', e['particle-its'], e.dvts, aside),
        lab.paired('early errors: at T=2 it solves more than DVTS', e['particle-its, T=2'], e.dvts, aside),
        lab.paired(
          'early errors: 64 particles solve more than 4 Gibbs iterations of 16',
          e['particle-its'],
          e['particle-its-gibbs'],
          aside,
        ),
        lab.paired('early errors: the filter solves more than best-of-n', e['particle-its'], e['best-of-n'], aside),
        lab.paired('mild early errors: the filter solves more than the beam', m['particle-its'], m['step-beam'], aside),
        lab.paired('mild early errors: the filter solves more than DVTS', m['particle-its'], m.dvts, aside),
        lab.paired('independent errors: the filter solves more than the beam', i['particle-its'], i['step-beam'], aside),
        lab.paired('independent errors: the filter solves more than best-of-n', i['particle-its'], i['best-of-n'], aside),
      ],
      notes: [
        early.note,
        mild.note,
        independent.note,
        'The paper finds the filter above beams and DVTS without such conditions. Here it is above the beam only where early errors are strong, and above DVTS only where they are mild; where errors are independent, the beam is well ahead. Trusting the critic less (T=2) is better under strong and under independent errors. Where the critic misleads most, attempts that ask it nothing until the end do best.',
        'The critic is the true chance of success through noise in logits: early errors shrink from the first step to none at the leaves and make what can still end well look 4 logits worse at first, mild ones 2; independent ones have a standard deviation of 4 logits everywhere, ends included.',
      ],
    }
  },
}
