// The shape of the network: a decoder-only transformer of the Llama family (Touvron et al. 2023, arXiv 2302.13971). RMSNorm before each
// block (Zhang and Sennrich 2019), rotary positions (Su et al. 2021), gated SiLU (Shazeer 2020, SwiGLU), untied head, no biases.
import { Failure } from '../../kernel/failure.ts'
import { vocabularySize } from './vocabulary.ts'

/** Sizes of the network. `width` = heads x head size; head size even (rotary pairs). */
export interface Shape {
  vocabulary: number
  width: number
  layers: number
  heads: number
  /** Inner width of the gated feed-forward block. */
  hidden: number
  /** Longest sequence, in tokens. */
  context: number
  /** Base of the rotary frequencies. */
  ropeTheta: number
  /** Added to the mean square in RMSNorm. */
  epsilon: number
}

/** The shape of the shipped model. */
export const seedlingShape: Readonly<Shape> = {
  vocabulary: vocabularySize,
  width: 128,
  layers: 4,
  heads: 4,
  hidden: 256,
  context: 64,
  ropeTheta: 10000,
  epsilon: 1e-5,
}

/** Weights by name, row-major, matrices as [inputs, outputs]. */
export type Weights = Map<string, Float32Array>

/** Name and shape of every tensor, in the one order used everywhere. */
export function tensors(s: Shape): { name: string; shape: number[] }[] {
  const { width: d, hidden: f } = s
  const out = [{ name: 'embed', shape: [s.vocabulary, d] }]
  for (let i = 0; i < s.layers; i++) {
    const add = (name: string, ...shape: number[]) => out.push({ name: `layers.${i}.${name}`, shape })
    add('norm1', d)
    for (const name of ['query', 'key', 'value', 'out']) add(name, d, d)
    add('norm2', d)
    for (const name of ['gate', 'up']) add(name, d, f)
    add('down', f, d)
  }
  out.push({ name: 'norm', shape: [d] }, { name: 'head', shape: [d, s.vocabulary] })
  return out
}

/** Numbers in a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Number of parameters. */
export const parameterCount = (s: Shape): number => tensors(s).reduce((a, t) => a + sizeOf(t.shape), 0)

/**
 * Operations of saying so many words after a prompt: about two per parameter for every word read or said, and for attention two per layer, unit of width and
 * word before it (arXiv:2504.07052, section 3). A long text costs more than as many words in short ones.
 */
export function operations(s: Shape, prompt: number, said: number): number {
  const words = prompt + said
  return words * 2 * parameterCount(s) + 2 * s.layers * s.width * ((words * (words - 1)) / 2)
}

/** @throws Failure unless the sizes fit together. */
export function checkShape(s: Shape): Shape {
  for (const key of ['vocabulary', 'width', 'layers', 'heads', 'hidden', 'context'] as const)
    if (!Number.isInteger(s[key]) || s[key] < 1) throw new Failure('model', `expected a positive whole number for ${key}, found ${s[key]}`)
  if (s.width % s.heads !== 0 || (s.width / s.heads) % 2 !== 0)
    throw new Failure('model', `expected a width that is an even multiple of the heads, found width ${s.width} and ${s.heads} heads`)
  if (s.width % 8 !== 0 || s.hidden % 8 !== 0 || s.vocabulary % 8 !== 0)
    throw new Failure('model', `expected width, hidden and vocabulary in multiples of 8, found ${s.width}, ${s.hidden}, ${s.vocabulary}`)
  return s
}

/**
 * Cosines and sines of the rotary positions 0..count-1.
 * @returns two arrays [count, headSize / 2]: angle of pair j at position t is t * theta^(-2j / headSize)
 */
export function rotary(s: Shape, count = s.context): { cos: Float32Array; sin: Float32Array } {
  const half = s.width / s.heads / 2
  const cos = new Float32Array(count * half)
  const sin = new Float32Array(count * half)
  for (let t = 0; t < count; t++)
    for (let j = 0; j < half; j++) {
      const angle = t * s.ropeTheta ** (-j / half)
      cos[t * half + j] = Math.cos(angle)
      sin[t * half + j] = Math.sin(angle)
    }
  return { cos, sin }
}
