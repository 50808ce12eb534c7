import type { FlatTree } from '../../kernel/index.ts'
import type { Act } from '../../runtime/index.ts'
import type { ActRecord } from './wire.ts'

/** An act of a journal as it is told to people: rows for addresses. @param models ids of the run's models by role */
export function actText(
  act: Act,
  time: number,
  row: number | null,
  tree: FlatTree | null,
  models: Readonly<Record<string, string>>,
): ActRecord {
  const rowOf = (key: string): number | null => {
    const e = tree?.find(key) ?? -1
    return e < 0 ? null : e
  }
  switch (act.do) {
    case 'raise':
      return { time, do: act.do, row, limits: act.limits }
    case 'prefer': {
      const than = rowOf(act.worse)
      return {
        time,
        do: act.do,
        row: row ?? rowOf(act.better),
        ...(than === null ? {} : { than }),
        ...(act.why === undefined ? {} : { text: act.why }),
      }
    }
    case 'edit':
      return { time, do: act.do, row: row ?? rowOf(act.key), text: act.text }
    case 'change':
      return {
        time,
        do: act.do,
        row,
        ...(act.limits === undefined ? {} : { limits: act.limits }),
        text: [
          ...(act.seed === undefined ? [] : [`seed ${act.seed}`]),
          ...Object.entries(act.models ?? {}).map(([role, as]) => `${role}: ${models[as] ?? as}`),
        ].join(', '),
      }
    case 'deadline':
    case 'stop':
      return { time, do: act.do, row }
    default:
      return { time, do: act.do, row: row ?? rowOf(act.key) }
  }
}
