// What a command is, as data: parsing, help, docs/cli.md and shell errors are all made from this.

/** An option of a command. Without `value` it is a flag. */
export interface OptionDef {
  readonly name: string
  readonly short?: string
  /** What stands for the value in the help: `K=V,...`. */
  readonly value?: string
  /** May be given several times. */
  readonly many?: boolean
  /** `--name.ROLE=VALUE` is taken too. */
  readonly roles?: boolean
  readonly doc: string
  /** Shown as the default. */
  readonly fallback?: string
  readonly choices?: readonly string[]
}
/** A positional argument. */
export interface ArgDef {
  readonly name: string
  readonly doc: string
  readonly optional?: boolean
  /** Takes all that follow. Only the last may. */
  readonly rest?: boolean
}
/** A command. `name` may be two words: `runs show`. */
export interface CommandDef {
  readonly name: string
  readonly summary: string
  /** A paragraph or two for its own help page. */
  readonly about?: string
  readonly args: readonly ArgDef[]
  readonly options: readonly OptionDef[]
  readonly examples?: readonly { readonly line: string; readonly says: string }[]
  load(): Promise<Action>
}
/** A command line, taken apart. */
export interface Call {
  readonly command: CommandDef
  /** All there are, for the help. */
  readonly commands: readonly CommandDef[]
  readonly args: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, readonly string[]>
  /** Of options with roles: name, then role. */
  readonly roles: ReadonlyMap<string, Readonly<Record<string, string>>>
}
/** Where the command writes, and what it knows of its surroundings. */
export interface Streams {
  readonly out: Sink
  readonly err: Sink
  readonly env: Readonly<Record<string, string | undefined>>
}
/** A stream that text goes to. */
export interface Sink {
  write(text: string): void
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
}
/** Does what a command says. Returns the exit code; throws a Failure. */
export type Action = (call: Call, streams: Streams) => Promise<number>

/** The value of an option that is given at most once. */
export const one = (call: Call, name: string): string | undefined => call.values.get(name)?.at(-1)
