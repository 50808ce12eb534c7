// npm run loops:ship -- --store DIR --name LOOP [--round N] [--write]: do the weights of a loop's round replace the shipped ones?
// Without --round: every round on dev puzzles, and which of them is best there. With it: that round and the shipped weights on test puzzles, greedy
// answer by greedy answer; it ships where it is better over all three families by its interval and worse in none. --write then puts weights and card in place.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Provider } from '../../src/contract/index.ts'
import { average } from '../../src/kernel/index.ts'
import {
  type Card,
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
import type { LoopState } from '../../src/loop/loop.ts'
import {
  decode,
  loadSeedling,
  readModel,
  seedlingProvider,
  shippedWeights,
  weightsPath,
  writeModel,
} from '../../src/model/seedling/index.ts'
import { type Change, minus, over } from './differences.ts'

const { values } = parseArgs({
  options: { store: { type: 'string' }, name: { type: 'string' }, round: { type: 'string' }, write: { type: 'boolean', default: false } },
})
const { store, name } = values
if (store === undefined || name === undefined) {
  process.stderr.write('loops:ship wants --store DIR and --name LOOP\n')
  process.exit(2)
}
const state = JSON.parse(readFileSync(join(store, 'loops', name, 'loop.json'), 'utf8')) as LoopState

type Split = 'dev' | 'test'
/** First answers, 0 or 1 a puzzle. */
async function greedy(model: Provider, family: Family, split: Split): Promise<number[]> {
  const out: number[] = []
  for (const [i, p] of puzzles(family, split, 400).entries()) {
    const content = decode(promptTokens(p.numbers, p.target))
    const r = await model.sample([{ role: 'user', content }], { n: 1, temperature: 0, stop: ['$'], logprobs: false }, liveAt(1, i))
    out.push(Number(solves(p, r.samples[0].text)))
  }
  return out
}
const allOf = async (model: Provider, split: Split): Promise<Record<Family, number[]>> =>
  Object.fromEntries(await Promise.all(families.map(async f => [f, await greedy(model, f, split)] as const))) as Record<Family, number[]>

/** A round's weights as they would be stored: in half precision, read back. */
function stored(model: string): { bytes: Uint8Array; provider: Provider } {
  const id = model.slice('seedling@'.length)
  const from = loadSeedling(weightsPath(join(store!, 'models'), id))
  const bytes = writeModel(from.shape, from.weights, { name: 'seedling', loop: name! }, 'F16')
  const { shape, weights } = readModel(bytes, id)
  return { bytes, provider: seedlingProvider(shape, weights) }
}
const shipped = (): Provider => {
  const { shape, weights } = loadSeedling(shippedWeights)
  return seedlingProvider(shape, weights)
}
const line = (of: Record<Family, number[]>): string => families.map(f => `${f} ${(100 * average(of[f])).toFixed(1)} %`).join(', ')

if (values.round === undefined) {
  const file = join(store, `dev-${name}.json`)
  const seen: Record<string, Record<Family, number[]>> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const mean = (of: Record<Family, number[]>): number => average(families.map(f => average(of[f])))
  for (const r of state.rounds) {
    const key = String(r.round)
    seen[key] ??= await allOf(r.round === 0 ? shipped() : stored(r.policy).provider, 'dev')
    writeFileSync(file, JSON.stringify(seen))
    process.stdout.write(`round ${r.round}: ${line(seen[key])}; mean ${(100 * mean(seen[key])).toFixed(2)} %\n`)
  }
  const best = Object.keys(seen).sort((a, b) => mean(seen[b]) - mean(seen[a]))[0]
  process.stdout.write(`best on dev: round ${best}\n`)
  process.exit(0)
}

const round = state.rounds[Number(values.round)]
const { bytes, provider } = stored(round.policy)
const [before, after] = [await allOf(shipped(), 'test'), await allOf(provider, 'test')]
const changes = Object.fromEntries(families.map(f => [f, over(minus([after[f]], [before[f]]))])) as Record<Family, Change>
// Families weigh the same, whatever the number of their puzzles.
const weighed = (of: Record<Family, number[]>): number[] => {
  const all = families.reduce((n, f) => n + of[f].length, 0)
  return families.flatMap(f => of[f].map(v => (v * all) / (families.length * of[f].length)))
}
const together = over(minus([weighed(after)], [weighed(before)]))
const better = together.interval[0] > 0 && families.every(f => changes[f].interval[1] >= 0)
const bits = (of: Record<Family, number[]>) => Object.fromEntries(families.map(f => [f, of[f].join('')]))
const out = join(import.meta.dirname, '../results/loops-shipping.json')
writeFileSync(
  out,
  `${JSON.stringify({ schema: 1, name, plan: state.plan, round: round.round, better, together, changes, before: bits(before), after: bits(after) }, null, 1)}\n`,
)
process.stdout.write(
  `shipped: ${line(before)}\nround ${round.round}: ${line(after)}\ntogether ${JSON.stringify(together)}\n${JSON.stringify(changes)}\n`,
)
process.stdout.write(better ? 'better\n' : 'not better: the shipped weights stay\n')
if (better && values.write) {
  const folder = join(shippedWeights, '..')
  const card = readCard(join(folder, 'card.json'))
  const { loop, world, model, parts, seed, spend, tune } = state.plan
  const tokens = state.rounds
    .slice(1, round.round + 1)
    .reduce((n, r) => n + (r.trained.policy?.tokens ?? 0) + (r.trained.value?.tokens ?? 0), 0)
  const stage: LoopStage = {
    ...{ loop, world, model, parts, seed, spend, rounds: round.round, tokens },
    ...(tune === undefined ? {} : { tune: { ...tune } }),
    before: { results: card.results.filter(r => r.split === 'test'), greedy: together },
  }
  const made: Card = { ...card, bytes: bytes.length, results: [], critic: [], loops: [...(card.loops ?? []), stage] }
  for (const split of ['dev', 'test'] as const)
    for (const family of families) {
      made.results.push(await evaluatePuzzles(provider, family, split, { n: 400, samples: 32 }))
      made.critic.push(...(await evaluateCritic(provider, family, split, { n: 400 })))
    }
  writeFileSync(shippedWeights, bytes)
  writeFileSync(join(folder, 'card.json'), `${JSON.stringify(made, null, 1)}\n`)
  writeFileSync(join(folder, 'card.md'), cardText(made))
}
process.exit(0)
