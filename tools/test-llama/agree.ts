// llama.cpp as an oracle: exports the seedling to GGUF, loads it there, and compares the law of every next token on whole solutions and random words.
// Run by `npm run test:llama`. Exit code 0: all laws agree to 1e-3; 1: they do not, or llama.cpp does not run here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AddressedRandom } from '../../src/kernel/random.ts'
import { encode, loadSeedling, seedlingProvider, writeGguf } from '../../src/model/seedling/index.ts'

const tolerance = 1e-3
const { shape, weights } = loadSeedling(process.argv[2])
// By a variable, so that this file type-checks where the package is not installed.
const name = 'node-llama-cpp'
const { getLlama } = await import(name)
const folder = mkdtempSync(join(tmpdir(), 'seedling-'))
let worst = 0
let compared = 0
try {
  const path = join(folder, 'seedling.gguf')
  writeFileSync(path, writeGguf(shape, weights))
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' })
  const model = await llama.loadModel({ modelPath: path })
  const context = await model.createContext({
    contextSize: shape.context,
    batchSize: shape.context,
    flashAttention: false,
    // Its cache rounds to 16 bits unless told otherwise.
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  })
  const sequence = context.getSequence()
  const { engine } = seedlingProvider(shape, weights)
  const random = new AddressedRandom(1, 0, 0, 'llama')
  const rows = [
    encode('24 : 4 9 10 13 ; 10 - 4 = 6 : 6 9 13 ; 13 - 9 = 4 : 4 6 ; 6 * 4 = 24 $'),
    encode('60 : 3 20 7 ; 20 * 3 = 60 : 7 60 ; <judge> <good>'),
    ...Array.from({ length: 6 }, () => Array.from({ length: 40 }, () => random.int(shape.vocabulary))),
  ]
  for (const ids of rows) {
    await sequence.clearHistory()
    const out = await sequence.controlledEvaluate(ids.map((id): unknown => [id, { generateNext: { probabilities: true } }]))
    for (let t = 0; t < ids.length; t++) {
      const law = engine.law(engine.places([ids.slice(0, t + 1)])[0])
      for (const [id, p] of out[t].next.probabilities as Map<number, number>) {
        // Below 1e-6 a float32 probability has lost the digits of its logarithm.
        if (p < 1e-6 && Math.exp(law[id]) < 1e-6) continue
        worst = Math.max(worst, Math.abs(Math.log(p) - law[id]))
        compared++
      }
    }
  }
  await context.dispose()
  await model.dispose()
  await llama.dispose()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const agree = worst <= tolerance && compared > 1000
console.log(
  `${agree ? 'agree' : 'DISAGREE'}: ${compared} log-probabilities compared with llama.cpp, largest difference ${worst.toExponential(2)} (allowed ${tolerance})`,
)
process.exit(agree ? 0 : 1)
