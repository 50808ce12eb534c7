import { describe, expect, test } from 'vitest'
import type { Live } from '../contract/index.ts'
import { game24 } from '../world/index.ts'
import type { ModelKind } from './kind.ts'
import { scripted } from './scripted.ts'
import { createModel, modelKinds, parseModel } from './spec.ts'

const live = { index: 0, signal: new AbortController().signal, idempotencyKey: 'k', now: () => 0, sleep: async () => {} } as unknown as Live
const other: ModelKind = {
  kind: 'openai',
  describe: 'A test',
  example: 'openai:NAME',
  rest: 'name',
  create: s => scripted(['hi'], { id: s.text }),
}
const plain: ModelKind = {
  kind: 'seedling',
  describe: 'A test',
  example: 'seedling@NAME',
  rest: 'none',
  create: s => scripted(['hi'], { id: s.text }),
}

describe('model names', () => {
  test('are taken apart', () => {
    expect(parseModel('simulated')).toEqual({ kind: 'simulated', name: '', options: {}, text: 'simulated' })
    expect(parseModel('simulated:error=0.1, width=8')).toMatchObject({ options: { error: 0.1, width: 8 } })
    expect(parseModel('openai:org/gpt-5:free,x=1', [other])).toMatchObject({ kind: 'openai', name: 'org/gpt-5:free,x=1' })
    expect(parseModel('seedling@mine', [plain])).toMatchObject({ kind: 'seedling', name: 'mine' })
  })
  test.each([
    ['simulated:eror=0.1', 'no option "eror"; did you mean error?'],
    ['simulated:error=x', 'option error is a number, found "x"'],
    ['simulated:error=1.5', 'option error is from 0 to 1, found 1.5'],
    ['simulated:width=0', 'option width is at least 1, found 0'],
    ['simulated:width=2.5', 'option width is a whole number, found "2.5"'],
    ['simulated:error', 'option error has no value'],
    ['simulated:error=0.1,error=0.2', 'option error is given twice'],
    ['simulatd:error=0.1', 'no model "simulatd:error=0.1"; did you mean simulated?'],
    ['', 'no model ""'],
    ['openai', 'openai needs a name'],
    ['seedling:x', 'seedling takes nothing after a colon, found "x"'],
  ])('%s: %s', (text, why) => {
    expect(() => parseModel(text, [...modelKinds, other, plain])).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }),
    )
  })
  test('make providers; the id says what differs', async () => {
    const m = await createModel('simulated:error=0.1,width=8,input=2', { oracle: game24.oracle })
    expect(m.id).toBe('simulated:error=0.1')
    expect(m.price).toEqual({ input: 2, output: 0, request: 0 })
    expect(m.clock).toBe('virtual')
    expect((await createModel('openai:x', {}, [other])).id).toBe('openai:x')
  })
  test('a world without an oracle is one clear line', async () => {
    await expect(createModel('simulated', { world: 'web' })).rejects.toThrow('world web has no oracle, which a simulated model needs')
  })
  test('every kind says itself in one line, and its example is read', () => {
    for (const k of modelKinds) {
      expect(k.describe).toMatch(/^[^\n]{10,120}$/)
      expect(parseModel(k.example).kind).toBe(k.kind)
    }
  })
})

describe('scripted', () => {
  test('a list in order of asking, then it refuses; calls are kept', async () => {
    const m = scripted(['a', { text: 'b', finish: 'cut' }, 'c'])
    expect((await m.sample([{ role: 'user', content: 'x' }], { n: 2 }, live)).samples).toEqual([
      { text: 'a', finish: 'stop' },
      { text: 'b', finish: 'cut' },
    ])
    expect((await m.sample([{ role: 'user', content: 'y' }], { n: 1, temperature: 0 }, live)).usage).toEqual({
      calls: 1,
      requests: 1,
      inputTokens: 1,
      outputTokens: 1,
    })
    await expect(m.sample([], { n: 1 }, live)).rejects.toMatchObject({ code: 'refused' })
    expect(m.calls.map(c => [c.messages[0]?.content, c.sampling.n])).toEqual([
      ['x', 2],
      ['y', 1],
      [undefined, 1],
    ])
  })
  test('a function of messages and index; errors are thrown', async () => {
    const m = scripted((messages, i) => (i > 1 ? new Error('down') : `${messages.length}/${i}`))
    expect((await m.sample([], { n: 2 }, live)).samples.map(x => x.text)).toEqual(['0/0', '0/1'])
    await expect(m.sample([], { n: 1 }, { ...live, index: 2 })).rejects.toThrow('down')
  })
})
