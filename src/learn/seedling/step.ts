// One train step that serves every loss: losses enter as cotangents, dL/dlogprob of each column's target.
import { blockUntilReady, jit, numpy as np, valueAndGrad } from '@jax-js/jax'
import { type Shape, sizeOf, tensors, type Weights } from '../../model/seedling/index.ts'
import {
  columnFigures,
  columnLaws,
  type Inputs,
  inputsOf,
  type Parameters,
  pickedLogprobs,
  type Rows,
  type Tensor,
  toParameters,
  toWeights,
} from './graph.ts'

/** AdamW (Loshchilov and Hutter 2019), gradients clipped to a global norm. */
export interface AdamW {
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled weight decay, on matrices only. */
  decay: number
  /** Largest global norm of the gradient. */
  clip: number
}
export const adamW: Readonly<AdamW> = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, decay: 0.05, clip: 1 }

/** What a trainer carries from step to step, as plain arrays: enough to go on exactly. `first`, `second`: Adam's moments. */
export interface TrainState {
  step: number
  weights: Weights
  first: Weights
  second: Weights
}

/** A fresh state: moments zero, step 0. */
export function freshState(shape: Shape, weights: Weights): TrainState {
  const zeros = () => new Map(tensors(shape).map(t => [t.name, new Float32Array(sizeOf(t.shape))]))
  return { step: 0, weights, first: zeros(), second: zeros() }
}

/** What a network says of columns, beside their targets' log-probabilities: arrays [rows, length]. */
export interface Figures {
  lp: Float32Array
  /** Entropy of the law at each column, in nats. */
  H: Float32Array
  /** KL(law || reference), where laws of a reference were given. */
  kl?: Float32Array
}

/** Holds weights and moments in jax-js. One at a time per thread is enough: a step is synchronous up to its results. */
export class Trainer {
  readonly shape: Shape
  readonly #options: AdamW
  readonly #inputs: (r: Rows) => Inputs
  readonly #step: (...a: unknown[]) => [Parameters, Parameters, Parameters, Tensor, Tensor]
  readonly #update: (...a: unknown[]) => [Parameters, Parameters, Parameters, Tensor]
  readonly #gradient: (p: Parameters, i: Inputs, c: Tensor) => [Tensor, Parameters]
  readonly #forward: (p: Parameters, ...inputs: Inputs) => Tensor
  readonly #laws: (p: Parameters, ...inputs: Inputs) => Tensor
  readonly #figures: (p: Parameters, i: Inputs, reference?: Tensor) => Tensor
  readonly #figuresGradient: (p: Parameters, i: Inputs, c: Tensor, reference?: Tensor) => [Tensor, Parameters]
  #count: number
  #p: Parameters
  #m: Parameters
  #v: Parameters
  /** Gradients of passes since the last step, added up. */
  #held: Parameters | null = null

  constructor(shape: Shape, state: TrainState, options: AdamW = adamW) {
    this.shape = shape
    this.#options = options
    this.#inputs = inputsOf(shape)
    this.#count = state.step
    this.#p = toParameters(shape, state.weights)
    this.#m = toParameters(shape, state.first)
    this.#v = toParameters(shape, state.second)
    // The linear form sum(cotangent * logprob) has the gradient of every loss with these cotangents.
    const linear = (p: Parameters, inputs: Inputs, cotangents: Tensor): Tensor => pickedLogprobs(shape, p, inputs).mul(cotangents).sum()
    const gradient = valueAndGrad(linear as never) as unknown as (p: Parameters, i: Inputs, c: Tensor) => [Tensor, Parameters]
    const matrix = tensors(shape).map(t => t.shape.length > 1)
    const { beta1, beta2, epsilon, decay, clip } = options
    const update = (p: Parameters, m: Parameters, v: Parameters, g: Parameters, rate: Tensor, c1: Tensor, c2: Tensor) => {
      let squares: Tensor | null = null
      for (const x of g) {
        const s = x.ref.mul(x.ref).sum()
        squares = squares ? squares.add(s) : s
      }
      const norm = np.sqrt(squares!.add(1e-12))
      const scale = np.minimum(np.array(clip).div(norm.ref), 1)
      const out: [Parameters, Parameters, Parameters] = [[], [], []]
      for (let i = 0; i < g.length; i++) {
        const gi = g[i].mul(scale.ref)
        const mi = m[i].mul(beta1).add(gi.ref.mul(1 - beta1))
        const vi = v[i].mul(beta2).add(gi.ref.mul(gi).mul(1 - beta2))
        const update = mi.ref.mul(c1.ref).div(np.sqrt(vi.ref.mul(c2.ref)).add(epsilon))
        out[0].push(p[i].ref.sub(update.add(p[i].mul(matrix[i] ? decay : 0)).mul(rate.ref)))
        out[1].push(mi)
        out[2].push(vi)
      }
      for (const x of [scale, rate, c1, c2]) x.dispose()
      return [...out, norm] as const
    }
    this.#step = jit(((
      p: Parameters,
      m: Parameters,
      v: Parameters,
      inputs: Inputs,
      cotangents: Tensor,
      rate: Tensor,
      c1: Tensor,
      c2: Tensor,
    ) => {
      const [loss, g] = gradient(
        p.map(x => x.ref),
        inputs,
        cotangents,
      )
      const [p1, m1, v1, norm] = update(p, m, v, g, rate, c1, c2)
      return [p1, m1, v1, loss, norm]
    }) as never) as never
    this.#update = jit(update as never) as never
    this.#gradient = jit(gradient as never) as never
    this.#forward = jit(((p: Parameters, ...inputs: Inputs) => pickedLogprobs(shape, p, inputs)) as never) as never
    // Compiled at their first use only: most losses see nothing but log-probabilities.
    this.#laws = jit(((p: Parameters, ...inputs: Inputs) => columnLaws(shape, p, inputs)) as never) as never
    this.#figures = jit(((p: Parameters, inputs: Inputs, reference?: Tensor) =>
      columnFigures(shape, p, inputs, reference)) as never) as never
    const linearFigures = (p: Parameters, inputs: Inputs, cotangents: Tensor, reference?: Tensor): Tensor =>
      columnFigures(shape, p, inputs, reference).mul(cotangents).sum()
    this.#figuresGradient = jit(valueAndGrad(linearFigures as never) as never) as never
  }

  get step(): number {
    return this.#count
  }

  /** Log-probability of each column's target, [rows, length]. */
  async logprobs(rows: Rows): Promise<Float32Array> {
    const out = this.#forward(
      this.#p.map(x => x.ref),
      ...this.#inputs(rows),
    )
    return (await out.data()) as Float32Array
  }

  #tensor(data: Float32Array, ...shape: number[]): Tensor {
    return np.array(data as Float32Array<ArrayBuffer>).reshape(shape)
  }
  /** Log-probabilities of all words at each column, [rows, length, vocabulary]. */
  async laws(rows: Rows): Promise<Float32Array> {
    const out = this.#laws(
      this.#p.map(x => x.ref),
      ...this.#inputs(rows),
    )
    return (await out.data()) as Float32Array
  }
  /** Log-probabilities of the targets with the entropy of each law. @param reference laws of another network at the same columns, as `laws` gives them */
  async figures(rows: Rows, reference?: Float32Array): Promise<Figures> {
    const p = this.#p.map(x => x.ref)
    const out =
      reference === undefined
        ? this.#figures(p, this.#inputs(rows))
        : this.#figures(p, this.#inputs(rows), this.#tensor(reference, rows.rows * rows.length, this.shape.vocabulary))
    const all = (await out.data()) as Float32Array
    const n = rows.rows * rows.length
    return { lp: all.subarray(0, n), H: all.subarray(n, 2 * n), ...(reference === undefined ? {} : { kl: all.subarray(2 * n) }) }
  }
  /** As `gradient`, with cotangents of entropies and divergences too. @param reference laws of the reference, where `c.kl` is given */
  async figuresGradient(rows: Rows, c: Figures, reference?: Float32Array): Promise<void> {
    const { rows: B, length: T } = rows
    const parts = reference === undefined ? [c.lp, c.H] : [c.lp, c.H, c.kl!]
    const cotangents = new Float32Array(parts.length * B * T)
    parts.forEach((x, i) => {
      cotangents.set(x, i * B * T)
    })
    const p = this.#p.map(x => x.ref)
    const c3 = this.#tensor(cotangents, parts.length, B, T)
    const [total, g] =
      reference === undefined
        ? this.#figuresGradient(p, this.#inputs(rows), c3)
        : this.#figuresGradient(p, this.#inputs(rows), c3, this.#tensor(reference, B * T, this.shape.vocabulary))
    total.dispose()
    await this.#hold(g)
  }
  async #hold(g: Parameters): Promise<void> {
    this.#held = this.#held === null ? g : this.#held.map((x, i) => x.add(g[i]))
    await blockUntilReady(this.#held)
  }

  /**
   * One step down a loss.
   * @param cotangents [rows, length]: dL/dlogprob of each column's target; 0 where a column carries no loss
   * @param rate learning rate of this step
   * @returns the linear form sum(cotangent * logprob), which is the loss where it is linear in the logprobs; and the gradient's norm before clipping
   */
  async descend(rows: Rows, cotangents: Float32Array, rate: number): Promise<{ loss: number; norm: number }> {
    this.#count++
    const { beta1, beta2 } = this.#options
    const [p, m, v, loss, norm] = this.#step(
      this.#p,
      this.#m,
      this.#v,
      this.#inputs(rows),
      np.array(cotangents as Float32Array<ArrayBuffer>).reshape([rows.rows, rows.length]),
      np.array(rate),
      np.array(1 / (1 - beta1 ** this.#count)),
      np.array(1 / (1 - beta2 ** this.#count)),
    )
    this.#p = p
    this.#m = m
    this.#v = v
    await blockUntilReady([p, m, v])
    return { loss: (await loss.data())[0], norm: (await norm.data())[0] }
  }

  /**
   * Adds the gradient of one pass to what is held for the next `apply`: a batch too large for one pass. Cotangents are those of the whole batch's loss.
   * @returns sum(cotangent * logprob) of this pass
   */
  async gradient(rows: Rows, cotangents: Float32Array): Promise<number> {
    const [loss, g] = this.#gradient(
      this.#p.map(x => x.ref),
      this.#inputs(rows),
      np.array(cotangents as Float32Array<ArrayBuffer>).reshape([rows.rows, rows.length]),
    )
    await this.#hold(g)
    return (await loss.data())[0]
  }

  /** One step along the gradients held. @returns their norm before clipping @throws RangeError where none is held */
  async apply(rate: number): Promise<number> {
    if (this.#held === null) throw new RangeError('apply: expected a gradient, found none')
    this.#count++
    const { beta1, beta2 } = this.#options
    const [p, m, v, norm] = this.#update(
      this.#p,
      this.#m,
      this.#v,
      this.#held,
      np.array(rate),
      np.array(1 / (1 - beta1 ** this.#count)),
      np.array(1 / (1 - beta2 ** this.#count)),
    )
    this.#held = null
    this.#p = p
    this.#m = m
    this.#v = v
    await blockUntilReady([p, m, v])
    return (await norm.data())[0]
  }

  weights(): Promise<Weights> {
    return toWeights(this.shape, this.#p)
  }

  async state(): Promise<TrainState> {
    const { shape } = this
    return {
      step: this.#count,
      weights: await this.weights(),
      first: await toWeights(shape, this.#m),
      second: await toWeights(shape, this.#v),
    }
  }

  close(): void {
    for (const group of [this.#p, this.#m, this.#v, this.#held ?? []]) for (const x of group) x.dispose()
  }
}
