// A command line taken apart by the table of commands; whatever does not fit is a Failure that names the nearest thing that would.
import { parseArgs } from 'node:util'
import { Failure, nearest } from '../kernel/index.ts'
import type { Call, CommandDef, OptionDef } from './definition.ts'

/** What was asked for: a command, its help, or the version. */
export type Asked = { kind: 'call'; call: Call } | { kind: 'help'; command: CommandDef | undefined } | { kind: 'version' }

/**
 * @param argv without Node and the script
 * @throws Failure (usage): an unknown command or option (with the nearest), a missing or superfluous argument, a value that is missing or none of the choices
 */
export function parse(argv: readonly string[], commands: readonly CommandDef[]): Asked {
  const first = argv[0]
  if (first === undefined || first === '-h' || first === '--help') return { kind: 'help', command: undefined }
  if (first === '-V' || first === '--version' || first === '-v') return { kind: 'version' }
  const { command, rest } = find(argv, commands)
  const before = rest.slice(0, rest.indexOf('--') < 0 ? rest.length : rest.indexOf('--'))
  if (before.some(x => x === '--help' || x === '-h')) return { kind: 'help', command }
  return { kind: 'call', call: { ...take(command, rest), commands } }
}

function find(argv: readonly string[], commands: readonly CommandDef[]): { command: CommandDef; rest: string[] } {
  const [first, second] = argv
  const two = second === undefined ? undefined : commands.find(c => c.name === `${first} ${second}`)
  if (two !== undefined) return { command: two, rest: argv.slice(2) }
  const command = commands.find(c => c.name === first)
  const below = commands.filter(c => c.name.startsWith(`${first} `)).map(c => c.name.split(' ')[1])
  const part = (found: string | undefined): Failure => {
    const near = found === undefined ? undefined : nearest(found, below)
    return new Failure(
      'usage',
      found === undefined ? `'${first}' is the beginning of a command` : `'${first}' has no part called '${found}'`,
      near === undefined ? `it has: ${below.join(', ')}` : `did you mean espalier ${first} ${near}?`,
    )
  }
  if (command === undefined) {
    // The beginning of one command alone: its help is the only thing that can be meant.
    if (below.length === 1 && (second === '--help' || second === '-h')) return find([first, below[0], second], commands)
    if (below.length > 0) throw part(second?.startsWith('-') ? undefined : second)
    const near = first.startsWith('-') ? undefined : nearest(first, [...new Set(commands.map(c => c.name.split(' ')[0]))])
    throw new Failure(
      'usage',
      first.startsWith('-') ? `the command comes before its options, found ${first}` : `no command is called '${first}'`,
      near === undefined ? 'all commands: espalier help' : `did you mean espalier ${near}?`,
    )
  }
  if (below.length > 0 && second !== undefined && !second.startsWith('-') && command.args.length === 0) throw part(second)
  return { command, rest: argv.slice(1) }
}

function take(command: CommandDef, rest: readonly string[]): Omit<Call, 'commands'> {
  const by = new Map(command.options.map(o => [o.name, o]))
  const config: Record<string, { type: 'string' | 'boolean'; short?: string; multiple: true }> = {}
  for (const o of command.options)
    config[o.name] = {
      type: o.value === undefined ? 'boolean' : 'string',
      multiple: true,
      ...(o.short === undefined ? {} : { short: o.short }),
    }
  // `--model.critic NAME`: a role is part of the option's name.
  for (const x of rest) {
    const m = /^--([a-z-]+)\.([A-Za-z][\w-]*)/.exec(x)
    if (m !== null && by.get(m[1])?.roles) config[`${m[1]}.${m[2]}`] = { type: 'string', multiple: true }
  }
  const { tokens } = parseArgs({ args: [...rest], options: config, strict: false, allowPositionals: true, tokens: true })
  const args: string[] = []
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const roles = new Map<string, Record<string, string>>()
  for (const t of tokens) {
    if (t.kind === 'positional') args.push(t.value)
    if (t.kind !== 'option') continue
    const [name, role] = splitRole(t.name, by)
    const o = by.get(name)
    if (o === undefined) throw unknown(t.rawName, command)
    if (o.value === undefined) {
      if (t.value !== undefined) throw new Failure('usage', `--${name} takes no value, found '${t.value}'`, o.doc)
      flags.add(name)
      continue
    }
    const value = t.value as string | undefined
    if (value === undefined || (!t.inlineValue && /^--[a-z]/.test(value))) {
      throw new Failure('usage', `--${t.name} needs a value (${o.value})${value === undefined ? '' : `, found the option ${value}`}`, o.doc)
    }
    if (o.choices !== undefined && !o.choices.includes(value)) {
      const near = nearest(value, o.choices)
      throw new Failure(
        'usage',
        `--${name}: expected ${o.choices.join(' or ')}, found '${value}'`,
        near === undefined ? o.doc : `did you mean ${near}?`,
      )
    }
    if (role !== undefined) {
      const known = roles.get(name) ?? {}
      if (role in known) throw twice(t.name)
      roles.set(name, { ...known, [role]: value })
    } else {
      const known = values.get(name)
      if (known !== undefined && !o.many) throw twice(name)
      values.set(name, [...(known ?? []), value])
    }
  }
  count(command, args)
  return { command, args, flags, values, roles }
}

const twice = (name: string): Failure => new Failure('usage', `--${name} is given twice`, 'give it once')

function splitRole(name: string, by: ReadonlyMap<string, OptionDef>): [string, string | undefined] {
  const dot = name.indexOf('.')
  if (dot > 0 && by.get(name.slice(0, dot))?.roles) return [name.slice(0, dot), name.slice(dot + 1)]
  return [name, undefined]
}

function unknown(raw: string, command: CommandDef): Failure {
  const near = nearest(
    raw.replace(/^-+/, ''),
    command.options.map(o => o.name),
  )
  return new Failure(
    'usage',
    `${command.name} has no option ${raw}`,
    near === undefined ? `its options: espalier help ${command.name}` : `did you mean --${near}?`,
  )
}

function count(command: CommandDef, args: readonly string[]): void {
  const missing = command.args.find((a, i) => !a.optional && args.length <= i)
  if (missing !== undefined)
    throw new Failure('usage', `${command.name} needs ${missing.name}: ${missing.doc}`, `as in: ${usageLine(command)}`)
  if (args.length > command.args.length && !command.args.at(-1)?.rest)
    throw new Failure(
      'usage',
      `${command.name} takes ${command.args.length || 'no'} argument${command.args.length === 1 ? '' : 's'}, found '${args[command.args.length]}' too`,
      `as in: ${usageLine(command)}`,
    )
}

/** `espalier solve WORLD [TASK...] [options]`. */
export function usageLine(c: CommandDef): string {
  const args = c.args.map(a => (a.optional ? `[${a.name}${a.rest ? '...' : ''}]` : `${a.name}${a.rest ? '...' : ''}`))
  return ['espalier', c.name, ...args, ...(c.options.length > 0 ? ['[options]'] : [])].join(' ')
}
