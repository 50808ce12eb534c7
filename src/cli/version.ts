import { readFileSync } from 'node:fs'

/** The version in package.json, which lies two folders up from here, in the sources as in the build. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
