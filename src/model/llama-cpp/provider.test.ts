import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Live } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { type Engine, type Shape, seedlingProvider, seedlingShape, sizeOf, tensors, words } from '../seedling/index.ts'
import { createModel } from '../spec.ts'
import { gguf, type LlamaPackage } from './kind.ts'

const shape: Shape = { ...seedlingShape, width: 32, layers: 1, heads: 2, hidden: 32 }
const weights = new Map(
  tensors(shape).map((t, i) => {
    const r = new AddressedRandom(1, i, 0, 'test')
    return [t.name, Float32Array.from({ length: sizeOf(t.shape) }, () => (t.shape.length === 1 ? 1 : 0.4 * r.normal()))]
  }),
)
const own = seedlingProvider(shape, weights, { pages: 2048 })
const root = mkdtempSync(join(tmpdir(), 'gguf-'))
const path = join(root, 'model.gguf')
writeFileSync(path, '')
afterAll(() => rmSync(root, { recursive: true }))

/** llama.cpp as this project uses it, with the seedling's engine inside. Its chat format is the words `<judge>` before and `=` after each turn. */
function fake(engine: Engine, tokens: readonly string[] = words): { package: LlamaPackage; log: string[] } {
  const log: string[] = []
  let history: number[] = []
  const text = (ids: readonly number[]) => ({ tokenize: () => [...ids] })
  const ids = (s: string) => s.split(' ').map(w => words.indexOf(w))
  const model = {
    trainContextSize: 64,
    tokenizer: null,
    fileInfo: { metadata: { tokenizer: { ggml: { tokens } } } },
    tokenize: ids,
    detokenize: (list: readonly number[]) => list.map(i => words[i]).join(' '),
    isEogToken: (t: number) => words[t] === '$',
    dispose: async () => void log.push('model'),
    createContext: async (o: object) => {
      log.push(JSON.stringify(o))
      return {
        dispose: async () => void log.push('context'),
        getSequence: () => ({
          get nextTokenIndex() {
            return history.length
          },
          clearHistory: async () => void (history = []),
          eraseContextTokenRanges: async ([{ start, end }]: { start: number; end: number }[]) => void history.splice(start, end - start),
          controlledEvaluate: async (input: (number | [number, object])[]) =>
            input.map(x => {
              history.push(typeof x === 'number' ? x : x[0])
              if (typeof x === 'number') return undefined
              // Logits are a law up to a constant.
              const law = engine.law(engine.places([history])[0])
              return { next: { logits: new Map(Array.from(law, (l, i) => [i, l + 3])) } }
            }),
        }),
      }
    },
  }
  return {
    log,
    package: {
      getLlama: async () => ({ loadModel: async () => model, dispose: async () => void log.push('llama') }),
      resolveChatWrapper: () => ({
        generateContextState: ({ chatHistory }) => ({
          contextText: text(
            (chatHistory as { type: string; text?: string; response?: string[] }[]).flatMap(m => [
              109,
              ...(m.text ?? m.response!.join(' '))
                .split(' ')
                .filter(Boolean)
                .map(w => words.indexOf(w)),
            ]),
          ),
          stopGenerationTriggers: [text(ids('= ='))],
        }),
      }),
    },
  }
}
const live = (address = 1, signal = new AbortController().signal): Live => ({
  index: 0,
  random: new AddressedRandom(1, address, 0, 'call'),
  randomAt: i => new AddressedRandom(1, address, i, 'sample'),
  signal,
  idempotencyKey: '',
  now: () => 0,
  sleep: async () => {},
})
const prompt = [{ role: 'user' as const, content: '24 : 4 9 10 13 ;' }]
const close = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-5)

test("a file with the seedling's words says what the seedling says, at the same addresses", async () => {
  const m = await gguf(path, { package: fake(own.engine).package })
  expect(m.dialect).toBe('tokens')
  const o = { n: 3, max: 12, temperature: 1.2, topP: 0.95, stop: ['+'] }
  const [a, b] = [await m.sample(prompt, o, live()), await own.sample(prompt, o, live())]
  expect(a.samples.map(s => [s.text, s.finish])).toEqual(b.samples.map(s => [s.text, s.finish]))
  expect(a.usage).toEqual(b.usage)
  a.samples.forEach((s, i) => {
    for (const [j, t] of s.tokens!.entries()) close(t.logprob, b.samples[i].tokens![j].logprob)
  })
  expect(m.max(prompt, { n: 2, max: 5 })).toEqual(own.max(prompt, { n: 2, max: 5 }))
  const [x, y] = [await m.score!(prompt, '10 - 4', live()), await own.score(prompt, '10 - 4', live())]
  close(x.logprob, y.logprob)
  expect(x.usage).toEqual(y.usage)
  const [p, q] = [await m.next!([[1, 2], [3]], live()), await own.next([[1, 2], [3]], live())]
  p.laws.forEach((law, i) => {
    for (const [j, l] of law.entries()) close(l, q.laws[i][j])
  })
  expect((await m.sample(prompt, { ...o, logprobs: false }, live())).samples[0].tokens).toBeUndefined()
})

test('other files are chats in their own format; what ends a turn is not part of the text', async () => {
  const m = await gguf(path, { package: fake(own.engine, ['a', 'b']).package })
  expect(m.dialect).toBe('text')
  const messages = [
    { role: 'system' as const, content: '1 2' },
    { role: 'user' as const, content: '3' },
    { role: 'assistant' as const, content: '4' },
  ]
  expect(m.max(messages, { n: 1, max: 4 }).inputTokens).toBe(4 + 4)
  let ended = 0
  for (let i = 0; i < 40; i++) {
    const [s] = (await m.sample(messages, { n: 1, max: 20 }, live(i))).samples
    const last = words[s.tokens![s.tokens!.length - 1].id]
    expect(s.text.split(' ')).not.toContain('$')
    if (s.finish === 'stop') {
      ended++
      expect(s.text.split(' ').filter(Boolean)).toHaveLength(s.tokens!.length - (last === '$' ? 1 : 2))
    } else expect(s.tokens).toHaveLength(20)
  }
  expect(ended).toBeGreaterThan(0)
})

test('requests wait for each other, and cancelled ones do not run', async () => {
  const m = await gguf(path, { package: fake(own.engine).package })
  const stop = new AbortController()
  const order: number[] = []
  const a = m.sample(prompt, { n: 2, max: 9 }, live(1)).then(r => {
    order.push(1)
    return r
  })
  const b = m.sample(prompt, { n: 2, max: 9 }, live(2, stop.signal))
  const c = m.sample(prompt, { n: 2, max: 3 }, live(3)).then(r => {
    order.push(3)
    return r
  })
  stop.abort(new Error('enough'))
  await expect(b).rejects.toThrow('enough')
  expect((await a).samples.map(s => s.text)).toEqual((await own.sample(prompt, { n: 2, max: 9 }, live(1))).samples.map(s => s.text))
  await c
  expect(order).toEqual([1, 3])
})

test('it closes what it opened, keeps a float32 cache, and refuses what does not fit', async () => {
  const f = fake(own.engine)
  const m = await gguf(path, { package: f.package, context: 10 })
  expect(JSON.parse(f.log[0])).toMatchObject({ contextSize: 10, experimentalKvCacheKeyType: 'F32' })
  await expect(m.sample([{ role: 'user', content: '1 2 3 4 5 6 7 8 9 10' }], { n: 1 }, live())).rejects.toThrow(
    /at most 9 tokens, found 10/,
  )
  await expect(m.next!([[]], live())).rejects.toThrow(/at least one token/)
  await m.close!()
  expect(f.log.slice(1)).toEqual(['context', 'model', 'llama'])
  await expect(createModel('gguf:./none.gguf')).rejects.toThrow(/expected a GGUF file at .*none\.gguf, found none/)
})
