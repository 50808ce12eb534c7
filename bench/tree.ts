// Large trees: memory a node, and how long building, saving, loading and walking take.

import type { NodeId } from '../src/contract/index.ts'
import { AddressedRandom, decodeTree, encodeTree, FlatTree } from '../src/kernel/index.ts'
import type { Row } from './row.ts'

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const n = smoke ? 20_000 : 1_000_000
  const rng = new AddressedRandom(1, 2, 3, 'tree')
  const before = process.memoryUsage()
  const clock = (): number => performance.now()
  const t0 = clock()
  const t = new FlatTree<number, number, number>(0, { outcome: () => null })
  for (let i = 1; i < n; i++) t.take(t.edge(rng.int(t.size) as NodeId, i, String(i), { rank: i }), i)
  const t1 = clock()
  const after = process.memoryUsage()
  const bytes = encodeTree(t)
  const t2 = clock()
  const u = decodeTree<number, number, number>(bytes, t.rules)
  const t3 = clock()
  const walked = u.nodes().length
  const t4 = clock()
  if (walked !== n) throw new Error(`walked ${walked} of ${n}`)
  const perNode = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / n
  return [
    { name: `tree of ${n} nodes: memory a node, states and actions numbers`, value: perNode, unit: 'bytes' },
    { name: `tree of ${n} nodes: snapshot a node`, value: bytes.length / n, unit: 'bytes' },
    { name: `tree of ${n} nodes: build`, value: ((t1 - t0) * 1000) / n, unit: 'us a node' },
    { name: `tree of ${n} nodes: save`, value: ((t2 - t1) * 1000) / n, unit: 'us a node' },
    { name: `tree of ${n} nodes: load`, value: ((t3 - t2) * 1000) / n, unit: 'us a node' },
    { name: `tree of ${n} nodes: walk`, value: ((t4 - t3) * 1000) / n, unit: 'us a node' },
  ]
}
