// The options of an export by the names that `espalier export` has for them.
import { Failure } from '../kernel/index.ts'
import { type Format, formats, type LabelKind, labelKinds } from '../learn/data/index.ts'
import type { ExportOptions } from './export.ts'

/** As they are typed or sent: numbers may be texts. */
export interface AskedExport {
  format?: string
  labels?: string
  pairs?: string
  margin?: string | number
  'min-visits'?: string | number
  'min-edit'?: string | number
  'both-outcomes'?: boolean
  most?: string | number
  top?: string | number
  steps?: boolean
  right?: string | number
  dialect?: string
  chat?: boolean
  more?: boolean
}
const pairKinds = ['siblings', 'success', 'checkpoint', 'answers', 'people'] as const

/** @param prefix before an option's name in errors, such as `--` @throws Failure (usage) */
export function exportOptions(asked: AskedExport, store: string, prefix = '--'): ExportOptions {
  const chosen = <K extends string>(name: keyof AskedExport, choices: readonly K[], usual: K): K => {
    const found = (asked[name] ?? usual) as K
    if (!choices.includes(found)) throw new Failure('usage', `${prefix}${name}: expected ${choices.join(', ')}, found '${found}'`)
    return found
  }
  const number = (name: keyof AskedExport, usual: number): number => {
    const given = asked[name]
    const x = given === undefined ? usual : Number(given)
    if ((typeof given === 'string' && given.trim() === '') || !Number.isFinite(x))
      throw new Failure('usage', `${prefix}${name}: expected a number, found '${given}'`)
    return x
  }
  const optional = (name: 'most' | 'top'): Record<string, number> => (asked[name] === undefined ? {} : { [name]: number(name, 0) })
  const kind = chosen('pairs', pairKinds, 'siblings')
  return {
    store,
    format: chosen('format', [...(Object.keys(formats) as Format[]), 'tree'], 'preference'),
    dialect: asked.dialect ?? 'text',
    right: number('right', 1),
    labels: chosen('labels', Object.keys(labelKinds) as LabelKind[], 'soft'),
    pairs: {
      kind: kind === 'people' ? 'siblings' : kind,
      margin: number('margin', 0),
      minVisits: number('min-visits', 0),
      minEdit: number('min-edit', 0),
      bothOutcomes: asked['both-outcomes'] ?? false,
      ...optional('most'),
    },
    ...(kind === 'people' ? { peopleAlone: true } : {}),
    imitate: { scope: asked.steps === true ? 'steps' : 'whole', ...optional('top') },
    chat: asked.chat ?? false,
    more: asked.more ?? false,
  }
}
