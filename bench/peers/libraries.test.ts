import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bench, measure, type Peer, peers, variableOf } from './libraries.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-peer-'))
afterAll(() => rmSync(folder, { recursive: true }))
/** A peer whose script is JavaScript, so that the test needs no other interpreter. */
function peer(script: string): Peer {
  writeFileSync(join(folder, 'peer.mjs'), script)
  return { ...peers[0], name: 'fake', modules: ['src'], script: 'peer.mjs', ours: async size => size * 10 }
}
const go = (p: Peer, path: string | undefined = folder) =>
  measure(p, { python: process.execPath, smoke: true, scripts: folder, ...(path === undefined ? {} : { path }) })

test('without checkouts every peer is said to be absent, and nothing is run', async () => {
  const kept = peers.map(p => [variableOf(p.name), process.env[variableOf(p.name)]] as const)
  for (const [name] of kept) delete process.env[name]
  try {
    const rows = await bench({ smoke: true })
    expect(rows.map(r => [r.name, r.note])).toEqual(peers.map(p => [p.name, 'peer absent']))
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value
  }
  expect(variableOf('open-spiel')).toBe('ESPALIER_PEER_OPEN_SPIEL')
})

test('a peer that is there is measured beside ours: it is given its modules and the size', async () => {
  const rows = await go(
    peer(
      `console.log('noise'); console.log(JSON.stringify({ done: Number(process.argv[2]), seconds: process.env.PYTHONPATH.endsWith('src') ? 2 : 0 }))`,
    ),
  )
  const { smoke } = peers[0].size
  expect(rows).toMatchObject([
    { name: `fake, ${smoke}`, value: smoke / 2, unit: 'nodes/s' },
    { name: `the same here, ${smoke}`, value: smoke * 10, ratio: 20 },
  ])
})

test('what goes wrong is told in its row', async () => {
  expect(await go(peer(`throw new Error('no module of that name')`))).toMatchObject([{ note: expect.stringContaining('peer failed') }])
  expect(await go(peer(`console.log('{"done": 0}')`))).toMatchObject([{ note: 'peer failed: it printed "{"done": 0}"' }])
  expect(await go(peer(''), join(folder, 'nowhere'))).toMatchObject([{ note: expect.stringContaining('peer absent: there is no folder') }])
})

test('our side of each comparison does the job', async () => {
  for (const p of peers) expect(await p.ours(p.size.smoke)).toBeGreaterThan(0)
})
