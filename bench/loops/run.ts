// npm run loops -- --store DIR [--only TEXT ...]: the trials of the grid, one after the other, each into bench/results/loops/NAME.json as it ends.
// Stopped anywhere, the same command goes on: what is in a file is not run again, and a loop goes on where it was.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { heldOut, loop, loopNamed, type Outcomes, type Round } from '../../src/loop/index.ts'
import { grid, heldOutBy, nameOf, settings, type Trial, worldOf } from './grid.ts'

const { values } = parseArgs({ options: { store: { type: 'string' }, only: { type: 'string', multiple: true, default: [] } } })
if (values.store === undefined) {
  process.stderr.write('bench/loops/run.ts wants --store DIR, where runs and weights are to lie\n')
  process.exit(2)
}
const { store } = values
export const results = join(import.meta.dirname, '../results/loops')
mkdirSync(results, { recursive: true })
mkdirSync(store, { recursive: true })

const bits = ({ correct, calls }: Outcomes) => ({ correct: correct.join(''), calls })
/** A round's weights on the test split, kept beside them: the first round of all loops of a seed is the same. */
async function tested(now: Pick<Round, 'policy' | 'critic'>, world: string, seed: number) {
  const file = join(store, `test-${seed}-${now.policy}-${now.critic}.json`.replaceAll('@', '-'))
  if (!existsSync(file)) {
    const found = await heldOut(now, { ...heldOutBy, store, world, seed })
    writeFileSync(file, JSON.stringify({ greedy: bits(found.greedy), search: bits(found.search), tries: found.tries }))
  }
  return JSON.parse(readFileSync(file, 'utf8'))
}

async function trial(t: Trial, file: string): Promise<void> {
  const began = performance.now()
  const cpu = process.cpuUsage()
  const name = nameOf(t)
  // In this process: what is compiled for one training serves all that follow.
  const r = await loop(loopNamed(t.loop), {
    ...settings,
    world: worldOf(t),
    store,
    name,
    model: t.model,
    seed: t.seed,
    parts: t.parts,
    apart: false,
  })
  const rounds = []
  for (const x of r.rounds) rounds.push({ ...x, test: await tested(x, worldOf(t), t.seed) })
  const used = process.cpuUsage(cpu)
  const text = JSON.stringify({ schema: 1, trial: t, plan: r.plan, heldOut: heldOutBy, rounds }, null, 1)
  writeFileSync(`${file}.part`, `${text}\n`)
  renameSync(`${file}.part`, file)
  const percent = (s: string): string => `${((100 * s.split('1').length - 100) / s.length).toFixed(1)} %`
  process.stdout.write(
    `${name}: ${rounds.map(x => `${percent(x.test.greedy.correct)} / ${percent(x.test.search.correct)}`).join(', ')}; ` +
      `${((performance.now() - began) / 1000).toFixed(0)} s, ${((used.user + used.system) / 1e6).toFixed(0)} s of the processor\n`,
  )
}

const wanted = grid.filter(t => values.only.length === 0 || values.only.some(o => nameOf(t).includes(o)))
let failed = 0
for (const t of wanted) {
  const file = join(results, `${nameOf(t)}.json`)
  if (existsSync(file)) continue
  try {
    await trial(t, file)
  } catch (e) {
    failed++
    process.stderr.write(`${nameOf(t)}: ${(e as Error).stack}\n`)
  }
}
process.exit(failed > 0 ? 1 : 0)
