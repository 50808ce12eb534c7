// llama.cpp as an oracle: exports the seedling to GGUF, loads it there, and compares the law of every next token on whole solutions and random words; then
// the provider over llama.cpp with the seedling's own, and its chats with a file that has other words.
// Run by `npm run test:llama`. Exit code 0: all agree to 1e-3; 1: they do not, or llama.cpp does not run here.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AddressedRandom } from '../../src/kernel/random.ts'
import { liveAt } from '../../src/learn/seedling/index.ts'
import { gguf, type LlamaPackage } from '../../src/model/llama-cpp/index.ts'
import { encode, loadSeedling, seedlingProvider, writeGguf } from '../../src/model/seedling/index.ts'

const tolerance = 1e-3
const { shape, weights } = loadSeedling(process.argv[2])
// By a variable, so that this file type-checks where the package is not installed.
const name = 'node-llama-cpp'
const llamaCpp = (await import(name)) as LlamaPackage
const folder = mkdtempSync(join(tmpdir(), 'seedling-'))
let worst = 0
let compared = 0
const compare = (a: number, b: number): void => {
  worst = Math.max(worst, Math.abs(a - b))
  compared++
}
try {
  const path = join(folder, 'seedling.gguf')
  const bytes = writeGguf(shape, weights)
  writeFileSync(path, bytes)
  const theirs = await gguf(path, { package: llamaCpp, threads: 1 })
  const ours = seedlingProvider(shape, weights)
  assert.equal(theirs.dialect, 'tokens')
  const random = new AddressedRandom(1, 0, 0, 'llama')
  const rows = [
    encode('24 : 4 9 10 13 ; 10 - 4 = 6 : 6 9 13 ; 13 - 9 = 4 : 4 6 ; 6 * 4 = 24 $'),
    encode('60 : 3 20 7 ; 20 * 3 = 60 : 7 60 ; <judge> <good>'),
    ...Array.from({ length: 4 }, () => Array.from({ length: 40 }, () => random.int(shape.vocabulary))),
  ]
  const prefixes = rows.flatMap(ids => ids.map((_, t) => ids.slice(0, t + 1)))
  const [a, b] = [await theirs.next!(prefixes, liveAt(1, 0)), await ours.next(prefixes, liveAt(1, 0))]
  a.laws.forEach((law, i) => {
    for (const [id, logprob] of law.entries()) compare(logprob, b.laws[i][id])
  })
  const prompt = [{ role: 'user' as const, content: '24 : 4 9 10 13 ;' }]
  const [s, t] = [await theirs.score!(prompt, '10 - 4 = 6', liveAt(1, 0)), await ours.score(prompt, '10 - 4 = 6', liveAt(1, 0))]
  s.tokens!.forEach((w, i) => {
    compare(w.logprob, t.tokens![i].logprob)
  })
  for (const temperature of [0, 1]) {
    const o = { n: 4, temperature, stop: ['$'] }
    const [x, y] = [await theirs.sample(prompt, o, liveAt(1, 0)), await ours.sample(prompt, o, liveAt(1, 0))]
    assert.deepEqual(
      x.samples.map(w => w.text),
      y.samples.map(w => w.text),
    )
  }
  await theirs.close!()

  // One word renamed: a file with another vocabulary, which is spoken to in chats.
  const other = join(folder, 'other.gguf')
  writeFileSync(other, Buffer.from(Buffer.from(bytes).toString('latin1').replace('<separator>', '<zeparator>'), 'latin1'))
  const chats = await gguf(other, { package: llamaCpp, threads: 1 })
  assert.equal(chats.dialect, 'text')
  const asked = await chats.sample([{ role: 'system', content: '1' }, ...prompt], { n: 2, max: 8 }, liveAt(1, 0))
  assert.equal(asked.samples.length, 2)
  assert.equal(asked.usage.inputTokens, chats.max([{ role: 'system', content: '1' }, ...prompt], { n: 2 }).inputTokens)
  await chats.close!()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const agree = worst <= tolerance
console.log(
  `${agree ? 'agree' : 'DISAGREE'}: ${compared} log-probabilities compared with llama.cpp, largest difference ${worst.toExponential(2)} (allowed ${tolerance})`,
)
process.exit(agree ? 0 : 1)
