// The weights in the layout of Hugging Face's LlamaForCausalLM: matrices as [outputs, inputs]. The shipped file is one of these, so that it loads here and there.
import { Failure } from '../../kernel/failure.ts'
import { type DType, readSafetensors, writeSafetensors } from './safetensors.ts'
import { checkShape, type Shape, tensors, type Weights } from './shape.ts'

const parts: Record<string, string> = {
  norm1: 'input_layernorm',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  out: 'self_attn.o_proj',
  norm2: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
}

/** The Llama name of a tensor. */
export function llamaName(name: string): string {
  if (name === 'embed') return 'model.embed_tokens.weight'
  if (name === 'norm') return 'model.norm.weight'
  if (name === 'head') return 'lm_head.weight'
  const [, layer, part] = name.split('.')
  return `model.layers.${layer}.${parts[part]}.weight`
}

/** A matrix [rows, columns] as [columns, rows]. */
export function transposed(m: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(m.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = m[i * columns + j]
  return out
}

/** Each tensor under its Llama name and in its layout; the embedding and vectors are alike in both. */
export const toLlama = (shape: Shape, weights: Weights): [string, { shape: number[]; data: Float32Array }][] =>
  tensors(shape).map(t => {
    const data = weights.get(t.name)!
    const matrix = t.shape.length === 2 && t.name !== 'embed'
    return [
      llamaName(t.name),
      matrix ? { shape: [t.shape[1], t.shape[0]], data: transposed(data, t.shape[0], t.shape[1]) } : { shape: t.shape, data },
    ]
  })

/** Hugging Face's config.json. */
export const llamaConfig = (s: Shape, dtype: DType = 'F32') => ({
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: s.vocabulary,
  hidden_size: s.width,
  intermediate_size: s.hidden,
  num_hidden_layers: s.layers,
  num_attention_heads: s.heads,
  num_key_value_heads: s.heads,
  head_dim: s.width / s.heads,
  max_position_embeddings: s.context,
  rms_norm_eps: s.epsilon,
  rope_theta: s.ropeTheta,
  hidden_act: 'silu',
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: false,
  torch_dtype: { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype],
})

export interface Model {
  shape: Shape
  weights: Weights
  metadata: Record<string, string>
}

/** A weights file: Llama names, the shape in the metadata. @param about more metadata, such as how it was trained */
export const writeModel = (shape: Shape, weights: Weights, about: Record<string, string> = {}, dtype: DType = 'F32'): Uint8Array =>
  writeSafetensors(toLlama(shape, weights), { format: 'pt', shape: JSON.stringify(shape), ...about }, dtype)

/**
 * Reads a weights file.
 * @param name what to call the file in errors
 * @throws Failure, one line, when it is truncated, is no such file, or holds tensors that its shape does not have
 */
export function readModel(bytes: Uint8Array, name: string): Model {
  const file = readSafetensors(bytes, name)
  let shape: Shape
  try {
    shape = JSON.parse(file.metadata.shape)
  } catch {
    throw new Failure(
      'model',
      `${name}: expected the shape of the network in the metadata, found none`,
      'only weights trained or exported here are read',
    )
  }
  checkShape(shape)
  const weights: Weights = new Map()
  for (const t of tensors(shape)) {
    const found = file.tensors.get(llamaName(t.name))
    const matrix = t.shape.length === 2 && t.name !== 'embed'
    const expected = matrix ? [t.shape[1], t.shape[0]] : t.shape
    if (found?.shape.join(' ') !== expected.join(' '))
      throw new Failure(
        'model',
        `${name}: expected ${llamaName(t.name)} of shape [${expected}], found ${found ? `[${found.shape}]` : 'none'}`,
        'the weights belong to a network of another shape',
      )
    weights.set(t.name, matrix ? transposed(found.data, t.shape[1], t.shape[0]) : found.data)
  }
  return { shape, weights, metadata: file.metadata }
}
