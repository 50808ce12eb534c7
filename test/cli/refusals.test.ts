import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { espalier, held, inside } from './espalier.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-refusals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const none = join(folder, 'no-such-store')
const taken = file('taken', 'a file where a folder should be')
const own = file('world.mjs', 'export const notAWorld = 1')
const task = ['solve', 'game24', '4 9 10 13', '--store', none]

// What was typed, its exit code, what the line says, what the hint says.
const table: [args: string[], code: number, line: RegExp, hint: RegExp][] = [
  [['slove'], 2, /no command is called 'slove'/, /espalier solve\?/],
  [['--plain', 'solve'], 2, /the command comes before its options, found --plain/, /espalier help/],
  [['runs', 'shwo'], 2, /'runs' has no part called 'shwo'/, /espalier runs show\?/],
  [['runs', 'show'], 2, /runs show needs RUN/, /espalier runs show RUN/],
  [['methods', 'uct', 'puct'], 2, /methods takes 1 argument, found 'puct' too/, /espalier methods \[ID\]/],
  [[...task, '--sede', '3'], 2, /solve has no option --sede/, /--seed\?/],
  [[...task, '--seed'], 2, /--seed needs a value \(N\)/, /same tree/],
  [[...task, '--budget', '--seed', '3'], 2, /--budget needs a value \(K=V,\.\.\.\), found the option --seed/, /limits:/],
  [[...task, '--seed', 'x'], 2, /--seed: expected a whole number from 0, found 'x'/, /--seed/],
  [[...task, '--seed', '1', '--seed', '2'], 2, /--seed is given twice/, /once/],
  [[...task, '--concurrency', '0'], 2, /--concurrency: expected a whole number from 1, found '0'/, /--concurrency/],
  [[...task, '--temperature', 'hot'], 2, /--temperature: expected a number from 0 to 2, found 'hot'/, /0\.7/],
  [[...task, '--json=yes'], 2, /--json takes no value, found 'yes'/, /JSON/],
  [[...task, '--clock', 'reel'], 2, /--clock: expected real or virtual, found 'reel'/, /real\?/],
  [[...task, '--method', 'tree-of-thought'], 2, /no method is called 'tree-of-thought'/, /tree-of-thoughts\?/],
  [[...task, '--method', './nowhere.ts'], 2, /method \.\/nowhere\.ts.*could not be loaded/, /path/],
  [[...task, '--preset', 'robsut', '--method', 'uct'], 2, /uct has no preset 'robsut'/, /robust/],
  [[...task, '--knob', 'c'], 2, /--knob: expected K=V, found 'c'/, /c=0\.7/],
  [[...task, '--method', 'gumbel-search', '--knob', 'widht=3'], 2, /gumbel-search has no knob 'widht'/, /width\?/],
  [[...task, '--method', 'gumbel-search', '--knob', 'width=wide'], 2, /--knob width: expected a number, found 'wide'/, /default 8/],
  [[...task, '--method', 'gumbel-search', '--knob', 'width=0'], 2, /knob width of gumbel-search: expected at least 1, found 0/, /./],
  [[...task, '--method', 'gumbel-search', '--knob', 'untilSolved=1'], 2, /--knob untilSolved: expected true or false, found '1'/, /./],
  [[...task, '--budget', 'cals=200'], 2, /--budget: no limit is called 'cals'/, /calls\?/],
  [[...task, '--budget', 'calls=2oo'], 2, /--budget calls: expected a whole number from 1.*found '2oo'/, /calls=200/],
  [[...task, '--budget', 'calls=-1'], 2, /--budget calls: expected.*found '-1'/, /calls=200/],
  [[...task, '--budget', 'calls=1.5'], 2, /--budget calls: expected.*found '1\.5'/, /calls=200/],
  [[...task, '--budget', 'calls=0'], 2, /--budget calls: expected.*found '0'/, /calls=200/],
  [[...task, '--budget', 'time=20q'], 2, /--budget time: expected a time above 0.*found '20q'/, /time=20s/],
  [[...task, '--budget', 'calls=2,calls=3'], 2, /--budget calls is given twice/, /once/],
  [[...task, '--budget', 'calls'], 2, /--budget calls: expected.*found ''/, /calls=200/],
  [[...task, '--model', 'simulatd'], 2, /no model "simulatd"; did you mean simulated\?/, /simulated:/],
  [[...task, '--model', 'simulated:eror=1'], 2, /no option "eror"; did you mean error\?/, /options:/],
  [[...task, '--model', 'simulated:error=2'], 2, /option error is from 0 to 1, found 2/, /./],
  [[...task, '--judge', 'simulated', '--model.judge', 'simulated'], 2, /--judge and --model\.judge are the same/, /one of them/],
  [[...task, '--base-url', 'ftp://host'], 2, /--base-url: expected an http address/, /http:/],
  [[...task, '--base-url', 'https://me:secret@host/v1'], 2, /--base-url: expected an address without a user and password/, /variable/],
  [['solve', 'gmae24', '1 2 3 4'], 2, /no world "gmae24"; did you mean game24\?/, /countdown/],
  [['solve', `${own}#world`, 'x'], 2, /exports no 'world'/, /notAWorld/],
  [['solve', 'game24'], 2, /solve game24 needs a task, or --tasks FILE/, /4 9 10 13/],
  [['solve', 'game24', '4 9 10'], 2, /expected 4 numbers, found 3 in "4 9 10"/, /a task looks like/],
  [['solve', 'game24', '4 9 10 13', '--tasks', own], 2, /give a task or --tasks FILE, not both/, /4 9 10 13/],
  [['solve', 'game24', '--tasks', join(folder, 'nothing')], 2, /the tasks of .*nothing cannot be read: ENOENT/, /a task a line/],
  [['solve', 'game24', '--tasks', file('empty.txt', '# nothing\n')], 2, /there is no task in .*empty\.txt/, /a task a line/],
  [['solve', 'game24', '4 9 10 13', '--store', taken], 5, /taken.*is a file|taken.*cannot be made/, /--store/],
  [['solve', 'game24', '4 9 10 13', '--store', '/dev/null/store'], 5, /\/dev\/null/, /--store/],
  [['resume', 'r-1', '--store', none], 5, /there is no store in/, /espalier solve makes one/],
  [['replay', 'r-1', '--store', none], 5, /there is no store in/, /espalier solve makes one/],
  [['runs', 'show', 'r-1', '--store', none], 5, /there is no store in/, /--store DIR/],
  [['runs', 'rm', 'r-1', '--store', none], 5, /there is no store in/, /--store DIR/],
  [['runs', '--status', 'don', '--store', none], 2, /--status: expected .* found 'don'/, /done\?/],
  [['runs', '--since', 'noon', '--store', none], 2, /--since: expected 30m, 12h, 7d or a date, found 'noon'/, /7d/],
  [['runs', '--limit', '-1', '--store', none], 2, /--limit: expected a whole number from 1, found '-1'/, /50/],
  [['methods', 'puc'], 2, /no method is called 'puc'/, /puct\?/],
  [['demo', '--model', 'simulatd'], 2, /--model: expected seedling or simulated, found 'simulatd'/, /simulated\?/],
  [['demo', '--fast'], 2, /--error and --fast are about the simulated model/, /--model simulated/],
  [[...task, '--verify', 'x', '--reward', 'critic'], 2, /--verify and --reward say the same thing/, /one of them/],
  [['judge', 'check', own], 2, /judge check needs a judge/, /--judge/],
  [['judge', 'chek', own], 2, /'judge' has no part called 'chek'/, /judge check/],
  [['judge', 'check', join(folder, 'nothing'), '--judge', 'simulated'], 2, /cannot be read: ENOENT/, /"label"/],
  [['judge', 'check', own, '--judge', 'simulated'], 2, /there is no labelled answer in .*: line 1: no valid JSON/, /"label"/],
  [['judge', 'check', own, '--judge', 'simulated', '--kind', 'pair'], 2, /--kind: expected .*found 'pair'/, /pairwise\?/],
  [['train', 'seedlng'], 2, /no loop is called 'seedlng'/, /train seedling\?/],
  [['train', 'rest-mtcs'], 2, /no loop is called 'rest-mtcs'/, /train rest-mcts\?/],
  [['train', 'lite-ppo', '--parts', 'value', '--store', none], 2, /loop lite-ppo trains no value/, /policy/],
  [['train', 'rest-em', '--budget', 'usd=3', '--store', none], 2, /--budget: expected calls of a round, found usd/, /calls=/],
  [['train', 'rest-em', '--model', 'openai:x', '--store', none], 2, /expected a seedling to train, found openai:x/, /seedling@/],
  [['train'], 2, /LOOP/, /train/],
  [['train', 'seedling', '--steps', '0'], 2, /--steps: expected a whole number from 1, found '0'/, /--steps/],
  [['train', 'seedling', '--out', '../x'], 2, /--out: expected a name of letters.*found '\.\.\/x'/, /seedling@mine/],
  [['train', 'seedling', '--store', '/dev/null'], 5, /\/dev\/null.* cannot be written: ENOTDIR/, /--store/],
  [['train', 'seedling', '--resume', '--store', none], 2, /there is no training to go on with in/, /--resume/],
  [['demo', '--count', 'many'], 2, /--count: expected a whole number from 1 to 200, found 'many'/, /8/],
  [['demo', '--model', 'simulated', '--error', '7'], 2, /--error: expected a share from 0 to 1, found '7'/, /0\.2/],
  [['help', 'sovle'], 2, /no command is called 'sovle'/, /solve\?/],
]

describe('bad input: one clear line, its exit code, and nothing on standard output', () => {
  test.each(table)('%j', async (args, code, line, hint) => {
    const r = await inside(args)
    expect(r.out).toBe('')
    const lines = r.err.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^espalier: /)
    expect(lines[0]).toMatch(line)
    expect(lines[1]).toMatch(/^ {2}hint: /)
    expect(lines[1]).toMatch(hint)
    expect(r.code).toBe(code)
  })

  test.each(table.filter(([args]) => args[0] !== 'help' && !args.some(a => a.startsWith('--json'))))(
    '%j, as JSON',
    async (args, code, line) => {
      const r = await inside([...args, '--json'])
      expect(r.out).toBe('')
      // An option that lacks its value takes no --json for it.
      const { error } = held(r.err, 'error')
      expect(error.message).toMatch(line)
      expect(r.code).toBe(code)
    },
  )

  test('so it is for a process', async () => {
    const r = await espalier(['solve', 'game24', '4 9 10 13', '--method', 'best-of-m'])
    expect(r).toEqual({
      code: 2,
      out: '',
      err: "espalier: no method is called 'best-of-m'\n  hint: did you mean best-of-n? all: espalier methods\n",
    })
  })

  test('a refused command leaves no store behind', async () => {
    const { existsSync } = await import('node:fs')
    expect(existsSync(none)).toBe(false)
  })
})
