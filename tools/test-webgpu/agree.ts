// The same few steps of training by WebAssembly and by WebGPU, each in a process of its own: losses of every step and the weights at the end are compared.
// Run by `npm run test:webgpu`. Exit code 0: they agree; 1: they do not, or there is no device here. On Linux a software Vulkan stands in for a graphics device.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainDevice } from '../../src/learn/index.ts'

interface Found {
  losses: number[]
  weights: [string, number[]][]
  seconds: number
}
const steps = 12
const here = process.argv[2] as TrainDevice | undefined
if (here === undefined) {
  const [a, b] = [await apart('wasm'), await apart('webgpu')]
  let worst = 0
  for (const [i, x] of a.losses.entries()) worst = Math.max(worst, Math.abs(x - b.losses[i]) / Math.abs(x))
  let far = 0
  for (const [i, [name, xs]] of a.weights.entries()) {
    assert.equal(name, b.weights[i][0])
    for (const [j, x] of xs.entries()) far = Math.max(far, Math.abs(x - b.weights[i][1][j]))
  }
  process.stdout.write(
    `${steps} steps: losses differ by ${(100 * worst).toFixed(4)} % at most, weights by ${far.toExponential(1)}; wasm ${a.seconds.toFixed(1)} s, webgpu ${b.seconds.toFixed(1)} s, with what is compiled\n`,
  )
  // Rounding alone: a wrong kernel shows in the first digits. Adam turns a gradient near 0 by its sign, so a weight may be off by a step's rate.
  assert.ok(a.losses.every(Number.isFinite) && a.losses[steps - 1] < a.losses[0])
  assert.ok(worst < 1e-3, `losses differ by ${worst}`)
  assert.ok(far < 5e-3, `weights differ by ${far}`)
} else {
  if (here === 'webgpu') {
    // By this package's own dependencies, under the name that the library looks for.
    const { create, globals } = await import(createRequire(import.meta.url).resolve('webgpu'))
    Object.assign(globalThis, globals)
    Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true })
  }
  const { trainSeedling, seedlingShape } = await import('../../src/learn/index.ts').then(async l => ({
    ...l,
    ...(await import('../../src/model/seedling/index.ts')),
  }))
  const losses: number[] = []
  const began = performance.now()
  const r = await trainSeedling({
    device: here,
    shape: { ...seedlingShape, width: 32, layers: 2, heads: 2, hidden: 64 },
    steps,
    warmup: 2,
    batch: 16,
    measureEvery: 1,
    onEvent: e => {
      if ('words' in e) losses.push((e as { words: number }).words)
    },
  })
  const found: Found = {
    losses,
    weights: [...r.weights].map(([name, x]) => [name, [...x]]),
    seconds: (performance.now() - began) / 1000,
  }
  process.send!(found, () => process.exit(0))
}

async function apart(device: TrainDevice): Promise<Found> {
  const env = { ...process.env }
  if (device === 'webgpu' && process.platform === 'linux' && env.VK_ICD_FILENAMES === undefined && !existsSync('/dev/dri')) {
    const { default: chromium } = await import(createRequire(import.meta.url).resolve('@sparticuz/chromium'))
    chromium.setGraphicsMode = true
    await chromium.executablePath()
    env.LD_LIBRARY_PATH = [tmpdir(), env.LD_LIBRARY_PATH].filter(Boolean).join(':')
    env.VK_ICD_FILENAMES = join(tmpdir(), 'espalier-swiftshader.json')
    writeFileSync(
      env.VK_ICD_FILENAMES,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: join(tmpdir(), 'libvk_swiftshader.so'), api_version: '1.0.5' } }),
    )
  }
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [device], { env })
    child.on('message', m => resolve(m as Found))
    child.on('exit', code => code !== 0 && reject(new Error(`training by ${device} ended with code ${code}`)))
  })
}
