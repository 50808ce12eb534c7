// The process's streams as the command uses them.
import type { Sink, Streams } from './definition.ts'

/** Standard output and error. A reader that went away (`| head`) is no error: what it does not read is dropped. */
export function processStreams(): Streams {
  return { out: sink(process.stdout), err: sink(process.stderr), env: process.env }
}

function sink(stream: NodeJS.WriteStream): Sink {
  let gone = false
  stream.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code !== 'EPIPE' && e.code !== 'EIO') throw e
    gone = true
  })
  return {
    write(text) {
      if (!gone) stream.write(text)
    },
    get isTTY() {
      return stream.isTTY ?? false
    },
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
  }
}

/** Colours: in a terminal, unless NO_COLOR says otherwise (https://no-color.org) or it is a dumb one. */
export const colored = (s: Sink, env: Streams['env']): boolean => s.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'

/** Marks beyond ASCII: unless the locale or the terminal says that it has none. */
export function unicode(env: Streams['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}
