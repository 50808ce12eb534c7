import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createModel } from '../spec.ts'
import { seedling, weightsPath } from './kind.ts'
import { writeModel } from './llama.ts'
import { type Shape, seedlingShape, sizeOf, tensors } from './shape.ts'

const store = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(store, { recursive: true }))

test('weights of a name are looked up in the store', async () => {
  const shape: Shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
  const weights = new Map(tensors(shape).map(t => [t.name, new Float32Array(sizeOf(t.shape)).fill(0.1)]))
  const path = weightsPath(store, 'mine')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, writeModel(shape, weights))
  const model = await createModel('seedling@mine', { store })
  expect(model).toMatchObject({ id: 'seedling@mine', dialect: 'tokens', price: { input: 0, output: 0 } })
  expect(model.can).toEqual(expect.arrayContaining(['n', 'logprobs', 'next', 'score', 'fork']))
  await expect(createModel('seedling@other', { store })).rejects.toThrow(/expected weights at .*other.*found no file/)
  await expect(createModel('seedling@../x', { store })).rejects.toThrow(/letters, digits, dots and dashes/)
  await expect(createModel('seedling@mine')).rejects.toThrow(/needs a store/)
  await expect(createModel('seedling:x')).rejects.toThrow(/takes nothing after a colon/)
})

test('a truncated file is one clear line', () => {
  const path = join(store, 'cut.safetensors')
  writeFileSync(
    path,
    writeModel(seedlingShape, new Map(tensors(seedlingShape).map(t => [t.name, new Float32Array(sizeOf(t.shape))]))).subarray(0, 100_000),
  )
  expect(() => seedling(path)).toThrow(/^[^\n]*cut\.safetensors: expected \d+ bytes up to the end of [^\n]*the file is truncated$/)
})
