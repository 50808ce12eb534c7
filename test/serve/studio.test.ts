// The studio's files.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asking } from './api.ts'
import { closeAfter } from './setting.ts'

function built(): string {
  const outer = mkdtempSync(join(tmpdir(), 'espalier-studio-'))
  closeAfter(() => rmSync(outer, { recursive: true, force: true }))
  const folder = join(outer, 'studio')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(outer, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the app</title>')
  writeFileSync(join(folder, 'assets', 'main-abc123.js'), 'export {}')
  symlinkSync(join(outer, 'secret.txt'), join(folder, 'assets', 'link.txt'))
  return folder
}

test('files with their types, pages by the first page, nothing from elsewhere', async () => {
  const a = await asking({ studio: built() })
  const page = await a.fetch('/runs/r-abc', { headers: { accept: 'text/html' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('the app')
  const policy = page.headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'self'")
  expect(policy).not.toContain('unsafe')
  const script = await a.fetch('/assets/main-abc123.js')
  expect([script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ])
  const again = await a.fetch('/assets/main-abc123.js', { headers: { 'if-none-match': script.headers.get('etag')! } })
  expect(again.status).toBe(304)
  for (const path of [
    '/assets/link.txt',
    '/../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/none.js',
    '/.env',
  ]) {
    const r = await a.fetch(path, { headers: { accept: '*/*' } })
    expect(await r.text(), path).not.toContain('secret')
    expect(r.status, path).toBe(404)
  }
  expect((await a.get('/api/nothing')).status).toBe(404)
})

test('the app is there without a key, its calls are not; other hosts are refused', async () => {
  const a = await asking({ studio: built(), keys: [{ name: 'k', hash: '0'.repeat(64) }] })
  expect((await a.fetch('/')).status).toBe(200)
  expect((await a.get('/api/runs')).status).toBe(401)
  const elsewhere = await a.app.fetch(new Request('http://evil.example/'))
  expect(elsewhere.status).toBe(403)
})
