// The command: from an argument list to an exit code.
import { exitCodes } from '../kernel/index.ts'
import { commands } from './commands.ts'
import { withConfig } from './config.ts'
import type { Streams } from './definition.ts'
import { showHelp } from './help.ts'
import { parse } from './parse.ts'
import { asFailure, writeError } from './report.ts'
import { processStreams } from './streams.ts'
import { version } from './version.ts'

/** @param argv without Node and the script @returns the exit code; never throws */
export async function main(argv: readonly string[], s: Streams): Promise<number> {
  try {
    const asked = parse(argv, commands)
    if (asked.kind === 'version') {
      s.out.write(`${version()}\n`)
      return 0
    }
    if (asked.kind === 'help') {
      showHelp(s, commands, asked.command)
      return 0
    }
    const call = await withConfig(asked.call, s)
    const action = await call.command.load()
    return await action(call, s)
  } catch (e) {
    const f = asFailure(e)
    writeError(s, f, argv.includes('--json'))
    return exitCodes[f.code]
  }
}

/** Runs the process's own command line. */
export async function start(): Promise<void> {
  const s = processStreams()
  // bin/espalier.mjs holds a channel to tell that it has gone; it must not keep the process alive.
  process.channel?.unref()
  process.exitCode = await main(process.argv.slice(2), s)
  // Something that a model or a part left open must not keep the process from ending; what is still to be written may.
  const end = (): void => {
    if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit()
    else setTimeout(end, 100).unref()
  }
  setTimeout(end, 500).unref()
}
