// The model card: what the weights are, what they were made of, how good they are, and how to make them again.
import type { Interval } from '../../kernel/statistics.ts'
import { parameterCount } from '../../model/seedling/index.ts'
import type { CriticResult, FamilyResult } from './evaluate.ts'
import { kinds, rowLength } from './examples.ts'
import { type Curves, lastStep, type Plan } from './train.ts'

export interface Card {
  schema: 1
  model: string
  plan: Plan
  parameters: number
  /** Words and pads that went through training. */
  tokens: number
  /** Bytes of the weights file, and how its numbers are stored. */
  bytes: number
  dtype: string
  curves: Curves
  results: FamilyResult[]
  critic: CriticResult[]
  /** Of the sets of four numbers from 1 to 13 that make 24, how many do so without fractions, negative numbers and numbers past 99. */
  sayable: { sets: number; of: number }
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
const within = ({ rate, interval }: { rate: number; interval: Interval }): string =>
  `${percent(rate)} [${(100 * interval[0]).toFixed(1)}, ${(100 * interval[1]).toFixed(1)}]`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map(r => `| ${r.join(' | ')} |`)].join('\n')

const familyNames = {
  three: '3 numbers up to 20, a target they make',
  four: '4 numbers up to 20, a target they make',
  game24: 'Game of 24',
}
const kindNames = {
  three: '3 numbers up to 20',
  four: '4 numbers up to 20',
  cards: '4 numbers up to 13, any target',
  game24: 'Game of 24',
}

/** At most `n` points of a curve, the last among them. */
const thinned = <T>(xs: readonly T[], n: number): T[] => {
  const every = Math.ceil(xs.length / n)
  return xs.filter((_, i) => (xs.length - 1 - i) % every === 0)
}

/** The card as Markdown. */
export function cardText(c: Card): string {
  const { shape, optimiser: a, mix } = c.plan
  const tests = c.results.filter(r => r.split === 'test')
  const early =
    lastStep(c.plan) < c.plan.steps
      ? `, and to nothing over the last tenth of the ${lastStep(c.plan).toLocaleString('en')} that were made`
      : ''
  const ks = Object.keys(tests[0]?.pass ?? {})
  return `# ${c.model}

A decoder-only transformer of the Llama family over number and operator words that solves Countdown and the Game of 24 step by step, and judges its own
unfinished solutions. ${c.parameters.toLocaleString('en')} parameters: width ${shape.width}, ${shape.layers} layers, ${shape.heads} heads, gated feed-forward ${shape.hidden}, context ${shape.context},
vocabulary ${shape.vocabulary}. The file has ${c.bytes.toLocaleString('en')} bytes (${c.dtype}), Llama names.

## What it can do, held out

Puzzles of the test split, never trained on, no choice made by them. Whole solutions; intervals are 95 % (Wilson for greedy, bootstrap over puzzles elsewhere). Sampled
puzzles have many solutions, so uniformly random legal play stands beside it.

${table(
  ['', 'puzzles', 'greedy', ...ks.map(k => `pass@${k}`), ...ks.map(k => `random @${k}`)],
  tests.map(r => [
    familyNames[r.family],
    String(r.puzzles),
    within(r.greedy),
    ...ks.map(k => within(r.pass[Number(k)])),
    ...ks.map(k => percent(r.random[Number(k)].rate)),
  ]),
)}

As a critic, P(${'`<good>`'}) after ${'`<judge>`'}, on unfinished test states that it comes to itself; good: the target can still be made.

${table(
  ['', 'steps taken', 'states', 'good', 'AUC', 'Brier score'],
  c.critic
    .filter(r => r.split === 'test')
    .map(r => [
      familyNames[r.family],
      String(r.depth),
      String(r.states),
      percent(r.good),
      r.auc.rate.toFixed(3) + ` [${r.auc.interval.map(x => x.toFixed(3)).join(', ')}]`,
      r.brier.toFixed(3),
    ]),
)}

## Limits
- Its words are the whole numbers 0 to 99: no fractions, no negative results. Of the ${c.sayable.of.toLocaleString('en')} sets that make 24, ${c.sayable.sets.toLocaleString('en')} do so in its words.
- Three or four numbers; with more it is out of its training.
- Verdicts are about its own words: a state that only a fraction can save is called bad.

## Data
Made while training, nothing stored: each row is a function of (seed, split, step, row). Number sets of the train split only (70 % by a fixed hash of the multiset).

${table(
  ['kind', 'share'],
  kinds.map(k => [kindNames[k], percent(mix.shares[k])]),
)}

${percent(1 - mix.wander)} of the rows are solved puzzles: random play to the end names the target; for the Game of 24 any of all solutions. ${percent(mix.wander)} are wandering play through
good and bad states: there a choice is learnt only where exhaustive search says the target can still be made, its result always, and one state a row is judged.

## Training
${lastStep(c.plan).toLocaleString('en')} steps of ${c.plan.batch} x ${rowLength} words (${(c.tokens / 1e6).toFixed(1)} M), ${(c.curves.seconds / 60).toFixed(0)} minutes of wall clock on one thread. AdamW (${a.beta1}, ${a.beta2}), weight decay ${a.decay}, clipping at ${a.clip},
rate ${c.plan.rate} after ${c.plan.warmup} steps of warm-up, falling along a half cosine over the last ${percent(c.plan.cooling)} of ${c.plan.steps.toLocaleString('en')} steps${early}. Seed ${c.plan.seed}.

Loss in nats a word on the dev split; verdicts apart.

${table(
  ['step', 'words', ...kinds.map(k => kindNames[k]), 'verdicts', 'right verdicts'],
  thinned(c.curves.dev, 14).map(p => [
    String(p.step),
    p.words.toFixed(4),
    ...kinds.map(k => p.byKind[k].toFixed(4)),
    p.verdicts.toFixed(4),
    percent(p.right),
  ]),
)}

Again: \`makeSeedling({ out, seed: ${c.plan.seed}, steps: ${c.plan.steps}${c.plan.until ? `, until: ${c.plan.until}` : ''} })\`. The curves in full are in the JSON beside this card.
`
}

/** Everything in a card that is known without measuring. */
export const cardOf = (
  model: string,
  plan: Plan,
  curves: Curves,
  file: { bytes: number; dtype: string },
  measured: Pick<Card, 'results' | 'critic' | 'sayable'>,
): Card => ({
  schema: 1,
  model,
  plan,
  parameters: parameterCount(plan.shape),
  tokens: lastStep(plan) * plan.batch * rowLength,
  ...file,
  curves,
  ...measured,
})
