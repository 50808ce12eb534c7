// From nothing to weights in use: trains, writes the file, reads it back, measures what was read.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Provider, Split } from '../../contract/index.ts'
import { AddressedRandom, type Interval, wilson } from '../../kernel/index.ts'
import { parameterCount, readModel, seedlingProvider, writeModel } from '../../model/seedling/index.ts'
import { critiqueBegins, critiqueTokens, drawSequence, sequence, splitOfSequence } from '../../world/index.ts'
import { liveAt, type Trained, type TrainOptions } from '../seedling/index.ts'
import { blemished, type SequenceKind, saidOf, sequenceColumns, sequenceKinds } from './data.ts'
import { trainSequence } from './train.ts'

export interface SequenceResult {
  readonly kind: SequenceKind
  readonly n: number
  readonly rate: number
  readonly interval: Interval
}
/**
 * How good weights are on tasks of a split, at temperature 0: drafts that meet everything, critiques whose verdict is right, mended drafts (by a true critique) that
 * meet everything.
 */
export async function evaluateSequence(model: Provider, split: Split, n: number, seed = 1): Promise<SequenceResult[]> {
  const right: Record<SequenceKind, number> = { draft: 0, check: 0, mend: 0 }
  const ask = async (prompt: string, stop: string, i: number): Promise<string> => {
    const o = { n: 1, temperature: 0, stop: [stop] }
    return (await model.sample([{ role: 'user', content: prompt }], o, liveAt(seed, i))).samples[0].text.trim()
  }
  const r = new AddressedRandom(seed, 0, 0, `sequence evaluation ${split}`)
  const { parse } = sequence.dialects!.tokens
  for (let i = 0; i < n; ) {
    const { task, answer } = drawSequence(r)
    if (splitOfSequence(task) !== split) continue
    const wrong = blemished(answer, r)
    const meets = (text: string): boolean => {
      const xs = parse(text, { task, draft: null, drafts: 0 }, { for: 'step' })
      return 'reject' in xs ? false : critiqueTokens(task, xs).endsWith(' <good> <end>')
    }
    const draft = i % 2 === 0 ? answer : wrong
    const [first, checked, mended] = await Promise.all([
      ask(saidOf(task, null, 'step'), '$', 3 * i),
      ask(`${saidOf(task, draft, 'judgement')} ${critiqueBegins}`, '<end>', 3 * i + 1),
      ask(saidOf(task, wrong, 'step', critiqueTokens(task, wrong)), '$', 3 * i + 2),
    ])
    if (meets(first)) right.draft++
    if (checked.split(' ').slice(-2).join(' ') === critiqueTokens(task, draft).split(' ').slice(-2).join(' ')) right.check++
    if (meets(mended)) right.mend++
    i++
  }
  return sequenceKinds.map(kind => ({ kind, n, rate: right[kind] / n, interval: wilson(right[kind], n) }))
}

export interface MadeSequence {
  readonly trained: Trained
  readonly parameters: number
  readonly bytes: number
  /** Words that went through training, pads included. */
  readonly tokens: number
  readonly results: readonly SequenceResult[]
}
/** The whole way. Stopped by the signal it leaves a checkpoint in `folder` and gives null; called again it goes on from there. @param o.path of the weights */
export async function makeSequence(
  o: Omit<TrainOptions, 'data' | 'mix'> & { path: string; name: string; n?: number },
): Promise<MadeSequence | null> {
  const { path, name, n = 200, ...training } = o
  const trained = await trainSequence(training)
  if (!trained.finished) return null
  const bytes = writeModel(
    trained.plan.shape,
    trained.weights,
    { name, seed: String(trained.plan.seed), steps: String(trained.step) },
    'F16',
  )
  const { shape, weights } = readModel(bytes, name)
  const results = await evaluateSequence(seedlingProvider(shape, weights), 'test', n)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.part`, bytes)
  renameSync(`${path}.part`, path)
  return {
    trained,
    parameters: parameterCount(shape),
    bytes: bytes.length,
    tokens: trained.step * trained.plan.batch * sequenceColumns,
    results,
  }
}
