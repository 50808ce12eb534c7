// The model card: what the weights are, what they were made of, how good they are, and how to make them again.
import type { Interval } from '../../kernel/statistics.ts'
import { parameterCount } from '../../model/seedling/index.ts'
import type { CriticResult, FamilyResult } from './evaluate.ts'
import { kinds, rowLength } from './examples.ts'
import { type Curves, lastStep, type Plan } from './train.ts'

export interface Stage {
  plan: Plan
  curves: Curves
}
/** Rounds of a learning loop, after the stages. */
export interface LoopStage {
  loop: string
  world: string
  /** Weights it began with. */
  model: string
  parts: string
  seed: number
  /** Calls of a round's searches. */
  spend: number
  rounds: number
  /** The mean of these rounds' weights, and how far towards it from the weights before. */
  averaged: readonly [from: number, to: number]
  share: number
  /** Tokens trained. */
  tokens: number
  /** Changes of its training. */
  tune?: Record<string, unknown>
  /** On the test split: what the weights before it did, and by how much its first answers are better, families weighed alike. */
  before: { results: FamilyResult[]; greedy: { mean: number; interval: Interval } }
}
export interface Card {
  schema: 1
  model: string
  /** Plans in the order in which they were run, each from the weights of the one before it, with their curves. */
  stages: Stage[]
  /** What learning loops made of them, in their order. */
  loops?: LoopStage[]
  parameters: number
  /** Words and pads that went through training. */
  tokens: number
  /** Bytes of the weights file, and how its numbers are stored. */
  bytes: number
  dtype: string
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

function stageText({ plan: p, curves }: Stage, i: number, of: number): string {
  const { optimiser: a, mix } = p
  const last = lastStep(p)
  const early = last < p.steps ? `, and to nothing over the last tenth of the ${last.toLocaleString('en')} that were made` : ''
  return `${of > 1 ? `### Stage ${i + 1}\n\n` : ''}${last.toLocaleString('en')} steps of ${p.batch} x ${rowLength} words (${((last * p.batch * rowLength) / 1e6).toFixed(1)} M), ${(curves.seconds / 60).toFixed(0)} minutes of wall clock on one thread. AdamW (${a.beta1}, ${a.beta2}), weight decay ${a.decay}, clipping at ${a.clip},
rate ${p.rate} after ${p.warmup} steps of warm-up, falling along a half cosine over the last ${percent(p.cooling)} of ${p.steps.toLocaleString('en')} steps${early}. Seed ${p.seed}.
Rows: ${kinds.map(k => `${kindNames[k]} ${percent(mix.shares[k])}`).join('; ')}. Wandering: ${percent(mix.wander)} of each.

${table(
  ['step', 'words', ...kinds.map(k => kindNames[k]), 'verdicts', 'right verdicts'],
  thinned(curves.dev, 14).map(d => [
    String(d.step),
    d.words.toFixed(4),
    ...kinds.map(k => d.byKind[k].toFixed(4)),
    d.verdicts.toFixed(4),
    percent(d.right),
  ]),
)}
`
}

function loopText({ loop, world, model, parts, seed, spend, rounds, averaged, share, tokens, tune, before }: LoopStage): string {
  const points = (x: number): string => `${x > 0 ? '+' : ''}${(100 * x).toFixed(1)}`
  const { mean, interval } = before.greedy
  return `### By a loop: ${loop}

${rounds} rounds of ${spend.toLocaleString('en')} calls on ${world}, from ${model}, seed ${seed}${parts === 'both' ? '' : `, ${parts} only`}${
    tune === undefined
      ? ''
      : `, with ${Object.entries(tune)
          .map(([k, v]) => `${k} ${v}`)
          .join(', ')}`
  }: ${(tokens / 1e6).toFixed(1)} M tokens. Of these the mean of the weights of rounds ${averaged[0]} to ${averaged[1]}, ${percent(share)} of the
way from the weights before (both chosen on dev puzzles). On test puzzles its
first answers are ${points(mean)} points better [${interval.map(points).join(', ')}] than those of the weights before it, the three families weighed alike. Those did:

${table(
  ['', 'greedy', 'pass@1', 'pass@8', 'pass@32'],
  before.results.map(r => [familyNames[r.family], within(r.greedy), ...[1, 8, 32].map(k => within(r.pass[k]))]),
)}
`
}

const againText = ({ loop, world, model, seed, spend, rounds, tune, averaged, share }: LoopStage): string => ` The loop, where the shipped
weights are those of the stages: \`loop(loopNamed('${loop}'), { store, name,
world: '${world}', model: '${model}', seed: ${seed}, spend: ${spend}, rounds: ${rounds}${tune === undefined ? '' : `, tune: ${JSON.stringify(tune)}`} })\`, and
\`npm run loops:ship -- --store DIR --name NAME --rounds ${averaged.join('-')} --share ${share} --write\`.`

/** The card as Markdown. */
export function cardText(c: Card): string {
  const { shape } = c.stages[0].plan
  const tests = c.results.filter(r => r.split === 'test')
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

Solved rows: random play to the end names the target; for the Game of 24 any of all solutions. Wandering rows go through good and bad states alike: there a
choice is learnt only where exhaustive search says the target can still be made, its result always, and one state a row is judged.

## Training
Loss in nats a word on the dev split, over rows mixed as in training; verdicts apart.

${[...c.stages.map((s, i) => stageText(s, i, c.stages.length)), ...(c.loops ?? []).map(loopText)].join('\n')}
Again: \`makeSeedling({ out })\`, where the plans are those of the JSON beside this card; the curves are there in full. Same plans, same weights, bit for bit,
on one kind of machine.${(c.loops ?? []).map(againText).join('')}
`
}

/** A card from what was done and what was measured. */
export const cardOf = (
  model: string,
  stages: Stage[],
  file: { bytes: number; dtype: string },
  measured: Pick<Card, 'results' | 'critic' | 'sayable'>,
): Card => ({
  schema: 1,
  model,
  stages,
  parameters: parameterCount(stages[0].plan.shape),
  tokens: stages.reduce((a, { plan }) => a + lastStep(plan) * plan.batch * rowLength, 0),
  ...file,
  ...measured,
})
