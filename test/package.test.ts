// What is published: JavaScript and types, which a program without TypeScript can use.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { held } from './cli/espalier.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
const folder = mkdtempSync(join(tmpdir(), 'espalier-package-'))
const installed = join(folder, 'node_modules', 'espalier')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Packs the package and unpacks it as npm would, without a network: what it depends on is what lies here already. */
beforeAll(() => {
  execFileSync(process.execPath, ['tools/build.mjs'], { cwd: root })
  const said = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const packed = JSON.parse(said) as { filename: string }[] | Record<string, { filename: string }>
  const [{ filename }] = Object.values(packed)
  mkdirSync(join(folder, 'node_modules'))
  execFileSync('tar', ['xzf', join(folder, filename), '-C', folder])
  cpSync(join(folder, 'package'), installed, { recursive: true })
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
}, 120_000)

const node = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })

describe('the package', () => {
  test('its command runs', () => {
    const bin = join(installed, 'bin/espalier.mjs')
    expect(node(bin, '--version').stdout).toBe(`${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`)
    const r = node(bin, 'solve', 'game24', '4 9 10 13', '--seed', '1', '--json')
    expect(held(r.stdout, 'result')).toMatchObject({ solved: true, verifiedBy: 'exact' })
    const { run } = JSON.parse(r.stdout)
    expect(held(node(bin, 'replay', run, '--json').stdout, 'replay')).toMatchObject({ run, holds: true })
  })

  test('holds no sources, tests or machine paths', () => {
    const files = execFileSync('find', [installed, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n')
    expect(files.filter(f => /\.test(-d)?\.|(?<!\.d)\.ts$|fixture/.test(f))).toEqual([])
    for (const f of files.filter(x => /\.(js|mjs|json)$/.test(x))) expect([f, readFileSync(f, 'utf8').includes(root)]).toEqual([f, false])
  })

  test('every door opens', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
    for (const door of Object.keys(exports).filter(d => !d.endsWith('.json'))) {
      const name = `espalier${door.slice(1)}`
      const r = node('--input-type=module', '-e', `await import('${name}')`)
      expect([name, r.status, r.stderr]).toEqual([name, 0, ''])
    }
  })

  test("the README's example runs, and its types hold", () => {
    const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))!
    writeFileSync(join(folder, 'example.ts'), code)
    const r = node('example.ts')
    expect([r.stderr, r.status]).toEqual(['', 0])
    expect(r.stdout).toMatch(/^.* \{ solved: true, verifiedBy: 'exact', calls: \d+ \}\n$/m)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2024',
          strict: true,
          noEmit: true,
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
        },
        files: ['example.ts'],
      }),
    )
    const types = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(types.stdout).toBe('')
  })
})
