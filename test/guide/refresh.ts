// Brings what the guide's pages show up to date: node test/guide/refresh.ts [PAGE...]. Only blocks that no longer hold are written anew; read what it did.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveModel } from '../../src/model/fixture/server.ts'
import { makeFolder, readPage, root, Stands } from './page.ts'
import { solver } from './reply.ts'

const guide = join(root, 'docs/guide')
const asked = process.argv.slice(2)
for (const name of asked.length > 0 ? asked : readdirSync(guide).filter(f => f.endsWith('.md'))) {
  const file = join(guide, name)
  const lines = readFileSync(file, 'utf8').split('\n')
  const page = readPage(lines.join('\n'))
  const server = await serveModel(solver())
  const stands = new Stands([['127.0.0.1:8000', `127.0.0.1:${server.port}`]])
  const folder = makeFolder(Object.fromEntries(Object.entries(page.files).map(([f, text]) => [f, stands.here(text)])))
  const fresh: { from: number; to: number; text: string[] }[] = []
  for (const { script, shown, line } of page.commands) {
    const { said: raw } = await folder.shell(stands.here(script))
    if (shown === undefined) continue
    const { like, said } = stands.agree(shown, raw)
    if (like) continue
    const from = lines.indexOf('```text', line) + 1
    const to = lines.indexOf('```', from)
    fresh.push({ from, to, text: loosened(said, shown.includes('…')).trimEnd().split('\n') })
    console.log(`${name}:${from + 1}`)
  }
  for (const { from, to, text } of fresh.reverse()) lines.splice(from, to - from, ...text)
  writeFileSync(file, lines.join('\n'))
  folder.remove()
  await server.close()
}

/** Without what is another each time: numbers of processes, and, where the clock is real, seconds and what was told on the way. */
function loosened(said: string, real: boolean): string {
  const text = said.replace(/^run run-\d+-\d+:/gm, 'run …:').replace(/^bash: line \d+: +\d+ Killed.*$/gm, '…')
  return real ? text.replace(/, \d+(?:\.\d+)? m?s$/gm, ', … s').replace(/^(?:best .*\n)+/gm, '…\n') : text
}
