// Makes dist/, the JavaScript that is published: Node strips types in a clone, but not under node_modules. npm runs it after an install and before packing.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
if (!existsSync(compiler)) {
  // Installed without development dependencies: the command runs from the sources all the same.
  console.log('dist/ was not built: TypeScript is not installed')
} else {
  rmSync(new URL('dist', root), { recursive: true, force: true })
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: fileURLToPath(root), stdio: 'inherit' })
  process.exitCode = status ?? 1
}
