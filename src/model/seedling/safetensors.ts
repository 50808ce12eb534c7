// The safetensors format: 8 bytes of header length, a JSON header (name -> dtype, shape, byte range), then the raw little-endian numbers.
// https://huggingface.co/docs/safetensors
import { Failure } from '../../kernel/failure.ts'
import { sizeOf } from './shape.ts'

export type DType = 'F32' | 'F16' | 'BF16'
export interface TensorFile {
  tensors: Map<string, { shape: number[]; data: Float32Array }>
  metadata: Record<string, string>
}
const bytesOf: Record<DType, number> = { F32: 4, F16: 2, BF16: 2 }

/** A file of named tensors. Order is kept. @param dtype how numbers are stored; F16 and BF16 round to nearest */
export function writeSafetensors(
  tensors: Iterable<readonly [string, { shape: readonly number[]; data: Float32Array }]>,
  metadata: Record<string, string> = {},
  dtype: DType = 'F32',
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  const parts: { at: number; data: Float32Array }[] = []
  let at = 0
  for (const [name, t] of tensors) {
    const end = at + t.data.length * bytesOf[dtype]
    header[name] = { dtype, shape: t.shape, data_offsets: [at, end] }
    parts.push({ at, data: t.data })
    at = end
  }
  let json = JSON.stringify(header)
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8)
  const head = new TextEncoder().encode(json)
  const out = new Uint8Array(8 + head.length + at)
  const view = new DataView(out.buffer)
  view.setBigUint64(0, BigInt(head.length), true)
  out.set(head, 8)
  for (const p of parts) encodeNumbers(view, 8 + head.length + p.at, p.data, dtype)
  return out
}

/** Writes numbers at a byte offset, little-endian. */
export function encodeNumbers(view: DataView, offset: number, data: Float32Array, dtype: DType): void {
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'F32') view.setFloat32(offset + 4 * i, data[i], true)
    else if (dtype === 'F16') view.setFloat16(offset + 2 * i, data[i], true)
    else view.setUint16(offset + 2 * i, toBfloat16(data[i]), true)
  }
}

const scratch = new DataView(new ArrayBuffer(4))
/** The upper half of a float32, rounded to nearest, ties to even. */
function toBfloat16(x: number): number {
  scratch.setFloat32(0, x)
  const bits = scratch.getUint32(0)
  return Number.isNaN(x) ? 0x7fc0 : ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

const broken = (name: string, what: string): Failure =>
  new Failure('model', `${name}: ${what}`, 'the file is damaged or not a safetensors file: fetch or train the weights again')

/**
 * Reads a file of named tensors as float32.
 * @param name what to call the file in errors
 * @throws Failure when it is cut off, its header is no header, or it holds a type other than F32, F16, BF16
 */
export function readSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) throw broken(name, `expected a safetensors file, found ${bytes.length} bytes`)
  const length = Number(view.getBigUint64(0, true))
  if (!Number.isSafeInteger(length) || length < 2 || 8 + length > bytes.length)
    throw broken(name, `expected a header of ${length} bytes, found ${bytes.length - 8} bytes after its length`)
  let header: Record<string, any>
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)))
  } catch {
    throw broken(name, 'expected a JSON header, found something else')
  }
  const { __metadata__: metadata = {}, ...entries } = header
  const start = 8 + length
  const tensors: TensorFile['tensors'] = new Map()
  for (const [key, t] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: range } = t ?? {}
    if (!(dtype in bytesOf)) throw broken(name, `expected ${key} as F32, F16 or BF16, found ${dtype}`)
    const whole = (xs: unknown): boolean => Array.isArray(xs) && xs.every(x => Number.isSafeInteger(x) && x >= 0)
    if (!whole(shape) || !whole(range)) throw broken(name, `expected shape and byte range of ${key}, found none`)
    const size = sizeOf(shape)
    const width = bytesOf[dtype as DType]
    if (range[1] - range[0] !== size * width)
      throw broken(name, `expected ${size * width} bytes for ${key}, found a range of ${range[1] - range[0]}`)
    if (start + range[1] > bytes.length)
      throw broken(name, `expected ${start + range[1]} bytes up to the end of ${key}, found ${bytes.length}: the file is truncated`)
    tensors.set(key, { shape, data: decodeNumbers(view, start + range[0], size, dtype) })
  }
  return { tensors, metadata }
}

/** Reads numbers at a byte offset as float32. */
export function decodeNumbers(view: DataView, offset: number, size: number, dtype: DType): Float32Array {
  const out = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    if (dtype === 'F32') out[i] = view.getFloat32(offset + 4 * i, true)
    else if (dtype === 'F16') out[i] = view.getFloat16(offset + 2 * i, true)
    else {
      scratch.setUint32(0, view.getUint16(offset + 2 * i, true) << 16)
      out[i] = scratch.getFloat32(0)
    }
  }
  return out
}
