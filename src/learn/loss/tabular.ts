// A policy without a network: a table of logits for each context. Every loss runs on it, so that each has a test that owes nothing to a model.
import type { Random } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/index.ts'
import type { Cotangent, LossFn, Row } from './row.ts'

/** What a step was: a context and the action taken there. */
export interface Taken {
  readonly context: string
  readonly action: number
}

/** Softmax over `actions` logits in each context, all 0 in the beginning, and a value of each context. */
export class TabularPolicy {
  readonly actions: number
  readonly logits = new Map<string, Float64Array>()
  readonly values = new Map<string, number>()
  constructor(actions: number) {
    this.actions = actions
  }
  at(context: string): Float64Array {
    let z = this.logits.get(context)
    if (z === undefined) this.logits.set(context, (z = new Float64Array(this.actions)))
    return z
  }
  /** Log-probabilities in a context. */
  law(context: string): Float64Array {
    const z = this.at(context)
    const top = Math.max(...z)
    const total = Math.log(z.reduce((s, x) => s + Math.exp(x - top), 0)) + top
    return z.map(x => x - total)
  }
  entropy(context: string): number {
    return -this.law(context).reduce((s, l) => s + Math.exp(l) * l, 0)
  }
  draw(context: string, random: Random): number {
    return random.weighted([...this.law(context)].map(Math.exp))
  }
  copy(): TabularPolicy {
    const out = new TabularPolicy(this.actions)
    for (const [c, z] of this.logits) out.logits.set(c, z.slice())
    for (const [c, v] of this.values) out.values.set(c, v)
    return out
  }

  /** A row of steps with what the policy thinks of them now. @param references policies by name @param more what else the row has */
  row(steps: readonly Taken[], more: Partial<Row> = {}, references: Readonly<Record<string, TabularPolicy>> = {}): Row {
    const laws = steps.map(s => this.law(s.context))
    const of = (p: TabularPolicy) => Float64Array.from(steps, s => p.law(s.context)[s.action])
    const ref = references.ref
    return {
      segment: steps.map(() => 'policy' as const),
      lp: Float64Array.from(steps, (s, t) => laws[t][s.action]),
      H: Float64Array.from(steps, s => this.entropy(s.context)),
      v: Float64Array.from(steps, s => this.values.get(s.context) ?? 0),
      ...(Object.keys(references).length === 0 ? {} : { lr: Object.fromEntries(Object.entries(references).map(([k, p]) => [k, of(p)])) }),
      ...(ref === undefined
        ? {}
        : {
            kl: Float64Array.from(steps, (s, t) => {
              const r = ref.law(s.context)
              return laws[t].reduce((sum, l, j) => sum + Math.exp(l) * (l - r[j]), 0)
            }),
          }),
      ...more,
    }
  }

  /**
   * Gradient of a loss by logits and values, from its cotangents: by the logits c (onehot - p) for lp, -p (log p + H) for H, and p (log(p / r) - KL) for the
   * exact divergence to `ref`.
   */
  gradient(
    rows: readonly (readonly Taken[])[],
    cotangents: readonly Cotangent[],
    ref?: TabularPolicy,
  ): { logits: Map<string, Float64Array>; values: Map<string, number> } {
    const logits = new Map<string, Float64Array>()
    const values = new Map<string, number>()
    rows.forEach((steps, i) => {
      steps.forEach(({ context, action }, t) => {
        const law = this.law(context)
        const H = this.entropy(context)
        const { dlp, dH, dkl, dv } = cotangents[i]
        let g = logits.get(context)
        if (g === undefined) logits.set(context, (g = new Float64Array(this.actions)))
        const r = ref?.law(context)
        const kl = r === undefined ? 0 : law.reduce((sum, l, j) => sum + Math.exp(l) * (l - r[j]), 0)
        for (let j = 0; j < this.actions; j++) {
          const p = Math.exp(law[j])
          g[j] += dlp[t] * ((j === action ? 1 : 0) - p)
          if (dH !== undefined) g[j] += dH[t] * -p * (law[j] + H)
          if (dkl !== undefined && r !== undefined) g[j] += dkl[t] * p * (law[j] - r[j] - kl)
        }
        if (dv !== undefined) values.set(context, (values.get(context) ?? 0) + dv[t])
      })
    })
    return { logits, values }
  }

  /** One step of gradient descent on a loss. `more` gives each row's other fields. @returns the loss before it */
  descend(
    rows: readonly (readonly Taken[])[],
    loss: LossFn,
    o: { rate: number; step?: number; more?(i: number): Partial<Row>; references?: Readonly<Record<string, TabularPolicy>> },
  ): number {
    const all = rows.map((steps, i) => this.row(steps, o.more?.(i), o.references))
    const l = loss(all, { step: o.step ?? 0, random: new AddressedRandom(o.step ?? 0, 0, 0, 'descend') })
    const { logits, values } = this.gradient(rows, l.cotangents, o.references?.ref)
    for (const [c, g] of logits) {
      const z = this.at(c)
      for (let j = 0; j < z.length; j++) z[j] -= o.rate * g[j]
    }
    for (const [c, g] of values) this.values.set(c, (this.values.get(c) ?? 0) - o.rate * g)
    return l.loss
  }
}
