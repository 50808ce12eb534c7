// The network as the papers write it, in double precision, one sequence at a time and without a cache: what the engine is held to.
import { rotary, type Shape, type Weights } from './shape.ts'

/** Log-probabilities of the next token after each of the given tokens: [tokens][vocabulary]. Cost grows with the square of the length. */
export function referenceLaws(s: Shape, w: Weights, tokens: readonly number[]): Float64Array[] {
  const { width: d, heads, hidden } = s
  const size = d / heads
  const half = size / 2
  const { cos, sin } = rotary(s, tokens.length)
  const dot = (x: Float64Array, name: string, n: number): Float64Array => {
    const m = w.get(name)!
    const out = new Float64Array(n)
    for (let i = 0; i < x.length; i++) for (let j = 0; j < n; j++) out[j] += x[i] * m[i * n + j]
    return out
  }
  const rms = (x: Float64Array, name: string): Float64Array => {
    const scale = Math.sqrt(x.reduce((a, v) => a + v * v, 0) / d + s.epsilon)
    return x.map((v, i) => (v / scale) * w.get(name)![i])
  }
  const turn = (x: Float64Array, t: number): Float64Array =>
    x.map((v, i) => {
      const j = (i % size) % half
      const other = i % size < half ? -x[i + half] : x[i - half]
      return v * cos[t * half + j] + other * sin[t * half + j]
    })
  let xs = tokens.map(token => Float64Array.from(w.get('embed')!.subarray(token * d, (token + 1) * d)))
  for (let l = 0; l < s.layers; l++) {
    const name = (part: string): string => `layers.${l}.${part}`
    const hs = xs.map(x => rms(x, name('norm1')))
    const q = hs.map((h, t) => turn(dot(h, name('query'), d), t))
    const k = hs.map((h, t) => turn(dot(h, name('key'), d), t))
    const v = hs.map(h => dot(h, name('value'), d))
    xs = xs.map((x, t) => {
      const mixed = new Float64Array(d)
      for (let h = 0; h < heads; h++) {
        const scores = k.slice(0, t + 1).map(key => {
          let a = 0
          for (let i = h * size; i < (h + 1) * size; i++) a += q[t][i] * key[i]
          return a / Math.sqrt(size)
        })
        const top = Math.max(...scores)
        const e = scores.map(a => Math.exp(a - top))
        const z = e.reduce((a, b) => a + b, 0)
        e.forEach((a, u) => {
          for (let i = h * size; i < (h + 1) * size; i++) mixed[i] += (a / z) * v[u][i]
        })
      }
      const o = dot(mixed, name('out'), d)
      const y = x.map((a, i) => a + o[i])
      const h2 = rms(y, name('norm2'))
      const gate = dot(h2, name('gate'), hidden)
      const up = dot(h2, name('up'), hidden)
      const down = dot(
        gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]),
        name('down'),
        d,
      )
      return y.map((a, i) => a + down[i])
    })
  }
  return xs.map(x => {
    const logits = dot(rms(x, 'norm'), 'head', s.vocabulary)
    const top = logits.reduce((a, b) => Math.max(a, b))
    const base = top + Math.log(logits.reduce((a, v) => a + Math.exp(v - top), 0))
    return logits.map(v => v - base)
  })
}
