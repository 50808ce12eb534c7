// kill -9 at many random points: the same tree with one call in flight, else exactly a replay of its own journal; every repeated call named as in doubt.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlatTree } from '../src/kernel/index.ts'
import { grower, kitchen } from '../src/runtime/fixture/methods.ts'
import { toy, toyModel, toyValue } from '../src/runtime/fixture/toy.ts'
import { run } from '../src/runtime/index.ts'
import { openStore } from '../src/store/index.ts'
import { survive } from '../test/crash/crash.ts'
import { counting } from '../test/crash/server.ts'
import type { Row } from './row.ts'

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const store = mkdtempSync(join(tmpdir(), 'espalier-crash-'))
  const server = await counting(2)
  const wanted = smoke ? 4 : 1000
  let kills = 0
  let runs = 0
  let wrong = 0
  let unnamed = 0
  try {
    const whole = new Map<string, string>()
    for (let i = 0; kills < wanted; i++) {
      const method = i % 2 === 0 ? 'grower' : 'kitchen'
      const concurrency = i % 4 < 2 ? 1 : 8
      const o = { store, method, concurrency, calls: 60, seed: 5 }
      const k = await survive(server, { ...o, kills: Math.min(smoke ? 1 : 8, wanted - kills) })
      kills += k.kills
      runs++
      if (concurrency === 1) {
        if (!whole.has(method)) whole.set(method, (await survive(server, { ...o, kills: 0 })).digest)
        if (k.digest !== whole.get(method)) wrong++
      }
      const s = openStore(store)
      const r = await run(
        {
          world: toy(5),
          method: method === 'kitchen' ? kitchen() : grower,
          model: { ...toyModel(), id: 'counted' },
          value: toyValue,
          budget: { calls: 60 },
        },
        '',
        { journal: s.open(k.run).journal, replayOnly: true, seed: 5, concurrency },
      )
      s.close()
      if ((r.tree as FlatTree).digest() !== k.digest || r.spent.calls !== k.spent.calls) wrong++
      for (const [key, times] of server.answered) if (key.startsWith(`${k.run}-`) && times > 1 && !k.doubted.has(key)) unnamed++
    }
  } finally {
    server.close()
    rmSync(store, { recursive: true, force: true })
  }
  return [
    { name: `runs that differ after kills (${kills} kills, ${runs} runs)`, value: wrong, unit: '', bar: 'at most', target: 0 },
    { name: 'completed calls made again and not named as in doubt', value: unnamed, unit: '', bar: 'at most', target: 0 },
  ]
}
