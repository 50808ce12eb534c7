import { expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/random.ts'
import { readGguf, writeGguf } from './gguf.ts'
import { huggingFaceFiles } from './huggingface.ts'
import { llamaConfig, llamaName, readModel, writeModel } from './llama.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { type Shape, seedlingShape, sizeOf, tensors, type Weights } from './shape.ts'

const shape: Shape = { ...seedlingShape, width: 16, layers: 2, heads: 2, hidden: 24 }
const weights: Weights = new Map(
  tensors(shape).map((t, i) => {
    const r = new AddressedRandom(1, i, 0, 'test')
    return [t.name, Float32Array.from({ length: sizeOf(t.shape) }, () => r.normal())]
  }),
)

test('a weights file is read as it was written', () => {
  const read = readModel(writeModel(shape, weights, { note: 'x' }), 'x')
  expect(read.shape).toEqual(shape)
  expect(read.weights).toEqual(weights)
  expect(read.metadata.note).toBe('x')
  const half = readModel(writeModel(shape, weights, {}, 'F16'), 'x').weights
  for (const [name, data] of weights)
    for (const [i, x] of data.entries()) expect(Math.abs(half.get(name)![i] - x)).toBeLessThan(Math.abs(x) * 1e-3 + 1e-6)
})

test('weights of another shape, or lacking one, are refused in one line', () => {
  const file = readSafetensors(writeModel(shape, weights), 'x')
  const wrong = (change: (t: typeof file.tensors) => void, s: unknown = shape) => {
    const tensorsNow = new Map(file.tensors)
    change(tensorsNow)
    return () => readModel(writeSafetensors(tensorsNow, { shape: JSON.stringify(s) }), 'w.safetensors')
  }
  expect(wrong(t => t.delete('lm_head.weight'))).toThrow('w.safetensors: expected lm_head.weight of shape [128,16], found none')
  expect(wrong(() => {}, { ...shape, hidden: 32 })).toThrow(
    'w.safetensors: expected model.layers.0.mlp.gate_proj.weight of shape [32,16], found [24,16]',
  )
  expect(wrong(() => {}, { ...shape, heads: 3 })).toThrow(/even multiple of the heads/)
  expect(() => readModel(writeSafetensors(file.tensors), 'w')).toThrow(/expected the shape of the network in the metadata/)
})

test('a Hugging Face folder has Llama names and shapes, and the words', () => {
  const files = huggingFaceFiles(shape, weights)
  expect([...files.keys()].sort()).toEqual([
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ])
  const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name)))
  expect(json('config.json')).toMatchObject({
    model_type: 'llama',
    hidden_size: 16,
    intermediate_size: 24,
    num_attention_heads: 2,
    vocab_size: 128,
    torch_dtype: 'float32',
  })
  expect(llamaConfig(shape, 'BF16').torch_dtype).toBe('bfloat16')
  expect(json('tokenizer.json').model.vocab).toMatchObject({ '0': 0, '99': 99, $: 108, '<judge>': 109 })
  const { tensors: found } = readSafetensors(files.get('model.safetensors')!, 'x')
  expect(found.get('model.layers.1.mlp.down_proj.weight')!.shape).toEqual([16, 24])
  // [outputs, inputs] there, [inputs, outputs] here.
  expect(found.get('model.layers.1.mlp.down_proj.weight')!.data[3 * 24 + 5]).toBe(weights.get('layers.1.down')![5 * 16 + 3])
  expect(found.get('model.embed_tokens.weight')!.data).toEqual(weights.get('embed'))
  expect(found.size).toBe(tensors(shape).length)
})

test('GGUF: what is written is read, queries and keys in pairs side by side', () => {
  const { pairs, tensors: found } = readGguf(writeGguf(shape, weights, 'tiny'), 'x')
  expect(pairs).toMatchObject({
    'general.architecture': 'llama',
    'general.name': 'tiny',
    'llama.block_count': 2,
    'llama.attention.head_count': 2,
    'llama.rope.freq_base': 10000,
    'tokenizer.ggml.eos_token_id': 108,
    'tokenizer.ggml.add_bos_token': false,
  })
  expect((pairs['tokenizer.ggml.tokens'] as string[])[108]).toBe('$')
  expect(found.size).toBe(tensors(shape).length)
  expect(found.get('blk.1.ffn_down.weight')!.dims).toEqual([24, 16])
  expect(found.get('blk.1.ffn_down.weight')!.data[3 * 24 + 5]).toBe(weights.get('layers.1.down')![5 * 16 + 3])
  // Head 1 has outputs 8..15: coordinate 2 of the first half (output 10) goes to 8 + 2 * 2, its partner (output 14) right after it.
  const q = found.get('blk.0.attn_q.weight')!.data
  const source = weights.get('layers.0.query')!
  for (let i = 0; i < 16; i++) {
    expect(q[12 * 16 + i]).toBe(source[i * 16 + 10])
    expect(q[13 * 16 + i]).toBe(source[i * 16 + 14])
  }
  const half = readGguf(writeGguf(shape, weights, 'tiny', 'F16'), 'x').tensors
  expect(half.get('output_norm.weight')!.data).toEqual(weights.get('norm'))
  expect(half.get('token_embd.weight')!.data[7]).toBeCloseTo(weights.get('embed')![7], 2)
})

test('GGUF: a file cut off is refused', () => {
  const whole = writeGguf(shape, weights)
  for (const n of [0, 10, 100, 3000, whole.length - 40]) expect(() => readGguf(whole.subarray(0, n), 'g')).toThrow(/^g: expected/)
})

test('names map one to one', () => {
  const names = tensors(shape).map(t => llamaName(t.name))
  expect(new Set(names).size).toBe(names.length)
  expect(names[2]).toBe('model.layers.0.self_attn.q_proj.weight')
})
