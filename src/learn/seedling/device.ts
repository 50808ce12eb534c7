// Where training computes: by WebAssembly on the processor, or on a graphics device by WebGPU.
import { defaultDevice, init } from '@jax-js/jax'
import { Failure } from '../../kernel/index.ts'

export type TrainDevice = 'wasm' | 'webgpu'
export const trainDevices: readonly TrainDevice[] = ['wasm', 'webgpu']

interface Gpu {
  requestAdapter(): Promise<unknown>
}
/** Held for as long as the process lives: the device goes with it. */
let held: Gpu | undefined

/**
 * Puts all training that follows in this process there. Runs on one device are repeatable bit for bit; between two they agree to rounding only, and so does a run that
 * goes on on another.
 * @throws Failure (usage) where there is no such device
 */
export async function trainOn(device: TrainDevice): Promise<void> {
  if (device === 'webgpu') {
    const gpu = await gpuOf()
    if ((await gpu.requestAdapter()) === null)
      throw new Failure(
        'usage',
        'expected a WebGPU device, found none',
        'install the driver of a graphics card, or train with --device wasm',
      )
    await init('webgpu')
  }
  defaultDevice(device)
}

/** The platform's own, else that of the optional package `webgpu`. */
async function gpuOf(): Promise<Gpu> {
  const own = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu
  if (own !== undefined) return own
  // Named at run time: whoever does not train on such a device need not have it.
  const name = 'webgpu'
  let found: { create(options: string[]): Gpu; globals: object }
  try {
    found = await import(name)
  } catch (e) {
    throw new Failure('usage', `--device webgpu needs the package 'webgpu', and it is not installed`, 'npm install webgpu', { cause: e })
  }
  Object.assign(globalThis, found.globals)
  held = found.create([])
  Object.defineProperty(globalThis.navigator, 'gpu', { value: held, configurable: true })
  return held
}
