// The kernels in WebAssembly SIMD, four float32 at a time. Only deterministic instructions (no relaxed SIMD), so that the same weights say the same on every
// machine, to the last bit.
import {
  assemble,
  type Code,
  type Func,
  f32,
  func,
  i32,
  type Local,
  laneSum,
  loop,
  type Type,
  v128,
  type WasmMemory,
  wasm,
  when,
} from './assembler.ts'
import { type Kernels, panel } from './kernels.ts'
import type { Shape } from './shape.ts'

/** Can the kernels serve this shape here? Sizes in multiples of 32, heads of at least 8 in multiples of 8, and an engine with SIMD. */
export const simdServes = (s: Shape): boolean =>
  [s.width, s.hidden, s.vocabulary].every(n => n % 32 === 0) && (s.width / s.heads) % 8 === 0 && s.context % 4 === 0 && simdThere()

let there: boolean | undefined
const simdThere = (): boolean =>
  (there ??= wasm?.validate(assemble([func('probe', [], () => [[...v128.lane(v128.all(0), 0), 0x1a]])], 1)) ?? false)

/** exp of four numbers, in place: 2^n e^r, |r| <= ln(2) / 2, e^r by its Taylor polynomial of degree 6 (error 2e-7). Below -87 it stays at e^-87. */
const exp = (x: Local, n: Local): Code => [
  ...x.set(v128.max(v128.min(x.get, v128.all(88)), v128.all(-87))),
  ...n.set(v128.nearest(v128.mul(x.get, v128.all(Math.LOG2E)))),
  // ln 2 in two parts, so that the remainder keeps its bits.
  ...x.set(v128.sub(v128.sub(x.get, v128.mul(n.get, v128.all(0.693359375))), v128.mul(n.get, v128.all(-2.1219444005469057e-4)))),
  ...x.set(
    v128.mul(
      [1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1].map(c => v128.all(c)).reduce((sum, c) => v128.add(v128.mul(sum, x.get), c)),
      v128.shiftInt(v128.addInt(v128.toInt(n.get), v128.splatInt(i32.of(127))), 23),
    ),
  ),
]

const i32s = (n: number): Type[] => Array.from({ length: n }, () => 'i32')
const many = (n: number, make: (i: number) => Local): Local[] => Array.from({ length: n }, (_, i) => make(i))

/**
 * One tile of a product: rows by panels, sums in registers.
 * @param rows address of each row of x @param w address of the first panel @param out where each row's sums go
 * @param held locals for the weights of one step, where several rows use them; none: they are read where they are used
 */
function tile(
  rows: Local[],
  panels: number,
  w: Local,
  out: Local[],
  k: Local,
  add: Local,
  i: Local,
  wAt: Local[],
  sums: Local[],
  held: Local[],
  term: Local,
): Code {
  const vectors = panels * 2
  const size = i32.mul(k.get, i32.of(4 * panel))
  return [
    ...wAt.flatMap((p, q) => p.set(q === 0 ? w.get : i32.add(wAt[q - 1].get, size))),
    ...sums.flatMap(s => s.set(v128.all(0))),
    ...i.set(i32.of(0)),
    ...loop(
      i,
      16,
      i32.mul(k.get, i32.of(4)),
      ...[0, 1, 2, 3].map(u => {
        const weight = (v: number): Code => v128.load(wAt[v >> 1].get, 4 * panel * u + 16 * (v & 1))
        return [
          ...held.flatMap((h, v) => h.set(weight(v))),
          ...rows.flatMap((x, r) => [
            ...term.set(v128.spread(i32.add(x.get, i.get), 4 * u)),
            ...Array.from({ length: vectors }, (_, v) => {
              const sum = sums[r * vectors + v]
              return sum.set(v128.add(sum.get, v128.mul(term.get, held[v]?.get ?? weight(v))))
            }).flat(),
          ]),
        ]
      }),
      ...wAt.map(p => p.set(i32.add(p.get, i32.of(16 * panel)))),
    ),
    ...out.flatMap((o, r) =>
      Array.from({ length: vectors }, (_, v) => {
        const s = sums[r * vectors + v]
        return [...when(add.get, s.set(v128.add(v128.load(o.get, 16 * v), s.get))), ...v128.store(o.get, s.get, 16 * v)]
      }).flat(),
    ),
  ]
}

const product = (): Func =>
  func('product', i32s(7), ([x, w, out, rows, k, n, add], local) => {
    const [r, j, i, wj] = many(4, () => local('i32'))
    const xs = many(4, () => local('i32'))
    const outs = many(4, () => local('i32'))
    const wAt = many(4, () => local('i32'))
    const sums = many(8, () => local('v128'))
    const held = many(2, () => local('v128'))
    const term = local('v128')
    const rowAt = (base: Local, row: Code, width: Local): Code => i32.add(base.get, i32.mul(i32.mul(row, width.get), i32.of(4)))
    const outAt = (row: Code): Code => i32.add(rowAt(out, row, n), i32.mul(j.get, i32.of(4)))
    const whole = local('i32')
    return [
      whole.set(i32.sub(rows.get, i32.of(3))),
      j.set(i32.of(0)),
      // Four panels of weights stay in the first cache while all rows pass by.
      loop(
        j,
        4 * panel,
        n.get,
        r.set(i32.of(0)),
        when(
          i32.less(i32.of(0), whole.get),
          loop(
            r,
            4,
            whole.get,
            xs.flatMap((a, q) => a.set(rowAt(x, i32.add(r.get, i32.of(q)), k))),
            outs.flatMap((a, q) => a.set(outAt(i32.add(r.get, i32.of(q))))),
            wj.set(i32.add(w.get, i32.mul(i32.mul(j.get, k.get), i32.of(4)))),
            ...[0, 1, 2, 3].map(q => [
              ...tile(xs, 1, wj, outs, k, add, i, wAt.slice(0, 1), sums, held, term),
              ...(q === 3
                ? []
                : [
                    ...outs.flatMap(a => a.set(i32.add(a.get, i32.of(4 * panel)))),
                    ...wj.set(i32.add(wj.get, i32.mul(k.get, i32.of(4 * panel)))),
                  ]),
            ]),
          ),
        ),
        when(
          i32.less(r.get, rows.get),
          loop(
            r,
            1,
            rows.get,
            xs[0].set(rowAt(x, r.get, k)),
            outs[0].set(outAt(r.get)),
            wj.set(i32.add(w.get, i32.mul(i32.mul(j.get, k.get), i32.of(4)))),
            tile([xs[0]], 4, wj, [outs[0]], k, add, i, wAt, sums, [], term),
          ),
        ),
      ),
    ]
  })

const normalise = (s: Shape): Func =>
  func('normalise', i32s(4), ([x, weight, out, rows], local) => {
    const [r, i] = many(2, () => local('i32'))
    const sum = local('v128')
    const scale = local('v128')
    const bytes = 4 * s.width
    const at = (base: Local): Code => i32.add(base.get, i.get)
    return [
      r.set(i32.of(0)),
      loop(
        r,
        1,
        rows.get,
        sum.set(v128.all(0)),
        i.set(i32.of(0)),
        loop(i, 16, i32.of(bytes), sum.set(v128.add(sum.get, v128.mul(v128.load(at(x)), v128.load(at(x)))))),
        scale.set(v128.splat(f32.div(f32.of(1), f32.sqrt(f32.add(f32.mul(laneSum(sum), f32.of(1 / s.width)), f32.of(s.epsilon)))))),
        i.set(i32.of(0)),
        loop(i, 16, i32.of(bytes), v128.store(at(out), v128.mul(v128.mul(v128.load(at(x)), scale.get), v128.load(at(weight))))),
        x.set(i32.add(x.get, i32.of(bytes))),
        out.set(i32.add(out.get, i32.of(bytes))),
      ),
    ]
  })

const place = (s: Shape): Func =>
  func('place', i32s(4), ([qkv, places, rows, layer], local) => {
    const [r, h, i, from, to, page, angles] = many(7, () => local('i32'))
    const [a, b, c, sn] = many(4, () => local('v128'))
    const bytes = 4 * s.width
    const head = bytes / s.heads
    const half = head / 2
    // A head's first half and second half are the two coordinates of its pairs.
    const turn = (source: Local, target: Local): Code => [
      ...i.set(i32.of(0)),
      ...loop(
        i,
        16,
        i32.of(half),
        a.set(v128.load(i32.add(source.get, i.get))),
        b.set(v128.load(i32.add(source.get, i.get), half)),
        c.set(v128.load(i32.add(angles.get, i.get))),
        sn.set(v128.load(i32.add(angles.get, i.get), half)),
        v128.store(i32.add(target.get, i.get), v128.sub(v128.mul(a.get, c.get), v128.mul(b.get, sn.get))),
        v128.store(i32.add(target.get, i.get), v128.add(v128.mul(b.get, c.get), v128.mul(a.get, sn.get)), half),
      ),
    ]
    return [
      r.set(i32.of(0)),
      loop(
        r,
        1,
        rows.get,
        page.set(i32.add(i32.load(places.get), layer.get)),
        angles.set(i32.load(places.get, 4)),
        h.set(i32.of(0)),
        loop(
          h,
          head,
          i32.of(bytes),
          from.set(i32.add(qkv.get, h.get)),
          turn(from, from),
          from.set(i32.add(from.get, i32.of(bytes))),
          to.set(i32.add(page.get, h.get)),
          turn(from, to),
        ),
        i.set(i32.of(0)),
        loop(i, 16, i32.of(bytes), v128.store(i32.add(page.get, i.get), v128.load(i32.add(qkv.get, i.get), 2 * bytes), bytes)),
        qkv.set(i32.add(qkv.get, i32.of(3 * bytes))),
        places.set(i32.add(places.get, i32.of(8))),
      ),
    ]
  })

const attend = (s: Shape): Func =>
  func('attend', i32s(6), ([qkv, paths, out, rows, layer, scratch], local) => {
    const [r, h, t, end, key, to] = many(6, () => local('i32'))
    const [x, n, z, top] = many(4, () => local('v128'))
    const dots = many(4, () => local('v128'))
    const pairs = many(4, () => local('v128'))
    const bytes = 4 * s.width
    const head = bytes / s.heads
    const query = many(head / 16, () => local('v128'))
    const score = (offset: Code): Code => i32.add(scratch.get, offset)
    // t counts pages in bytes of their int32 addresses, which is also the offset of their float32 scores.
    const pageOf = (q: number): Code => i32.add(i32.add(i32.load(i32.add(paths.get, t.get), 4 + 4 * q), layer.get), h.get)
    return [
      r.set(i32.of(0)),
      loop(
        r,
        1,
        rows.get,
        end.set(i32.mul(i32.load(paths.get), i32.of(4))),
        h.set(i32.of(0)),
        loop(
          h,
          head,
          i32.of(bytes),
          query.flatMap((q, i) => q.set(v128.load(i32.add(qkv.get, h.get), 16 * i))),
          to.set(i32.add(out.get, h.get)),
          top.set(v128.all(-1e30)),
          t.set(i32.of(0)),
          // Scores of four keys at a time; past its end a path repeats its last page, which changes no maximum.
          loop(
            t,
            16,
            end.get,
            dots.flatMap((d, q) => [
              ...key.set(pageOf(q)),
              ...d.set(query.map((a, i) => v128.mul(a.get, v128.load(key.get, 16 * i))).reduce((a, b) => v128.add(a, b))),
            ]),
            // The four dot products' lanes turned, so that one addition sums a lane of all four.
            pairs[0].set(v128.shuffle(dots[0].get, dots[1].get, [0, 4, 1, 5])),
            pairs[1].set(v128.shuffle(dots[2].get, dots[3].get, [0, 4, 1, 5])),
            pairs[2].set(v128.shuffle(dots[0].get, dots[1].get, [2, 6, 3, 7])),
            pairs[3].set(v128.shuffle(dots[2].get, dots[3].get, [2, 6, 3, 7])),
            x.set(
              v128.mul(
                [0, 2]
                  .map(p =>
                    v128.add(
                      v128.shuffle(pairs[p].get, pairs[p + 1].get, [0, 1, 4, 5]),
                      v128.shuffle(pairs[p].get, pairs[p + 1].get, [2, 3, 6, 7]),
                    ),
                  )
                  .reduce((a, b) => v128.add(a, b)),
                v128.all(1 / Math.sqrt(s.width / s.heads)),
              ),
            ),
            v128.store(score(t.get), x.get),
            top.set(v128.max(top.get, x.get)),
          ),
          top.set(
            v128.splat(
              f32.max(f32.max(v128.lane(top.get, 0), v128.lane(top.get, 1)), f32.max(v128.lane(top.get, 2), v128.lane(top.get, 3))),
            ),
          ),
          // Lanes past the end count as -1e30: they add e^-87, which no sum of at least 1 sees.
          v128.store(score(end.get), v128.all(-1e30)),
          z.set(v128.all(0)),
          t.set(i32.of(0)),
          loop(
            t,
            16,
            end.get,
            x.set(v128.sub(v128.load(score(t.get)), top.get)),
            exp(x, n),
            v128.store(score(t.get), x.get),
            z.set(v128.add(z.get, x.get)),
          ),
          z.set(v128.splat(f32.div(f32.of(1), laneSum(z)))),
          query.flatMap(a => a.set(v128.all(0))),
          t.set(i32.of(0)),
          loop(
            t,
            4,
            end.get,
            key.set(pageOf(0)),
            x.set(v128.spread(score(t.get))),
            query.flatMap((a, i) => a.set(v128.add(a.get, v128.mul(x.get, v128.load(key.get, bytes + 16 * i))))),
          ),
          query.flatMap((a, i) => v128.store(to.get, v128.mul(a.get, z.get), 16 * i)),
        ),
        qkv.set(i32.add(qkv.get, i32.of(3 * bytes))),
        out.set(i32.add(out.get, i32.of(bytes))),
        paths.set(i32.add(paths.get, i32.of(4 * (s.context + 1)))),
      ),
    ]
  })

const gated = (s: Shape): Func =>
  func('gated', i32s(3), ([gateUp, out, rows], local) => {
    const [r, i] = many(2, () => local('i32'))
    const [g, x, n] = many(3, () => local('v128'))
    const bytes = 4 * s.hidden
    return [
      r.set(i32.of(0)),
      loop(
        r,
        1,
        rows.get,
        i.set(i32.of(0)),
        loop(
          i,
          16,
          i32.of(bytes),
          g.set(v128.load(i32.add(gateUp.get, i.get))),
          x.set(v128.neg(g.get)),
          exp(x, n),
          v128.store(
            i32.add(out.get, i.get),
            v128.mul(v128.div(g.get, v128.add(x.get, v128.all(1))), v128.load(i32.add(gateUp.get, i.get), bytes)),
          ),
        ),
        gateUp.set(i32.add(gateUp.get, i32.of(2 * bytes))),
        out.set(i32.add(out.get, i32.of(bytes))),
      ),
    ]
  })

/** The kernels over a WebAssembly memory. Rows must be at least 1. @throws where the shape is not served */
export function simdKernels(shape: Shape, memory: WasmMemory): Kernels {
  const code = assemble([product(), normalise(shape), place(shape), attend(shape), gated(shape)], 1)
  return new wasm!.Instance(new wasm!.Module(code), { env: { memory } }).exports as Kernels
}
