import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { scripted } from '../../model/index.ts'
import { decode, loadSeedling } from '../../model/seedling/index.ts'
import { critiqueTokens, drawSequence, type SequenceState, sequence } from '../../world/index.ts'
import { blemished, sequenceColumns, sequenceData, sequenceExample, sequenceKinds } from './data.ts'
import { evaluateSequence, makeSequence } from './make.ts'
import { sequenceShape } from './train.ts'

const { parse } = sequence.dialects!.tokens
const signs = { '/': 'count', '+': 'sum', '-': 'spread', '=': 'includes', '*': 'multiple' } as const
/** The task that a row begins with. */
function taskOf(text: string): string {
  const words = text.slice(0, text.indexOf(' ;')).split(' ')
  return words.flatMap((w, i) => (i % 2 === 0 ? [`${signs[w as keyof typeof signs]}=${words[i + 1]}`] : [])).join(' ')
}

test('rows: drafts and mended drafts meet everything, critiques are true, and only the reply carries loss', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 300; i++) {
    const e = sequenceExample(1, 'train', 2, i)
    seen.add(e.kind)
    expect(e.tokens.length - 1 + e.judged.length).toBeLessThanOrEqual(sequenceColumns)
    const reply = decode(e.tokens.filter((_, t) => e.says[t]))
    const text = decode(e.tokens)
    expect(text.endsWith(reply)).toBe(true)
    const start = sequence.start(taskOf(text)) as SequenceState
    if (e.kind === 'check') {
      const [, draft] = /; ([\d ]+) \$ <critique>/.exec(text)!
      expect(reply).toBe(critiqueTokens(start.task, draft.split(' ').map(Number)))
      expect(e.judged).toEqual([
        { length: text.slice(0, text.indexOf(' <critique>')).split(' ').length, good: reply.endsWith('<good> <end>') },
      ])
    } else {
      const xs = parse(reply, start, { for: 'step' }) as number[]
      expect(sequence.outcome(sequence.step(start, xs))!.reward).toBe(1)
    }
  }
  expect([...seen].sort()).toEqual([...sequenceKinds].sort())
  const data = sequenceData()
  expect(data.batch(1, 'train', 3, 4)).toEqual(data.batch(1, 'train', 3, 4))
})
test('a blemished draft differs in a few places and stays one', () => {
  for (let i = 0; i < 100; i++) {
    const r = new AddressedRandom(i, 0, 0, 'blemish')
    const { answer } = drawSequence(r)
    const xs = blemished(answer, r)
    expect(xs.length).toBeGreaterThan(0)
    expect(Math.abs(xs.length - answer.length)).toBeLessThanOrEqual(2)
    expect(xs.every(x => x >= 1 && x <= 30)).toBe(true)
  }
})

describe('training', () => {
  const root = mkdtempSync(join(tmpdir(), 'sequence-'))
  afterAll(() => rmSync(root, { recursive: true }))
  test('the whole way in small: weights that are read, and what they can', async () => {
    const path = join(root, 'models', 'x', 'model.safetensors')
    const shape = { ...sequenceShape, width: 16, layers: 1, heads: 2, hidden: 16 }
    const made = (await makeSequence({ shape, steps: 2, batch: 2, path, name: 'x', n: 4, folder: join(root, 'x') }))!
    expect(made.results.map(r => [r.kind, r.n])).toEqual(sequenceKinds.map(k => [k, 4]))
    expect(made.tokens).toBe(2 * 2 * sequenceColumns)
    expect(loadSeedling(path).shape).toEqual(shape)
    const stopped = await makeSequence({ shape, steps: 2, batch: 2, path: `${path}2`, name: 'x', signal: AbortSignal.abort() })
    expect([stopped, existsSync(`${path}2`)]).toEqual([null, false])
  })
  test('a model that knows scores everything, one that does not nothing', async () => {
    const knows = scripted(
      ms => {
        const text = ms[0].content
        const start = sequence.start(taskOf(text)) as SequenceState
        const draft = /; ([\d ]+) \$ <critique>$/.exec(text)
        if (draft) return critiqueTokens(start.task, draft[1].split(' ').map(Number))
        return `${sequence.oracle!.moves({ constraints: start.task, draft: null, left: 1 })[0].text} $`
      },
      { dialect: 'tokens' },
    )
    expect((await evaluateSequence(knows, 'dev', 20)).map(r => r.rate)).toEqual([1, 1, 1])
    expect(
      (
        await evaluateSequence(
          scripted(() => '1 $', { dialect: 'tokens' }),
          'dev',
          20,
        )
      ).map(r => r.rate),
    ).toEqual([0, 0, 0])
  })
})
