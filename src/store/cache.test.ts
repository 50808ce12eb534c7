import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolders } from './fixture/store.ts'
import { openStore } from './index.ts'
import { connect } from './sqlite.ts'

const fresh = freshFolders('cache')

describe('cache', () => {
  test('keeps payload and price by key, over openings', () => {
    const folder = fresh()
    const store = openStore(folder)
    expect(store.cache.get('k')).toBe(null)
    expect(store.cache.put('k', '{"text":"é"}', { calls: 1, usd: null })).toBe(true)
    store.cache.put('empty', '', {})
    store.close()
    const again = openStore(folder)
    expect(again.cache.get('k')).toEqual({ payload: '{"text":"é"}', usage: { calls: 1, usd: null } })
    expect(again.cache.get('empty')).toEqual({ payload: '', usage: {} })
    again.cache.put('k', '2', {})
    expect(again.cache.get('k')).toEqual({ payload: '2', usage: {} })
    expect(again.cache.size()).toEqual({ entries: 2, bytes: 'k2{}empty{}'.length })
    expect(again.cache.put('k', '\ud800', {})).toBe(false)
    again.close()
  })

  test('what is damaged is not known', () => {
    const folder = fresh()
    const store = openStore(folder)
    store.cache.put('k', '{"text":"12"}', { calls: 1 })
    const db = connect(join(folder, 'index.db'))
    db.exec(`UPDATE cache SET payload = '{"text":"13"}'`)
    db.close()
    expect(store.cache.get('k')).toBe(null)
    store.close()
  })

  test('lets go of what was longest unused', () => {
    const folder = fresh()
    const store = openStore(folder)
    for (let i = 0; i < 10; i++) store.cache.put(`key-${i}`, 'x'.repeat(1000), {})
    const db = connect(join(folder, 'index.db'))
    db.exec(`UPDATE cache SET used = CAST(substr(key, 5) AS REAL)`)
    db.close()
    store.cache.get('key-0')
    store.cache.get('key-3')
    expect(store.cache.prune(4100)).toBe(6 * 1007)
    const left = Array.from({ length: 10 }, (_, i) => i).filter(i => store.cache.get(`key-${i}`) !== null)
    expect(left).toEqual([0, 3, 8, 9])
    expect(store.cache.prune(1e9)).toBe(0)
    store.cache.prune(0)
    expect(store.cache.size()).toEqual({ entries: 0, bytes: 0 })
    store.close()
  })
})
