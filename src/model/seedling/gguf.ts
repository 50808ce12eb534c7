// The GGUF format of llama.cpp: little-endian header with typed key-value pairs, tensor table, aligned data.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { Failure } from '../../kernel/failure.ts'
import { transposed } from './llama.ts'
import { decodeNumbers, encodeNumbers } from './safetensors.ts'
import { type Shape, sizeOf, tensors, type Weights } from './shape.ts'
import { token, words } from './vocabulary.ts'

const alignment = 32
const types = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 } as const
const ggml = { F32: 0, F16: 1 } as const

const names: Record<string, string> = {
  embed: 'token_embd',
  norm: 'output_norm',
  head: 'output',
  norm1: 'attn_norm',
  query: 'attn_q',
  key: 'attn_k',
  value: 'attn_v',
  out: 'attn_output',
  norm2: 'ffn_norm',
  gate: 'ffn_gate',
  up: 'ffn_up',
  down: 'ffn_down',
}
const ggufName = (name: string): string => {
  const [, layer, part] = name.split('.')
  return part === undefined ? `${names[name]}.weight` : `blk.${layer}.${names[part]}.weight`
}

/**
 * Rows of a query or key matrix in llama.cpp's order. There the two coordinates of a rotary pair stand side by side; in the Llama layout they
 * are half a head apart. @param m [width, width], outputs first
 */
function interleaved(m: Float32Array, s: Shape): Float32Array {
  const { width: d, heads } = s
  const size = d / heads
  const half = size / 2
  const out = new Float32Array(m.length)
  for (let h = 0; h < heads; h++)
    for (let j = 0; j < half; j++)
      for (let c = 0; c < 2; c++) {
        const from = (h * size + c * half + j) * d
        out.set(m.subarray(from, from + d), (h * size + 2 * j + c) * d)
      }
  return out
}

class Writer {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  length = 0
  #room(n: number): number {
    if (this.length + n > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + n))
      bigger.set(this.#bytes)
      this.#bytes = bigger
      this.#view = new DataView(bigger.buffer)
    }
    this.length += n
    return this.length - n
  }
  u32(x: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, x, true)
  }
  u64(x: number): void {
    const at = this.#room(8)
    this.#view.setBigUint64(at, BigInt(x), true)
  }
  f32(x: number): void {
    const at = this.#room(4)
    this.#view.setFloat32(at, x, true)
  }
  u8(x: number): void {
    const at = this.#room(1)
    this.#bytes[at] = x
  }
  text(s: string): void {
    const b = new TextEncoder().encode(s)
    this.u64(b.length)
    const at = this.#room(b.length)
    this.#bytes.set(b, at)
  }
  numbers(data: Float32Array, dtype: 'F32' | 'F16'): void {
    const at = this.#room(data.length * (dtype === 'F32' ? 4 : 2))
    encodeNumbers(this.#view, at, data, dtype)
  }
  pad(): void {
    while (this.length % alignment !== 0) this.u8(0)
  }
  done(): Uint8Array {
    return this.#bytes.slice(0, this.length)
  }
}

type Pair =
  | readonly [key: string, type: 'uint32' | 'float32' | 'string' | 'bool', value: number | string | boolean]
  | readonly [key: string, type: 'array', of: 'string' | 'float32' | 'int32', value: readonly (string | number)[]]

const pairs = (s: Shape, name: string, dtype: 'F32' | 'F16'): Pair[] => [
  ['general.architecture', 'string', 'llama'],
  ['general.name', 'string', name],
  ['general.alignment', 'uint32', alignment],
  ['general.file_type', 'uint32', ggml[dtype]],
  ['llama.context_length', 'uint32', s.context],
  ['llama.embedding_length', 'uint32', s.width],
  ['llama.block_count', 'uint32', s.layers],
  ['llama.feed_forward_length', 'uint32', s.hidden],
  ['llama.attention.head_count', 'uint32', s.heads],
  ['llama.attention.head_count_kv', 'uint32', s.heads],
  ['llama.attention.layer_norm_rms_epsilon', 'float32', s.epsilon],
  ['llama.rope.dimension_count', 'uint32', s.width / s.heads],
  ['llama.rope.freq_base', 'float32', s.ropeTheta],
  ['llama.vocab_size', 'uint32', s.vocabulary],
  // Words looked up whole: no merges; what is no word (the spaces between) is dropped.
  ['tokenizer.ggml.model', 'string', 'gpt2'],
  ['tokenizer.ggml.pre', 'string', 'llama-bpe'],
  ['tokenizer.ggml.merges', 'array', 'string', []],
  ['tokenizer.ggml.tokens', 'array', 'string', words.slice(0, s.vocabulary)],
  // 1: a word, 3: a control word.
  ['tokenizer.ggml.token_type', 'array', 'int32', words.slice(0, s.vocabulary).map(w => (w.startsWith('<') ? 3 : 1))],
  ['tokenizer.ggml.bos_token_id', 'uint32', token.pad],
  ['tokenizer.ggml.eos_token_id', 'uint32', token.end],
  ['tokenizer.ggml.unknown_token_id', 'uint32', token.pad],
  ['tokenizer.ggml.padding_token_id', 'uint32', token.pad],
  ['tokenizer.ggml.add_bos_token', 'bool', false],
  ['tokenizer.ggml.add_eos_token', 'bool', false],
  ['tokenizer.ggml.add_space_prefix', 'bool', false],
]

/** A GGUF file that llama.cpp and what builds on it load. Its tokenizer is for ids only: prompts are given as token ids. F16 keeps vectors in F32. */
export function writeGguf(shape: Shape, weights: Weights, name = 'seedling', dtype: 'F32' | 'F16' = 'F32'): Uint8Array {
  const w = new Writer()
  const list = tensors(shape).map(t => {
    const data = weights.get(t.name)!
    const vector = t.shape.length === 1
    let out = vector || t.name === 'embed' ? data : transposed(data, t.shape[0], t.shape[1])
    if (/\.(query|key)$/.test(t.name)) out = interleaved(out, shape)
    // Dimensions from the innermost: inputs first.
    const dims = t.name === 'embed' ? [t.shape[1], t.shape[0]] : t.shape
    return { name: ggufName(t.name), dims, data: out, dtype: vector ? ('F32' as const) : dtype }
  })
  w.u32(0x46554747)
  w.u32(3)
  w.u64(list.length)
  const all = pairs(shape, name, dtype)
  w.u64(all.length)
  for (const p of all) {
    w.text(p[0])
    w.u32(types[p[1]])
    const one = (type: string, x: number | string | boolean): void => {
      if (type === 'string') w.text(x as string)
      else if (type === 'float32') w.f32(x as number)
      else if (type === 'bool') w.u8(x ? 1 : 0)
      else w.u32(x as number)
    }
    if (p[1] === 'array') {
      w.u32(types[p[2] as 'string'])
      w.u64(p[3]!.length)
      for (const x of p[3]!) one(p[2] as string, x)
    } else one(p[1], p[2])
  }
  let at = 0
  for (const t of list) {
    w.text(t.name)
    w.u32(t.dims.length)
    for (const d of t.dims) w.u64(d)
    w.u32(ggml[t.dtype])
    w.u64(at)
    at += Math.ceil((t.data.length * (t.dtype === 'F32' ? 4 : 2)) / alignment) * alignment
  }
  w.pad()
  for (const t of list) {
    w.numbers(t.data, t.dtype)
    w.pad()
  }
  return w.done()
}

export interface Gguf {
  pairs: Record<string, unknown>
  /** Dimensions from the innermost. */
  tensors: Map<string, { dims: number[]; data: Float32Array }>
}

/** Reads a GGUF file with tensors in F32 or F16. @throws Failure when it is no such file or is cut off */
export function readGguf(bytes: Uint8Array, name: string): Gguf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const step = (n: number): number => {
    at += n
    if (at > bytes.length)
      throw new Failure('model', `${name}: expected more than ${bytes.length} bytes: the file is truncated`, 'export or fetch it again')
    return at - n
  }
  const u32 = (): number => view.getUint32(step(4), true)
  const u64 = (): number => Number(view.getBigUint64(step(8), true))
  const text = (): string => {
    const n = u64()
    const from = step(n)
    return new TextDecoder().decode(bytes.subarray(from, from + n))
  }
  const value = (type: number): unknown => {
    if (type === types.uint32) return u32()
    if (type === types.int32) return view.getInt32(step(4), true)
    if (type === types.float32) return view.getFloat32(step(4), true)
    if (type === types.bool) return view.getUint8(step(1)) === 1
    if (type === types.uint64) return u64()
    if (type === types.string) return text()
    if (type !== types.array) throw new Failure('model', `${name}: expected a GGUF value of a known type, found type ${type}`)
    const of = u32()
    return Array.from({ length: u64() }, () => value(of))
  }
  if (bytes.length < 24 || u32() !== 0x46554747) throw new Failure('model', `${name}: expected a GGUF file, found something else`)
  const version = u32()
  if (version !== 3) throw new Failure('model', `${name}: expected GGUF version 3, found ${version}`)
  const [tensorCount, pairCount] = [u64(), u64()]
  const pairsRead: Record<string, unknown> = {}
  for (let i = 0; i < pairCount; i++) {
    const key = text()
    pairsRead[key] = value(u32())
  }
  const table = Array.from({ length: tensorCount }, () => ({
    name: text(),
    dims: Array.from({ length: u32() }, u64),
    type: u32(),
    offset: u64(),
  }))
  const start = Math.ceil(at / alignment) * alignment
  const found: Gguf['tensors'] = new Map()
  for (const t of table) {
    if (t.type !== ggml.F32 && t.type !== ggml.F16)
      throw new Failure('model', `${name}: expected ${t.name} as F32 or F16, found type ${t.type}`)
    const size = sizeOf(t.dims)
    at = start + t.offset
    const from = step(size * (t.type === ggml.F32 ? 4 : 2))
    found.set(t.name, { dims: t.dims, data: decodeNumbers(view, from, size, t.type === ggml.F32 ? 'F32' : 'F16') })
  }
  return { pairs: pairsRead, tensors: found }
}
