import { canonical } from '../kernel/index.ts'

/** A value as a short line, for people. */
export function brief(x: unknown, most = 200): string {
  const text = typeof x === 'string' ? x : ((x as { toText?(): string })?.toText?.() ?? canonical(x))
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
