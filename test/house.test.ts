// The rules of the house (CONTRIBUTING.md): which room may know which, and what no file may hold.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const src = join(root, 'src')
const floors: Readonly<Record<string, number>> = {
  contract: 0,
  kernel: 0,
  runtime: 1,
  model: 1,
  world: 2,
  reward: 2,
  compose: 2,
  method: 3,
  learn: 3,
  store: 4,
  run: 4,
  loop: 4,
  serve: 5,
  cluster: 5,
  cli: 5,
}

interface Import {
  file: string
  /** As written. */
  spec: string
  /** Only types: gone when the code runs. */
  types: boolean
  /** The file meant, relative to src; undefined: a package. */
  to: string | undefined
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(f => f.endsWith('.ts'))
  .sort()
const isTest = (f: string): boolean => /\.test(-d)?\.ts$/.test(f) || f.split('/').includes('fixture')
const room = (f: string): string => (f.includes('/') ? f.split('/')[0] : 'index.ts')

/** Comments and the insides of strings that could look like code are of no interest; imports are at the start of a line or in `import(...)`. */
function imports(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
  const out: Import[] = []
  const add = (spec: string, types: boolean): void => {
    const to = spec.startsWith('.') ? normalize(join(dirname(file), spec)) : undefined
    out.push({ file, spec, types, to })
  }
  for (const m of text.matchAll(/^(?:import|export)\s+(type\s+)?([^'"`;]*?)\s*from\s*['"]([^'"]+)['"]/gm)) {
    const names = /^\{([\s\S]*)\}$/
      .exec(m[2].trim())?.[1]
      .split(',')
      .map(x => x.trim())
      .filter(Boolean)
    add(m[3], m[1] !== undefined || (names?.every(x => x.startsWith('type ')) ?? false))
  }
  for (const m of text.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) add(m[1], false)
  for (const m of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) add(m[1], false)
  return out
}
const all = files.flatMap(imports)
const product = all.filter(i => !isTest(i.file))
const show = (i: Import): string => `${i.file} -> ${i.spec}`

describe('the house', () => {
  test('the imports were found', () => {
    expect(all.length).toBeGreaterThan(200)
    expect(all.filter(i => i.to !== undefined && !existsSync(join(src, i.to))).map(show)).toEqual([])
  })

  test('every room has a floor', () => {
    expect([...new Set(files.map(room))].filter(r => r !== 'index.ts' && floors[r] === undefined)).toEqual([])
  })

  test('nothing is imported from a floor above', () => {
    const up = product.filter(i => i.to !== undefined && room(i.file) !== 'index.ts' && (floors[room(i.to)] ?? 99) > floors[room(i.file)])
    expect(up.map(show)).toEqual([])
  })

  test('rooms of one floor meet at their index only', () => {
    const through = product.filter(
      i =>
        i.to !== undefined &&
        room(i.file) !== room(i.to) &&
        floors[room(i.file)] === floors[room(i.to)] &&
        i.to !== `${room(i.to)}/index.ts`,
    )
    expect(through.map(show)).toEqual([])
  })

  test('the library is made of indexes', () => {
    const deep = product.filter(i => i.file === 'index.ts' && !/^\w+\/index\.ts$/.test(i.to ?? ''))
    expect(deep.map(show)).toEqual([])
  })

  test('no room depends on itself by way of others', () => {
    const next = new Map<string, Set<string>>()
    for (const i of product)
      if (i.to !== undefined && room(i.file) !== room(i.to)) next.set(room(i.file), (next.get(room(i.file)) ?? new Set()).add(room(i.to)))
    expect(cycles(next)).toEqual([])
  })

  test('no file depends on itself by way of others', () => {
    const next = new Map<string, Set<string>>()
    for (const i of product) if (i.to !== undefined && !i.types) next.set(i.file, (next.get(i.file) ?? new Set()).add(i.to))
    expect(cycles(next)).toEqual([])
  })

  test('the contract is types only', () => {
    const text = readFileSync(join(src, 'contract/index.ts'), 'utf8')
    expect(text).not.toMatch(/^export (const|let|function|class|enum|default)\b/m)
    expect(all.filter(i => i.file.startsWith('contract/') && !isTest(i.file)).map(show)).toEqual([])
  })

  test('the kernel is pure: no package, no I/O, nothing asynchronous, no clock, no chance', () => {
    const kernel = files.filter(f => f.startsWith('kernel/') && !isTest(f))
    expect(product.filter(i => i.file.startsWith('kernel/') && i.to === undefined).map(show)).toEqual([])
    expect(product.filter(i => i.file.startsWith('kernel/') && room(i.to ?? '') === 'contract' && !i.types).map(show)).toEqual([])
    const forbidden =
      /\b(async|await|Promise|setTimeout|setInterval|setImmediate|queueMicrotask|process|fetch|console)\b|\bDate\.now|\bnew Date\b|\bperformance\.|\bMath\.random/
    for (const f of kernel) {
      const code = readFileSync(join(src, f), 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/\/\/.*$/gm, '')
        .replace(/'[^'\n]*'|`[^`]*`/g, "''")
      expect([f, forbidden.exec(code)?.[0]]).toEqual([f, undefined])
    }
  })

  test('models know no worlds, worlds no models', () => {
    expect(product.filter(i => room(i.file) === 'world' && room(i.to ?? '') === 'model').map(show)).toEqual([])
  })

  test('a thing lives where its concept lives: no folder for leftovers', () => {
    const folders = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(e => e.isDirectory())
      .map(e => relative(root, join(e.parentPath, e.name)))
      .filter(f => !/(^|\/)(node_modules|\.git|dist|coverage)(\/|$)/.test(f))
    expect(folders.filter(f => /(^|\/)(utils?|helpers?|common|shared|misc|types|lib)$/i.test(f))).toEqual([])
  })

  test('a file is about one thing: none is longer than can be read at once', () => {
    const lines = (f: string): number => readFileSync(join(src, f), 'utf8').split('\n').length - 1
    // The contract is one vocabulary; a tree's statistics and contents share their private fields.
    const long: Readonly<Record<string, number>> = { 'contract/index.ts': 700, 'kernel/tree.ts': 560 }
    expect(files.filter(f => !isTest(f) && lines(f) > (long[f] ?? 500)).map(f => `${f}: ${lines(f)} lines`)).toEqual([])
    expect(Object.keys(long).filter(f => lines(f) <= 500)).toEqual([])
  })

  test('tests stand beside what they test', () => {
    // The contract's test compiles what must and must not: it imports nothing that runs.
    for (const f of files.filter(x => x.endsWith('.test.ts') && room(x) !== 'contract')) {
      const imported = imports(f).filter(i => i.to !== undefined && dirname(i.to) === dirname(f))
      expect([f, imported.length > 0]).toEqual([f, true])
    }
  })

  test('no file names a machine', () => {
    const text = /\.(ts|tsx|css|html|mjs|js|json|md|svg|yml|yaml)$|^run$/
    const folders = ['src', 'test', 'bench', 'claims', 'docs', 'bin', 'tools', 'schemas', 'studio', '.ci'].filter(f =>
      existsSync(join(root, f)),
    )
    const found = folders
      .flatMap(f =>
        readdirSync(join(root, f), { recursive: true, withFileTypes: true })
          .filter(e => e.isFile() && text.test(e.name) && !e.parentPath.includes('node_modules'))
          .map(e => join(e.parentPath, e.name)),
      )
      .concat(
        readdirSync(root)
          .filter(f => text.test(f))
          .map(f => join(root, f)),
      )
      .filter(f => !f.endsWith('house.test.ts'))
      .filter(f => /(?<![\w.])\/(work|home\/\w+|Users\/\w+|root)\/[\w.-]/.test(readFileSync(f, 'utf8')))
    expect(found.map(f => relative(root, f))).toEqual([])
  })
})

/** Cycles of a graph, as paths; empty where there is none. */
function cycles(next: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const out: string[] = []
  const visit = (x: string, path: readonly string[]): void => {
    if (state.get(x) === 'done') return
    if (state.get(x) === 'open') {
      out.push([...path.slice(path.indexOf(x)), x].join(' -> '))
      return
    }
    state.set(x, 'open')
    for (const y of next.get(x) ?? []) visit(y, [...path, x])
    state.set(x, 'done')
  }
  for (const x of next.keys()) visit(x, [])
  return out
}
