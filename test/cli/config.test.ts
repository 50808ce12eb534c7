import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { withConfig } from '../../src/cli/config.ts'
import type { Call, Streams } from '../../src/cli/definition.ts'
import { parse } from '../../src/cli/parse.ts'
import { readConfig } from '../../src/run/index.ts'
import { espalier, held } from './espalier.ts'

const root = mkdtempSync(join(tmpdir(), 'espalier-config-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
function folderWith(file: string, text: string): string {
  const folder = join(root, String(++folders))
  mkdirSync(folder)
  writeFileSync(join(folder, file), text)
  return folder
}
const streams = (env: Record<string, string> = {}): Streams => {
  const sink = { write() {}, isTTY: false, columns: 80, rows: 24 }
  return { out: sink, err: sink, env }
}
const whole = {
  models: {
    plain: 'simulated:error=0.3',
    large: {
      model: 'openai:big?stream',
      baseUrl: 'http://127.0.0.1:1/v1',
      keyFrom: 'MY_KEY',
      price: { input: 1.5, output: 10 },
    },
  },
  verifiers: { check: './check.sh --strict' },
  store: 'kept',
}
async function read(argv: string[], folder: string, env: Record<string, string> = {}): Promise<Call> {
  const asked = parse(argv, commands)
  if (asked.kind !== 'call') throw new Error('no call')
  return withConfig(asked.call, streams(env), folder)
}
const solve = ['solve', 'game24', '4 9 10 13']

describe('names of the configuration are written out', () => {
  const folder = folderWith('espalier.config.json', JSON.stringify(whole))
  test('models by role, with address, key variable and price', async () => {
    const call = await read([...solve, '--model', 'large', '--judge', 'plain', '--model.critic', 'plain'], folder)
    expect(call.values.get('model')).toEqual(['openai:big?stream,base=http://127.0.0.1:1/v1,key=MY_KEY,input=1.5,output=10'])
    expect(call.values.get('judge')).toEqual(['simulated:error=0.3'])
    expect(call.roles.get('model')).toEqual({ critic: 'simulated:error=0.3' })
  })
  test('what is no name there stays as it is', async () => {
    expect((await read([...solve, '--model', 'seedling', '--verify', './own.sh'], folder)).values.get('model')).toEqual(['seedling'])
    expect((await read([...solve, '--verify', './own.sh'], folder)).values.get('verify')).toEqual(['./own.sh'])
  })
  test('verifiers; the store, unless it is said elsewhere', async () => {
    const call = await read([...solve, '--verify', 'check'], folder)
    expect([call.values.get('verify'), call.values.get('store')]).toEqual([['./check.sh --strict'], ['kept']])
    expect((await read([...solve, '--store', 'here'], folder)).values.get('store')).toEqual(['here'])
    expect((await read(solve, folder, { ESPALIER_STORE: 'there' })).values.has('store')).toBe(false)
  })
  test('a run keeps what was meant, so it goes on without the file', async () => {
    const cwd = folderWith(
      'espalier.config.ts',
      `const error: number = 0.2\nexport default { models: { mine: \`simulated:error=\${error}\` }, store: 'kept' }`,
    )
    const r = await espalier([...solve, '--model', 'mine', '--method', 'best-first', '--budget', 'calls=9', '--json'], {
      cwd,
      env: { ESPALIER_STORE: '' },
    })
    const { run } = held(r.out, 'result')
    rmSync(join(cwd, 'espalier.config.ts'))
    const again = held((await espalier(['resume', run, '--budget', 'calls=20', '--store', 'kept', '--json'], { cwd })).out, 'result')
    expect(again.models.policy).toContain('error=0.2')
    expect(again.spent.calls).toBeGreaterThan(9)
  })
  test('none there is no error', async () => {
    const empty = folderWith('other.txt', '')
    expect(await readConfig(empty)).toBeNull()
    expect((await read(solve, empty)).values.has('store')).toBe(false)
  })
})

describe('what is wrong with it is one line, and a key is never shown', () => {
  test.each<[unknown, RegExp]>([
    [[], /expected an object as its content, found a list/],
    [{ model: {} }, /nothing called 'model'/],
    [{ models: { a: 3 } }, /expected a model as models\.a, found a number/],
    [{ models: { a: { model: 'openai:x', baseURL: 'http://x' } } }, /nothing called 'models\.a\.baseURL'/],
    [{ models: { a: { model: 'openai:x', baseUrl: 'nowhere' } } }, /expected an http address as models\.a\.baseUrl/],
    [{ models: { a: { model: 'seedling', baseUrl: 'http://x' } } }, /are for openai: models, found seedling/],
    [{ models: { a: { model: 'openai:x', price: { input: -1, output: 1 } } } }, /models\.a\.price\.input in US dollars.*found -1/],
    [{ models: { a: { model: 'openai:x', price: { input: 1 } } } }, /models\.a\.price\.output.*found nothing/],
    [{ models: { a: { model: 'openai:x', apiKey: 'sk-secret' } } }, /models\.a\.apiKey is a key, and keys do not belong in it/],
    [{ models: { a: { model: 'openai:x', key: 'sk-secret' } } }, /models\.a\.key is a key/],
    [{ models: { a: { model: 'openai:x', keyFrom: 'sk-secret' } } }, /models\.a\.keyFrom is a key/],
    [{ models: { a: { model: 'openai:x', baseUrl: 'http://me:sk-secret@host' } } }, /the user in models\.a\.baseUrl is a key/],
    [{ verifiers: { a: '' } }, /expected a command as verifiers\.a/],
    [{ serve: [] }, /expected serve as \{ keys/],
    [{ serve: { port: 1 } }, /nothing called 'serve\.port'/],
    [{ serve: { keys: ['sk-secret'] } }, /serve\.keys\[0\] is a key, and keys do not belong/],
    [{ serve: { keys: [{ name: 'a', key: 'sk-secret' }] } }, /serve\.keys\[0\]\.key is a key/],
    [{ serve: { keys: [{ name: 'a', hash: 'sk-secret' }] } }, /serve\.keys\[0\]\.hash as 64 hex digits/],
    [{ serve: { keys: [{ name: 'a', keyFrom: 'sk-secret' }] } }, /serve\.keys\[0\]\.keyFrom is a key/],
    [{ serve: { keys: [{ name: 'a' }] } }, /serve\.keys\[0\] needs a hash/],
    [{ serve: { keys: [{ name: 'a', keyFrom: 'K', rate: 0 }] } }, /serve\.keys\[0\]\.rate as requests a minute.*found 0/],
    [{ serve: { keys: [{ name: 'a', keyFrom: 'K', budget: 'cals=3' }] } }, /serve\.keys\[0\]\.budget: no limit is called 'cals'/],
    [{ serve: { keys: [1, 2].map(() => ({ name: 'a', keyFrom: 'K' })) } }, /two keys are called 'a'/],
    [{ serve: { origins: ['https://chat.example/page'] } }, /expected an origin among serve\.origins/],
    [{ serve: { most: 5 } }, /expected serve\.most as a text, found a number/],
    [{ store: 3 }, /expected a folder as store, found a number/],
  ])('%j', async (config, line) => {
    const folder = folderWith('espalier.config.json', JSON.stringify(config))
    const e = await readConfig(folder).catch(x => x)
    expect(e.code).toBe('usage')
    expect(e.message).toMatch(line)
    expect(`${e.message} ${e.hint}`).not.toMatch(/secret|\n/)
  })
  test('half a file, for a process', async () => {
    const cwd = folderWith('espalier.config.json', '{"models"')
    const r = await espalier([...solve, '--store', 'none'], { cwd })
    expect([r.code, r.out]).toEqual([2, ''])
    expect(r.err).toMatch(/^espalier: espalier\.config\.json could not be read: [^\n]+\n {2}hint: [^\n]+\n$/)
  })
  test('what needs none does not read it', async () => {
    const cwd = folderWith('espalier.config.json', '{"models"')
    expect((await espalier(['methods'], { cwd })).code).toBe(0)
  })
})

test('the example of docs/cli.md is a configuration', async () => {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  const [, code] = /```ts\n(export default \{[\s\S]*?\n\})\n```/.exec(page)!
  const config = await readConfig(folderWith('espalier.config.ts', code))
  expect(Object.keys(config!.models!)).toEqual(['small', 'large'])
})
