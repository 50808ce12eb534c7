// npm run loops:ship -- --store DIR --name LOOP [--rounds FROM-TO --share S [--write]]: do the weights of a loop take the place of the shipped ones?
// Without --rounds: first answers to dev puzzles by each round, to choose by. With it: the mean of those rounds' weights, S of the way from the shipped
// ones (Wortsman et al. 2022, arXiv:2203.05482 and arXiv:2109.01903), beside the shipped ones on test puzzles, puzzle by puzzle. They ship where first
// answers are better over the three families by their interval, and nothing else that the card tells is worse by its own. --write puts weights and card in place.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Provider } from '../../src/contract/index.ts'
import { average, passAtK } from '../../src/kernel/index.ts'
import {
  type Card,
  type CriticResult,
  cardText,
  evaluateCritic,
  evaluatePuzzles,
  type Family,
  families,
  type LoopStage,
  liveAt,
  promptTokens,
  puzzles,
  readCard,
  solves,
} from '../../src/learn/seedling/index.ts'
import type { LoopState } from '../../src/loop/round.ts'
import {
  decode,
  loadSeedling,
  readModel,
  seedlingProvider,
  shippedWeights,
  type Weights,
  weightsPath,
  writeModel,
} from '../../src/model/seedling/index.ts'
import { type Change, minus, over } from './differences.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    name: { type: 'string' },
    rounds: { type: 'string' },
    share: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const { store, name } = values
if (store === undefined || name === undefined) {
  process.stderr.write('loops:ship wants --store DIR and --name LOOP\n')
  process.exit(2)
}
const state = JSON.parse(readFileSync(join(store, 'loops', name, 'loop.json'), 'utf8')) as LoopState

type Split = 'dev' | 'test'
type ByFamily<T> = Record<Family, T>
const byFamily = async <T>(f: (family: Family) => Promise<T>): Promise<ByFamily<T>> =>
  Object.fromEntries(await Promise.all(families.map(async x => [x, await f(x)] as const))) as ByFamily<T>

/** Right answers of each puzzle, of `n`; one is the likeliest, several are drawn at temperature 1. */
async function rightOf(model: Provider, family: Family, split: Split, n: number, many = 400): Promise<number[]> {
  return Promise.all(
    puzzles(family, split, many).map(async (p, i) => {
      const content = decode(promptTokens(p.numbers, p.target))
      const how = { n, temperature: n === 1 ? 0 : 1, stop: ['$'], logprobs: false }
      const r = await model.sample([{ role: 'user', content }], how, liveAt(1, i))
      return r.samples.filter(s => solves(p, s.text)).length
    }),
  )
}
const before = loadSeedling(shippedWeights)
const weightsOf = (model: string): Weights =>
  model === 'seedling' ? before.weights : loadSeedling(weightsPath(join(store!, 'models'), model.slice('seedling@'.length))).weights
/** As they would be stored: in half precision, read back. */
function stored(all: readonly Weights[], share: number): { bytes: Uint8Array; provider: Provider } {
  const mixed: Weights = new Map(
    [...before.weights].map(([k, v]) => [k, Float32Array.from(v, (x, i) => (1 - share) * x + share * average(all.map(w => w.get(k)![i])))]),
  )
  const bytes = writeModel(before.shape, mixed, { name: 'seedling', loop: name! }, 'F16')
  const { shape, weights } = readModel(bytes, name!)
  return { bytes, provider: seedlingProvider(shape, weights) }
}
const percents = (of: ByFamily<number[]>): string => families.map(f => `${f} ${(100 * average(of[f])).toFixed(1)} %`).join(', ')

if (values.rounds === undefined) {
  const file = join(store, `dev-${name}.json`)
  const seen: Record<string, ByFamily<number[]>> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  for (const r of state.rounds) {
    const key = String(r.round)
    seen[key] ??= await byFamily(f => rightOf(stored([weightsOf(r.policy)], 1).provider, f, 'dev', 1))
    writeFileSync(file, JSON.stringify(seen))
    const mean = average(families.map(f => average(seen[key][f])))
    process.stdout.write(`round ${r.round}: ${percents(seen[key])}; mean ${(100 * mean).toFixed(2)} %\n`)
  }
  process.exit(0)
}

const [from, to] = values.rounds.split('-').map(Number)
const share = Number(values.share)
const taken = state.rounds.filter(r => r.round >= from && r.round <= to)
if (taken.length === 0 || !(share > 0 && share <= 1)) {
  process.stderr.write('loops:ship wants --rounds FROM-TO of rounds that are there, and a share in (0, 1]\n')
  process.exit(2)
}
const now = seedlingProvider(before.shape, before.weights)
const { bytes, provider } = stored(
  taken.map(r => weightsOf(r.policy)),
  share,
)
const samples = 32
const measured = async (model: Provider) => ({
  // Of four numbers there are puzzles enough for a narrow interval.
  greedy: await byFamily(f => rightOf(model, f, 'test', 1, f === 'four' ? 2400 : 400)),
  drawn: await byFamily(f => rightOf(model, f, 'test', samples)),
})
type Seen = Awaited<ReturnType<typeof measured>>
const old = await measured(now)
const made = await measured(provider)
/** Families weigh the same, whatever the number of their puzzles. */
function together(score: (m: Seen, f: Family) => number[]): Change {
  const weighed = (m: Seen): number[] => {
    const all = families.reduce((n, f) => n + score(m, f).length, 0)
    return families.flatMap(f => score(m, f).map(v => (v * all) / (families.length * score(m, f).length)))
  }
  return over(minus([weighed(made)], [weighed(old)]))
}
const pass = (k: number) => (m: Seen, f: Family) => m.drawn[f].map(c => passAtK(samples, c, k))
const changes = {
  greedy: together((m, f) => m.greedy[f]),
  ...Object.fromEntries([1, 8, 32].map(k => [`pass@${k}`, together(pass(k))])),
}
const greedyBy = Object.fromEntries(families.map(f => [f, over(minus([made.greedy[f]], [old.greedy[f]]))])) as ByFamily<Change>
const critics = async (model: Provider): Promise<CriticResult[]> =>
  (await Promise.all(families.map(f => evaluateCritic(model, f, 'test', { n: 400 })))).flat()
const [oldCritic, madeCritic] = [await critics(now), await critics(provider)]
const better =
  changes.greedy.interval[0] > 0 &&
  [...Object.values(changes), ...Object.values(greedyBy)].every(c => c.interval[1] >= 0) &&
  madeCritic.every((c, i) => c.auc.interval[1] >= oldCritic[i].auc.rate)
const { plan } = state
const auc = (cs: readonly CriticResult[]) => cs.map(({ family, depth, auc }) => ({ family, depth, ...auc }))
writeFileSync(
  join(import.meta.dirname, '../results/loops-shipping.json'),
  `${JSON.stringify(
    {
      ...{ schema: 1, name, plan, rounds: [from, to], share, better, changes, greedyBy, old: { ...old, critic: auc(oldCritic) } },
      made: { ...made, critic: auc(madeCritic) },
    },
    (_, v) => (Array.isArray(v) && v.length > 100 ? v.join(' ') : v),
    1,
  )}\n`,
)
process.stdout.write(`shipped: ${percents(old.greedy)}\nthese: ${percents(made.greedy)}\n`)
for (const [what, c] of [...Object.entries(changes), ...Object.entries(greedyBy)])
  process.stdout.write(`${what}: ${(100 * c.mean).toFixed(2)} [${c.interval.map(x => (100 * x).toFixed(2)).join(', ')}]\n`)
for (const [i, c] of madeCritic.entries())
  process.stdout.write(`critic ${c.family} ${c.depth}: ${oldCritic[i].auc.rate.toFixed(3)}, now ${c.auc.rate.toFixed(3)}\n`)
process.stdout.write(better ? 'better\n' : 'not better: the shipped weights stay\n')
if (better && values.write) {
  const folder = join(shippedWeights, '..')
  const card = readCard(join(folder, 'card.json'))
  const { loop, world, model, parts, seed, spend, tune } = plan
  const upTo = state.rounds.slice(1, to + 1)
  const stage: LoopStage = {
    ...{ loop, world, model, parts, seed, spend, rounds: to, averaged: [from, to], share },
    ...(tune === undefined ? {} : { tune: { ...tune } }),
    tokens: upTo.reduce((n, r) => n + (r.trained.policy?.tokens ?? 0) + (r.trained.value?.tokens ?? 0), 0),
    before: { results: card.results.filter(r => r.split === 'test'), greedy: changes.greedy },
  }
  const next: Card = { ...card, bytes: bytes.length, results: [], critic: [], loops: [...(card.loops ?? []), stage] }
  for (const split of ['dev', 'test'] as const)
    for (const family of families) {
      next.results.push(await evaluatePuzzles(provider, family, split, { n: 400, samples }))
      next.critic.push(...(await evaluateCritic(provider, family, split, { n: 400 })))
    }
  writeFileSync(shippedWeights, bytes)
  writeFileSync(join(folder, 'card.json'), `${JSON.stringify(next, null, 1)}\n`)
  writeFileSync(join(folder, 'card.md'), cardText(next))
}
process.exit(0)
