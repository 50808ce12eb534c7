#!/usr/bin/env node
// The command's door. It must be readable by any Node, since it is what finds the right one: Node 24 runs the sources as they are.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const source = new URL('src/cli/main.ts', root)
const built = new URL('dist/cli/main.js', root)

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { start } = await import((existsSync(source) ? source : built).href)
  await start()
} else {
  const pinned = [
    process.env.ESPALIER_NODE,
    fileURLToPath(new URL(`node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, root)),
  ]
  const node = pinned.find(x => x && existsSync(x))
  if (node === undefined) {
    process.stderr.write(
      `espalier: Node 24 or later is needed, and this is ${process.version}: run npm install here, which brings it, or install it from https://nodejs.org\n`,
    )
    process.exitCode = 2
  } else {
    // The channel tells the child when this process is gone, even if it was killed.
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', e => {
      process.stderr.write(`espalier: ${node} could not be started: ${e.message}\n`)
      process.exitCode = 1
    })
    child.on('exit', (code, signal) => {
      if (signal === null) process.exitCode = code
      else {
        for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(s)
        process.kill(process.pid, signal)
      }
    })
  }
}
