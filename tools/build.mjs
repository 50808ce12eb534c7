// Makes dist/, the JavaScript that is published: Node strips types in a clone, but not under node_modules. npm runs it after an install and before packing.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
if (!existsSync(compiler)) {
  // Installed without development dependencies: the command runs from the sources all the same.
  console.log('dist/ was not built: TypeScript is not installed')
} else {
  rmSync(new URL('dist', root), { recursive: true, force: true })
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: fileURLToPath(root), stdio: 'inherit' })
  // What is not code goes along as it is: weights.
  cpSync(new URL('src', root), new URL('dist', root), {
    recursive: true,
    filter: from => !/\.ts$/.test(from) && !/(^|[\\/])(fixture|__snapshots__)([\\/]|$)/.test(from.slice(fileURLToPath(root).length)),
  })
  process.exitCode = status ?? 1
  if (status === 0) await buildStudio()
}

/** The studio's web app, into dist/studio, where Vite is there to build it. */
async function buildStudio() {
  try {
    import.meta.resolve('vite')
    import.meta.resolve('@vitejs/plugin-react')
  } catch {
    console.log('dist/studio was not built: Vite is not installed')
    return
  }
  const { build } = await import('vite')
  await build({ configFile: fileURLToPath(new URL('studio/vite.config.ts', root)), logLevel: 'warn' })
}
