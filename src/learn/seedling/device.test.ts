import { expect, test } from 'vitest'
import { seedlingShape } from '../../model/seedling/index.ts'
import { trainDevices, trainOn } from './device.ts'
import { trainSeedling } from './train.ts'

test('a device that is not there is said in one line; the processor goes on', async () => {
  // Neither the platform nor a package offers one here: training on it is compared by npm run test:webgpu.
  expect('gpu' in globalThis.navigator).toBe(false)
  await expect(trainOn('webgpu')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/needs the package 'webgpu'/),
    hint: 'npm install webgpu',
  })
  const tiny = { steps: 1, batch: 2, shape: { ...seedlingShape, width: 8, layers: 1, heads: 2, hidden: 8 } }
  const [a, b] = [await trainSeedling({ ...tiny, device: 'wasm' }), await trainSeedling(tiny)]
  expect(a.weights).toEqual(b.weights)
  expect(trainDevices).toEqual(['wasm', 'webgpu'])
})
