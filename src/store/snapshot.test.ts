import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failure, freshFolders, run } from './fixture/store.ts'
import { openStore } from './index.ts'

const fresh = freshFolders('snapshot')

describe('snapshots', () => {
  test('come back as they were saved, text as text and bytes as bytes, large ones compressed', async () => {
    const store = openStore(fresh())
    const { snapshot, id } = store.create(run)
    expect(snapshot.load('tree')).toBe(null)
    expect(await snapshot.read('tree')).toBe(null)
    const large = new Uint8Array(200_000).map((_, i) => i % 7)
    for (const data of ['', 'text \u{1F600}', 'x'.repeat(100_000), new Uint8Array(), new Uint8Array([0, 255, 3]), large]) {
      snapshot.save('tree', data)
      expect(snapshot.load('tree')).toEqual(data)
      expect(await snapshot.read('tree')).toEqual(data)
    }
    snapshot.save('other', 'beside it')
    expect(snapshot.load('tree')).toEqual(large)
    const file = join(store.folder, 'runs', `${id}.tree.snapshot`)
    expect(readFileSync(file).length).toBeLessThan(2000)
    expect(failure(() => snapshot.save('../tree', '')).message).toContain('lower-case')
    const bytes = readFileSync(file)
    for (const at of [0, 10, 40, bytes.length - 1]) {
      const bad = Buffer.from(bytes)
      bad[at] ^= 16
      writeFileSync(file, bad)
      const { message } = failure(() => snapshot.load('tree'))
      expect(message).toContain('damaged')
      await expect(snapshot.read('tree')).rejects.toMatchObject({ code: 'store', message })
    }
    writeFileSync(file, bytes.subarray(0, 9))
    expect(failure(() => snapshot.load('tree')).message).toContain('damaged')
    store.close()
  })
})
