// The seedling's forward pass as a differentiable graph, for training. Decoding has its own engine in src/model/seedling.
// References in jax-js are counted by hand: `.ref` before every use but the last.
import { nn, numpy as np } from '@jax-js/jax'
import { rotary, type Shape, tensors, type Weights } from '../../model/seedling/index.ts'

export type Tensor = np.Array
/** Parameters as jax-js arrays, in the order of `tensors(shape)`. */
export type Parameters = Tensor[]

/** Rows of tokens with what each column attends to. All arrays are row-major [rows, length, ...]. */
export interface Rows {
  rows: number
  /** Columns of a row; a multiple of 4 (others cost more). */
  length: number
  tokens: Int32Array
  /** What each column should say next. */
  targets: Int32Array
  /** Rotary position of each column. */
  positions: Int32Array
  /** 1 where column t attends to column s: [rows, length, length]. */
  sees: Uint8Array
}

/** Inputs of the graph made from rows: tokens and targets, rotary factors, attention bias. The step consumes them. */
export type Inputs = [tokens: Tensor, targets: Tensor, cos: Tensor, sin: Tensor, bias: Tensor]

/** Makes `Inputs` of rows for one shape. */
export function inputsOf(shape: Shape): (r: Rows) => Inputs {
  const d = shape.width / shape.heads
  const half = d / 2
  const { cos, sin } = rotary(shape)
  return r => {
    const { rows: B, length: T } = r
    const cosAt = new Float32Array(B * T * d)
    const sinAt = new Float32Array(B * T * d)
    for (let i = 0; i < B * T; i++)
      for (let j = 0; j < half; j++) {
        const k = r.positions[i] * half + j
        cosAt[i * d + j] = cosAt[i * d + half + j] = cos[k]
        sinAt[i * d + j] = -sin[k]
        sinAt[i * d + half + j] = sin[k]
      }
    const bias = new Float32Array(B * T * T)
    for (let i = 0; i < bias.length; i++) bias[i] = r.sees[i] ? 0 : -1e9
    const array = (data: Float32Array | Int32Array, ...shape: number[]) => np.array(data as Float32Array<ArrayBuffer>).reshape(shape)
    return [
      array(r.tokens, B, T),
      array(r.targets, B, T),
      array(cosAt, B, T, 1, 2, half),
      array(sinAt, B, T, 1, 2, half),
      array(bias, B, 1, T, T),
    ]
  }
}

const rms = (x: Tensor, weight: Tensor, epsilon: number): Tensor => {
  const scale = np.sqrt(x.ref.mul(x.ref).mean(-1, { keepdims: true }).add(epsilon))
  return x.div(scale).mul(weight)
}

/** Logits of every column, [rows * length, vocabulary]. Consumes its arguments, without the targets. */
function logits(shape: Shape, p: Parameters, tokens: Tensor, cos: Tensor, sin: Tensor, bias: Tensor): Tensor {
  const { width: D, heads: H, vocabulary: V, epsilon } = shape
  const d = D / H
  const [B, T] = tokens.shape
  const turn = (x: Tensor): Tensor => {
    const pairs = x.reshape([B, T, H, 2, d / 2])
    return pairs.ref.mul(cos.ref).add(np.flip(pairs, 3).mul(sin.ref)).reshape([B, T, H, d])
  }
  let at = 0
  const next = () => p[at++]
  // One-hot instead of gather: its gradient is a plain product. In two halves, so that the gradient of x has two readers and is computed once;
  // with one reader it is fused into the product and computed again for each of its terms, which costs as much as two layers.
  const rowsOf = nn.oneHot(tokens.reshape([B * T]), V)
  const embed = next()
  const cut = V / 2
  let x = np
    .dot(rowsOf.ref.slice([], [0, cut]), embed.ref.slice([0, cut], []))
    .add(np.dot(rowsOf.slice([], [cut, V]), embed.slice([cut, V], [])))
  for (let i = 0; i < shape.layers; i++) {
    const h = rms(x.ref, next(), epsilon)
    const q = turn(np.dot(h.ref, next()))
    const k = turn(np.dot(h.ref, next()))
    const v = np.dot(h, next()).reshape([B, T, H, d])
    const scores = np
      .einsum('bthd,bshd->bhts', q, k)
      .mul(1 / Math.sqrt(d))
      .add(bias.ref)
    const mixed = np.einsum('bhts,bshd->bthd', nn.softmax(scores, -1), v).reshape([B * T, D])
    x = x.add(np.dot(mixed, next()))
    const h2 = rms(x.ref, next(), epsilon)
    const gate = nn.silu(np.dot(h2.ref, next()))
    x = x.add(np.dot(gate.mul(np.dot(h2, next())), next()))
  }
  for (const one of [cos, sin, bias]) one.dispose()
  return np.dot(rms(x, next(), epsilon), next())
}

/** Log-probability of each column's target, [rows, length]. Consumes its arguments. */
export function pickedLogprobs(shape: Shape, p: Parameters, [tokens, targets, cos, sin, bias]: Inputs): Tensor {
  const [B, T] = tokens.shape
  const law = nn.logSoftmax(logits(shape, p, tokens, cos, sin, bias), -1)
  return law
    .mul(nn.oneHot(targets.reshape([B * T]), shape.vocabulary))
    .sum(-1)
    .reshape([B, T])
}

/** Log-probabilities of all words at each column, [rows * length, vocabulary]. Consumes its arguments. */
export function columnLaws(shape: Shape, p: Parameters, [tokens, targets, cos, sin, bias]: Inputs): Tensor {
  targets.dispose()
  return nn.logSoftmax(logits(shape, p, tokens, cos, sin, bias), -1)
}

/**
 * Of each column the log-probability of its target, the entropy of its law, and, where laws of a reference are given, KL(law || reference); [2 or 3, rows, length].
 * Consumes its arguments.
 */
export function columnFigures(shape: Shape, p: Parameters, [tokens, targets, cos, sin, bias]: Inputs, reference?: Tensor): Tensor {
  const [B, T] = tokens.shape
  const law = nn.logSoftmax(logits(shape, p, tokens, cos, sin, bias), -1)
  const picked = law.ref.mul(nn.oneHot(targets.reshape([B * T]), shape.vocabulary)).sum(-1)
  const chance = np.exp(law.ref)
  const entropy = chance.ref.mul(law.ref).sum(-1).mul(-1)
  if (reference === undefined) {
    chance.dispose()
    law.dispose()
    return np.stack([picked, entropy]).reshape([2, B, T])
  }
  const divergence = chance.mul(law.sub(reference)).sum(-1)
  return np.stack([picked, entropy, divergence]).reshape([3, B, T])
}

/** Weights to jax-js arrays. */
export const toParameters = (shape: Shape, w: Weights): Parameters =>
  tensors(shape).map(t => np.array(w.get(t.name)!.slice() as Float32Array<ArrayBuffer>).reshape(t.shape))

/** jax-js arrays (kept alive) to weights. */
export async function toWeights(shape: Shape, p: Parameters): Promise<Weights> {
  const out: Weights = new Map()
  for (const [i, t] of tensors(shape).entries()) out.set(t.name, Float32Array.from((await p[i].ref.data()) as Float32Array))
  return out
}
