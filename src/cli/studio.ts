// `espalier studio`: the server with the web app, on this machine.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { readConfig } from '../run/index.ts'
import { serve, studioFolder } from '../serve/index.ts'
import { openStore } from '../store/index.ts'
import type { Action } from './definition.ts'
import { jsonLine } from './report.ts'
import { serveSettings, untilInterrupted } from './serve.ts'

const usualPort = 4173

export const studioCommand: Action = async (call, s) => {
  const config = (await readConfig(process.cwd())) ?? {}
  if (!existsSync(join(studioFolder, 'index.html')))
    throw new Failure('usage', 'the studio was not built', 'in a clone of the repository: npm install, or npm run build')
  const settings = { port: usualPort, ...serveSettings(call, s, config), host: '127.0.0.1', studio: studioFolder }
  const { store } = settings
  let path = '/'
  if (call.args[0] !== undefined) {
    if (store === null) throw new Failure('usage', 'a run can be shown from a store only', 'give the store that holds it')
    const shelf = openStore(store)
    try {
      path = `/runs/${shelf.get(call.args[0]).id}`
    } finally {
      shelf.close()
    }
  }
  const serving = await serve(settings)
  const url = `${serving.url}${path}`
  if (call.flags.has('json')) s.out.write(jsonLine({ url, models: Object.keys(settings.models), keys: settings.keys?.length ?? 0, store }))
  else s.err.write(`espalier studio: ${url}; Ctrl-C ends it\n`)
  if (call.flags.has('open')) openInBrowser(url)
  return untilInterrupted(serving, 10_000, s)
}

/** Where there is no browser the address has been told. */
function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin' ? ['open', url] : process.platform === 'win32' ? ['cmd', '/c', 'start', '""', url] : ['xdg-open', url]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
