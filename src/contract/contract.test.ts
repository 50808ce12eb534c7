import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const here = import.meta.dirname
const bin = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
/** Type-checks one file of this folder under the project's options. */
function check(file: string): { status: number | null; out: string } {
  const config = join(here, `${file}.tsconfig.json`)
  writeFileSync(config, JSON.stringify({ extends: '../../tsconfig.json', include: [], files: [file] }))
  try {
    const r = spawnSync(process.execPath, [bin, '-p', config], { encoding: 'utf8' })
    return { status: r.status, out: r.stdout + r.stderr }
  } finally {
    rmSync(config)
  }
}

describe('what must not compile', () => {
  test('does not, and what must, does', () => {
    expect(check('promises.test-d.ts')).toEqual({ status: 0, out: '' })
  })
  test('without the expectations every one of them is an error', () => {
    const lines = readFileSync(join(here, 'promises.test-d.ts'), 'utf8').split('\n')
    const bare = join(here, 'promises-bare.test-d.ts')
    writeFileSync(bare, lines.map(l => (l.includes('@ts-expect-error') ? '//' : l)).join('\n'))
    try {
      const { status, out } = check('promises-bare.test-d.ts')
      expect(status).not.toBe(0)
      for (const [i, line] of lines.entries())
        if (line.includes('@ts-expect-error')) expect(out, `line ${i + 2}: ${lines[i + 1]}`).toContain(`promises-bare.test-d.ts(${i + 2},`)
    } finally {
      rmSync(bare)
    }
  })
})
