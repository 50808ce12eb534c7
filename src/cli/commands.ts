// Every command, in the order of the help. Parsing, help and docs/cli.md are made from this table.
import { about } from './commands-about.ts'
import { runs } from './commands-runs.ts'
import { searching } from './commands-search.ts'
import { serving } from './commands-serve.ts'
import { learning } from './commands-train.ts'
import type { CommandDef } from './definition.ts'

export const commands: readonly CommandDef[] = [...searching, ...learning, ...serving, ...runs, ...about]
