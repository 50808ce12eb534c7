// The studio's web app as files: what its build made, and its first page for every address that it has for people.
import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the build lies: two folders up from here, in the sources as in the package. */
export const studioFolder = fileURLToPath(new URL('../../dist/studio/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}
/** Nothing but what the server itself sends: no inline script, no other origin, in no frame. Pictures may be made by the page. */
const policy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
const headers = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
}
/** Addresses that are no pages. */
const others = /^\/(api|v1|mcp|metrics|healthz|openapi\.json)(\/|$)/
/** One part of a path as the build names files. */
const part = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/

/**
 * Answers what is a file of the app, or a page of it; null: neither.
 * @param folder of the build
 */
export async function studioFile(folder: string, r: Request): Promise<Response | null> {
  if (r.method !== 'GET' && r.method !== 'HEAD') return null
  const { pathname } = new URL(r.url)
  if (others.test(pathname)) return null
  const root = existsSync(folder) ? realpathSync(folder) : null
  if (root === null || !existsSync(join(root, 'index.html'))) return null
  const parts = pathname.split('/').slice(1)
  const named = parts.at(-1) === '' ? [] : parts
  const file = named.length > 0 && named.every(p => part.test(p)) ? within(root, join(root, ...named)) : null
  if (file !== null) return send(r, file, named[0] === 'assets')
  // A page has an address without an ending; what has one, or is hidden, and is not there is missing.
  if (extname(pathname) !== '' || named.some(p => p.startsWith('.')) || !(r.headers.get('accept') ?? '*/*').match(/text\/html|\*\/\*/))
    return null
  return send(r, join(root, 'index.html'), false)
}
/** A file that lies in the folder itself, wherever links lead. */
function within(root: string, path: string): string | null {
  if (!existsSync(path)) return null
  const real = realpathSync(path)
  return real.startsWith(root + sep) && statSync(real).isFile() ? real : null
}
async function send(r: Request, file: string, hashed: boolean): Promise<Response> {
  const { size, mtimeMs } = statSync(file)
  const tag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`
  const all = {
    ...headers,
    etag: tag,
    // The build puts a hash of its content into the name of each asset.
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (r.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers: all })
  const body = r.method === 'HEAD' ? null : new Uint8Array(await readFile(file))
  return new Response(body, {
    headers: { ...all, 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': String(size) },
  })
}
