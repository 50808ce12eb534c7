// A WebAssembly assembler of a page: expressions are byte lists, put together by nesting. Holds what the kernels in simd.ts use, no more.
// Opcodes: https://webassembly.github.io/spec/core/appendix/index-instructions.html

export interface WasmMemory {
  readonly buffer: ArrayBuffer
}
/** The platform's WebAssembly, as far as it is used here; undefined where there is none. Its types come with the DOM library only. */
export const wasm = (
  globalThis as unknown as {
    WebAssembly?: {
      validate(code: Uint8Array): boolean
      Module: new (code: Uint8Array) => object
      Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: object }
      /** initial: in pages of 64 KiB. */
      Memory: new (o: {
        initial: number
      }) => WasmMemory
    }
  }
).WebAssembly

export type Code = readonly number[]
export type Type = 'i32' | 'f32' | 'v128'
const typeByte: Record<Type, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

const unsigned = (n: number): number[] => {
  const out: number[] = []
  do {
    const low = n & 0x7f
    n >>>= 7
    out.push(n === 0 ? low : low | 0x80)
  } while (n !== 0)
  return out
}
const signed = (n: number): number[] => {
  const out: number[] = []
  for (;;) {
    const low = n & 0x7f
    n >>= 7
    if ((n === 0 && !(low & 0x40)) || (n === -1 && low & 0x40)) return [...out, low]
    out.push(low | 0x80)
  }
}
const float = (x: number): number[] => [...new Uint8Array(new Float32Array([x]).buffer)]
const nested = (opcode: Code, ...operands: Code[]): Code => [...operands.flat(), ...opcode]
const simd = (op: number): Code => [0xfd, ...unsigned(op)]

/** A local variable: read it, write it. */
export interface Local {
  readonly index: number
  readonly get: Code
  set(value: Code): Code
}

export const i32 = {
  of: (n: number): Code => [0x41, ...signed(n)],
  add: (a: Code, b: Code) => nested([0x6a], a, b),
  sub: (a: Code, b: Code) => nested([0x6b], a, b),
  mul: (a: Code, b: Code) => nested([0x6c], a, b),
  less: (a: Code, b: Code) => nested([0x48], a, b),
  load: (at: Code, offset = 0) => nested([0x28, 2, ...unsigned(offset)], at),
}
export const f32 = {
  of: (x: number): Code => [0x43, ...float(x)],
  add: (a: Code, b: Code) => nested([0x92], a, b),
  mul: (a: Code, b: Code) => nested([0x94], a, b),
  div: (a: Code, b: Code) => nested([0x95], a, b),
  max: (a: Code, b: Code) => nested([0x97], a, b),
  sqrt: (a: Code) => nested([0x91], a),
  load: (at: Code, offset = 0) => nested([0x2a, 2, ...unsigned(offset)], at),
  store: (at: Code, value: Code, offset = 0) => nested([0x38, 2, ...unsigned(offset)], at, value),
}
/** Four float32 lanes. */
export const v128 = {
  load: (at: Code, offset = 0) => nested([...simd(0x00), 2, ...unsigned(offset)], at),
  store: (at: Code, value: Code, offset = 0) => nested([...simd(0x0b), 2, ...unsigned(offset)], at, value),
  /** One float32 of memory in all lanes. */
  spread: (at: Code, offset = 0) => nested([...simd(0x09), 2, ...unsigned(offset)], at),
  all: (x: number): Code => [...simd(0x0c), ...float(x), ...float(x), ...float(x), ...float(x)],
  splat: (x: Code) => nested(simd(0x13), x),
  lane: (a: Code, i: number) => nested([...simd(0x1f), i], a),
  /** Four lanes of two vectors: 0 to 3 are a's, 4 to 7 are b's. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]) =>
    nested([...simd(0x0d), ...lanes.flatMap(l => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3])], a, b),
  add: (a: Code, b: Code) => nested(simd(0xe4), a, b),
  sub: (a: Code, b: Code) => nested(simd(0xe5), a, b),
  mul: (a: Code, b: Code) => nested(simd(0xe6), a, b),
  div: (a: Code, b: Code) => nested(simd(0xe7), a, b),
  min: (a: Code, b: Code) => nested(simd(0xe8), a, b),
  max: (a: Code, b: Code) => nested(simd(0xe9), a, b),
  neg: (a: Code) => nested(simd(0xe1), a),
  nearest: (a: Code) => nested(simd(0x6a), a),
  /** To four int32, and, as four int32: sum, and shift to the left. */
  toInt: (a: Code) => nested(simd(0xf8), a),
  addInt: (a: Code, b: Code) => nested(simd(0xae), a, b),
  shiftInt: (a: Code, by: number) => nested(simd(0xab), a, i32.of(by)),
  splatInt: (x: Code) => nested(simd(0x11), x),
}
/** Sum of the lanes, always in the same order. */
export const laneSum = (x: Local): Code =>
  f32.add(f32.add(v128.lane(x.get, 0), v128.lane(x.get, 1)), f32.add(v128.lane(x.get, 2), v128.lane(x.get, 3)))

/** Repeats the body while `counter` + step < end; the body runs at least once. */
export const loop = (counter: Local, step: number, end: Code, ...body: Code[]): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...counter.set(i32.add(counter.get, i32.of(step))),
  ...i32.less(counter.get, end),
  0x0d,
  0,
  0x0b,
]
/** The body, if the condition holds. */
export const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), 0x0b]

/** A function without results. `write` gets its parameters and a maker of locals, and gives its body. */
export interface Func {
  name: string
  params: readonly Type[]
  locals: readonly Type[]
  body: Code
}
export function func(name: string, params: readonly Type[], write: (p: Local[], local: (type: Type) => Local) => Code[]): Func {
  const locals: Type[] = []
  const variable = (index: number): Local => ({
    index,
    get: [0x20, ...unsigned(index)],
    set: value => [...value, 0x21, ...unsigned(index)],
  })
  const body = write(
    params.map((_, i) => variable(i)),
    type => variable(params.length + locals.push(type) - 1),
  ).flat()
  return { name, params, locals, body }
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()]
const section = (id: number, content: Code): number[] => [id, ...unsigned(content.length), ...content]
const text = (s: string): number[] => [...unsigned(s.length), ...new TextEncoder().encode(s)]

/** A module that imports its memory as env.memory and exports the functions by name. @param pages least size of the memory, in 64 KiB */
export function assemble(functions: readonly Func[], pages: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(functions.map(f => [0x60, ...vector(f.params.map(t => [typeByte[t]])), 0]))),
    ...section(2, vector([[...text('env'), ...text('memory'), 2, 0, ...unsigned(pages)]])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(functions.map((f, i) => [...text(f.name), 0, ...unsigned(i)]))),
    ...section(
      10,
      vector(
        functions.map(f => {
          const code = [...vector(f.locals.map(t => [1, typeByte[t]])), ...f.body, 0x0b]
          return [...unsigned(code.length), ...code]
        }),
      ),
    ),
  ])
}
