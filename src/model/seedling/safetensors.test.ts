import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DType, readSafetensors, writeSafetensors } from './safetensors.ts'

const data = Float32Array.from([0, -1, 0.1, 65504, 1e-6, Math.PI])
const file = (dtype: DType = 'F32') =>
  writeSafetensors(
    [
      ['a', { shape: [2, 3], data }],
      ['b.c', { shape: [1], data: data.slice(5) }],
    ],
    { who: 'me' },
    dtype,
  )

test('what is written is read', () => {
  const { tensors, metadata } = readSafetensors(file(), 'x')
  expect(metadata).toEqual({ who: 'me' })
  expect([...tensors.keys()]).toEqual(['a', 'b.c'])
  expect(tensors.get('a')).toEqual({ shape: [2, 3], data })
})

test('half precisions round to nearest', () => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(-6e4), max: Math.fround(6e4), noNaN: true }), x => {
      for (const [dtype, bits] of [
        ['F16', 11],
        ['BF16', 8],
      ] as const) {
        const y = readSafetensors(writeSafetensors([['x', { shape: [1], data: Float32Array.of(x) }]], {}, dtype), 'x').tensors.get('x')!
          .data[0]
        expect(Math.abs(y - x)).toBeLessThanOrEqual(Math.max(Math.abs(x) * 2 ** -bits, 2 ** -25))
      }
    }),
  )
})

test('the header is a multiple of 8 long, as other readers expect', () => {
  expect(Number(new DataView(file().buffer).getBigUint64(0, true)) % 8).toBe(0)
})

test('a file cut off anywhere is refused in one line', () => {
  const whole = file('F16')
  for (let n = 0; n < whole.length; n++) {
    let error: unknown
    try {
      readSafetensors(whole.subarray(0, n), 'cut.safetensors')
    } catch (e) {
      error = e
    }
    expect((error as Error).message).toMatch(/^cut\.safetensors: expected [^\n]*$/)
  }
})

test('a type it cannot read is named', () => {
  const bytes = Buffer.from(Buffer.from(file()).toString('latin1').replaceAll('"F32"', '"I32"'), 'latin1')
  expect(() => readSafetensors(bytes, 'x')).toThrow(/a as F32, F16 or BF16, found I32/)
})
