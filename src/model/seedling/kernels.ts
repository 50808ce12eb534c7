// What a forward pass is made of, over one buffer of float32. Addresses are in bytes. No row of a result depends on another row, not even in its last bit:
// sums run along the inner dimension in one fixed order, however many rows there are.
import type { Shape } from './shape.ts'

export interface Kernels {
  /** out[rows, n] = x[rows, k] w, or out += with `add`. w is packed by `packed`. */
  product(x: number, w: number, out: number, rows: number, k: number, n: number, add: number): void
  /** out = x / rms(x) * weight, row by row. */
  normalise(x: number, weight: number, out: number, rows: number): void
  /**
   * Turns queries and keys of [rows, 3 width] (queries, keys, values) by their positions, queries in place; keys and values go into the cache.
   * @param places per row two int32: address of the row's cache page, address of its cosines and sines
   * @param layer byte offset of the layer in a page: its keys, then its values
   */
  place(qkv: number, places: number, rows: number, layer: number): void
  /**
   * Attention of each row over its prefix.
   * @param paths per row `context` + 1 int32: how many pages, then their addresses, the last repeated up to a multiple of 4
   * @param scratch room for `context` + 4 numbers
   */
  attend(qkv: number, paths: number, out: number, rows: number, layer: number, scratch: number): void
  /** out[rows, hidden] = silu(gate) * up of [rows, 2 hidden] (gate, up). */
  gated(gateUp: number, out: number, rows: number): void
}

/** Columns of a panel of packed weights. */
export const panel = 8

/** A matrix [k, n] as panels of 8 columns: [n / 8][k][8]. */
export function packed(w: Float32Array, k: number, n: number): Float32Array {
  const out = new Float32Array(k * n)
  for (let j = 0; j < n; j++) for (let i = 0; i < k; i++) out[(j - (j % panel)) * k + i * panel + (j % panel)] = w[i * n + j]
  return out
}

/** The kernels in plain TypeScript: where there is no wasm SIMD, or sizes do not fit it. */
export function plainKernels(shape: Shape, buffer: ArrayBufferLike): Kernels {
  const { width, heads, hidden, epsilon, context } = shape
  const d = width / heads
  const half = d / 2
  const f = new Float32Array(buffer)
  const ints = new Int32Array(buffer)
  return {
    product(x, w, out, rows, k, n, add) {
      x >>= 2
      w >>= 2
      out >>= 2
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < n; j += panel) {
          let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0]
          for (let i = x + r * k, at = w + j * k, end = i + k; i < end; i++, at += panel) {
            const a = f[i]
            s0 += a * f[at]
            s1 += a * f[at + 1]
            s2 += a * f[at + 2]
            s3 += a * f[at + 3]
            s4 += a * f[at + 4]
            s5 += a * f[at + 5]
            s6 += a * f[at + 6]
            s7 += a * f[at + 7]
          }
          const o = out + r * n + j
          if (!add) f.fill(0, o, o + panel)
          f[o] += s0
          f[o + 1] += s1
          f[o + 2] += s2
          f[o + 3] += s3
          f[o + 4] += s4
          f[o + 5] += s5
          f[o + 6] += s6
          f[o + 7] += s7
        }
    },
    normalise(x, weight, out, rows) {
      x >>= 2
      weight >>= 2
      out >>= 2
      for (let r = 0; r < rows * width; r += width) {
        let s = 0
        for (let i = 0; i < width; i++) s += f[x + r + i] ** 2
        s = 1 / Math.sqrt(s / width + epsilon)
        for (let i = 0; i < width; i++) f[out + r + i] = f[x + r + i] * s * f[weight + i]
      }
    },
    place(qkv, places, rows, layer) {
      qkv >>= 2
      for (let r = 0; r < rows; r++) {
        const row = qkv + r * 3 * width
        const page = (ints[(places >> 2) + 2 * r] + layer) >> 2
        const angles = ints[(places >> 2) + 2 * r + 1] >> 2
        for (let h = 0; h < width; h += d)
          for (let j = 0; j < half; j++) {
            const c = f[angles + j]
            const s = f[angles + half + j]
            const q = row + h + j
            const k = q + width
            const [q1, q2, k1, k2] = [f[q], f[q + half], f[k], f[k + half]]
            f[q] = q1 * c - q2 * s
            f[q + half] = q2 * c + q1 * s
            f[page + h + j] = k1 * c - k2 * s
            f[page + h + half + j] = k2 * c + k1 * s
          }
        f.copyWithin(page + width, row + 2 * width, row + 3 * width)
      }
    },
    attend(qkv, paths, out, rows, layer, scratch) {
      scratch >>= 2
      for (let r = 0; r < rows; r++) {
        const path = (paths >> 2) + r * (context + 1)
        const length = ints[path]
        for (let h = 0; h < width; h += d) {
          const q = (qkv >> 2) + r * 3 * width + h
          let top = Number.NEGATIVE_INFINITY
          for (let t = 0; t < length; t++) {
            const key = ((ints[path + 1 + t] + layer) >> 2) + h
            let s = 0
            for (let i = 0; i < d; i++) s += f[q + i] * f[key + i]
            f[scratch + t] = s / Math.sqrt(d)
            top = Math.max(top, f[scratch + t])
          }
          let z = 0
          for (let t = 0; t < length; t++) z += f[scratch + t] = Math.exp(f[scratch + t] - top)
          const o = (out >> 2) + r * width + h
          f.fill(0, o, o + d)
          for (let t = 0; t < length; t++) {
            const value = ((ints[path + 1 + t] + layer) >> 2) + width + h
            const a = f[scratch + t] / z
            for (let i = 0; i < d; i++) f[o + i] += a * f[value + i]
          }
        }
      }
    },
    gated(gateUp, out, rows) {
      gateUp >>= 2
      out >>= 2
      for (let r = 0; r < rows; r++)
        for (let i = 0; i < hidden; i++) {
          const g = f[gateUp + r * 2 * hidden + i]
          f[out + r * hidden + i] = (g / (1 + Math.exp(-g))) * f[gateUp + r * 2 * hidden + hidden + i]
        }
    },
  }
}
