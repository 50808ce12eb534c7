// Help pages and docs/cli.md, made from the table of commands.
import { Failure, nearest } from '../kernel/index.ts'
import type { Action, CommandDef, OptionDef, Streams } from './definition.ts'
import { usageLine } from './parse.ts'
import { print } from './report.ts'
import { fill, type Line, piece, wrap } from './text.ts'
import { version } from './version.ts'

export const helpCommand: Action = async (call, s) => {
  const { commands } = call
  if (call.flags.has('markdown')) {
    s.out.write(markdown(commands))
    return 0
  }
  const name = call.args.join(' ')
  // `judge` is the beginning of one command alone.
  const command = commands.find(c => c.name === name) ?? only(commands.filter(c => c.name.startsWith(`${name} `)))
  if (name !== '' && command === undefined) {
    const near = nearest(
      name,
      commands.map(c => c.name),
    )
    throw new Failure(
      'usage',
      `no command is called '${name}'`,
      near === undefined ? 'all commands: espalier help' : `did you mean espalier help ${near}?`,
    )
  }
  showHelp(s, commands, command)
  return 0
}

const only = <T>(xs: readonly T[]): T | undefined => (xs.length === 1 ? xs[0] : undefined)

/** One page, or the overview. */
export const showHelp = (s: Streams, commands: readonly CommandDef[], command?: CommandDef): void =>
  print(s, command === undefined ? overview(commands) : page(command, commands, s.out.isTTY ? Math.min(110, s.out.columns) : 100))

const title = (text: string): Line => [piece(text, 'bold')]

function overview(commands: readonly CommandDef[]): Line[] {
  const wide = Math.max(...commands.map(c => c.name.length))
  return [
    [piece('espalier', 'bold'), piece(` ${version()}: reward-guided tree search over language models and agents`)],
    [],
    title('Usage'),
    [piece('  espalier COMMAND [arguments] [options]')],
    [],
    title('Commands'),
    ...commands.map((c): Line => [piece(`  ${fill(c.name, wide)}  `, 'accent'), piece(c.summary)]),
    [],
    title('Examples'),
    ...(commands[0].examples ?? []).map((e): Line => [piece(`  ${e.line}`)]),
    [],
    [piece('A command in full: espalier help COMMAND. Exit codes and the rest: docs/cli.md', 'dim')],
  ]
}

function page(c: CommandDef, all: readonly CommandDef[], columns: number): Line[] {
  const left = (o: OptionDef): string =>
    `${o.short === undefined ? '' : `-${o.short}, `}--${o.name}${o.value === undefined ? '' : ` ${o.value}`}`
  const names = [...c.args.map(a => a.name), ...c.options.map(left), ...all.map(x => x.name).filter(x => x.startsWith(`${c.name} `))]
  const wide = Math.max(0, ...names.map(x => x.length))
  const row = (name: string, doc: string): Line[] =>
    wrap(doc, Math.max(30, columns - wide - 4)).map((t, i) => [piece(`  ${fill(i === 0 ? name : '', wide)}  `, 'accent'), piece(t)])
  const section = (name: string, lines: readonly Line[]): Line[] => (lines.length === 0 ? [] : [[], title(name), ...lines])
  return [
    [piece(`espalier ${c.name}`, 'bold'), piece(`: ${c.summary}`)],
    ...section('Usage', [[piece(`  ${usageLine(c)}`)]]),
    ...(c.about === undefined ? [] : [[], ...wrap(c.about, columns).map((t): Line => [piece(t)])]),
    ...section(
      'Arguments',
      c.args.flatMap(a => row(a.name, a.doc)),
    ),
    ...section(
      'Options',
      c.options.flatMap(o => row(left(o), o.doc + after(o))),
    ),
    ...section(
      'More',
      all.filter(x => x.name.startsWith(`${c.name} `)).flatMap(x => row(x.name, x.summary)),
    ),
    ...section(
      'Examples',
      (c.examples ?? []).flatMap((e): Line[] => [[piece(`  ${e.line}`)], [piece(`    ${e.says}`, 'dim')]]),
    ),
  ]
}
function after(o: OptionDef): string {
  const parts = [
    ...(o.choices === undefined ? [] : [o.choices.join(' or ')]),
    ...(o.fallback === undefined ? [] : [`default: ${o.fallback}`]),
    ...(o.many ? ['may be repeated'] : []),
  ]
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}

/** Everything as one page. */
export function markdown(all: readonly CommandDef[]): string {
  const cell = (t: string): string => t.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
  const parts = all.map(c => {
    const rows = [
      ...c.args.map(a => `| \`${a.name}\` | ${cell(a.doc)} |`),
      ...c.options.map(o => `| \`--${o.name}${o.value === undefined ? '' : ` ${cell(o.value)}`}\` | ${cell(o.doc + after(o))} |`),
    ]
    return [
      `## ${c.name}`,
      `${c.summary[0].toUpperCase()}${c.summary.slice(1)}.`,
      `\`\`\`sh\n${usageLine(c)}\n\`\`\``,
      ...(c.about === undefined ? [] : [c.about]),
      ...(rows.length === 0 ? [] : [['| | |', '|---|---|', ...rows].join('\n')]),
      ...(c.examples ?? []).map(e => `\`\`\`sh\n${e.line}   # ${e.says}\n\`\`\``),
    ].join('\n\n')
  })
  return `${['# The command', "Made from the command's own definitions by `npm run docs`; a test holds it to them.", intro, ...parts].join(
    '\n\n',
  )}\n`
}

const intro = `## Everywhere

- **Run ids.** A run's id is printed before its first call (with \`--json\`: on standard error, as \`run ID\`). Any unique beginning of an id will do.
- **JSON.** \`--json\` puts exactly one object on standard output (one a line for \`solve --tasks\`), with \`"schema": 1\`; unknown numbers are null. Errors are
  \`{"schema":1,"error":{"code","message","hint"}}\` on standard error. JSON Schemas of all of it lie in \`schemas/\`.
- **The terminal.** While a run works, a few lines on standard error are drawn over in place; elsewhere there are plain lines. \`--plain\`, \`NO_COLOR\` and \`TERM=dumb\` are
  respected. Results go to standard output.
- **Ctrl-C** lands softly: no further call starts, those under way end and are recorded, the best answer so far is printed, and the run can be resumed.
  A second Ctrl-C cancels what is under way. SIGTERM and SIGHUP do the same.
- **Own parts.** Wherever a world, a method or a model is named, \`./file.ts#name\` takes one from a file.

- **Configuration.** \`espalier.config.ts\` (or \`.mjs\`, \`.js\`, \`.json\`) in the working folder gives names to models and verifiers, and says where runs are kept and who
  may use \`espalier serve\`. Those names go first wherever a model or a verifier is named; a run keeps what they stood for. Keys do not belong in it, and are refused: it names the variable that holds one.

\`\`\`ts
export default {
  models: {
    small: 'openai:qwen3-8b?base=http://127.0.0.1:8000/v1',
    large: { model: 'openai:gpt-5', keyFrom: 'MY_KEY', price: { input: 1.25, output: 10 } }, // US dollars per million tokens
  },
  verifiers: { check: './check.sh --strict' }, // --verify check
  store: 'runs',
  serve: {
    keys: [{ name: 'team', keyFrom: 'TEAM_KEY', budget: 'usd=5', rate: 60 }], // or hash: espalier serve key
    most: 'usd=0.5,time=5m', // no request may have more
  },
}
\`\`\`

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a fault of Espalier or of a method |
| 2 | usage: something on the command line or in a task file |
| 3 | the budget ended without a verified answer |
| 4 | a model or the network refused |
| 5 | store or journal |
| 6 | world or verifier |
| 130 | interrupted; the run can be resumed |

With \`solve --tasks\` the code is 130 if interrupted, else that of the first failure, else 2 if lines were bad, else 3 if any task's budget ended.`
