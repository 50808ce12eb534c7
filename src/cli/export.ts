// `espalier export`: runs as training data.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { dataCardText, type Format, type LabelKind } from '../learn/data/index.ts'
import { exportRuns } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, type Call, one } from './definition.ts'
import { number as numberOf } from './number.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { fill, type Line, marksFor, number, piece } from './text.ts'

export const exportCommand: Action = async (call, s) => {
  const format = (one(call, 'format') ?? 'preference') as Format | 'tree'
  const out = one(call, 'out')
  const parquet = out?.endsWith('.parquet') ?? false
  if (parquet && format === 'tree')
    throw new Failure('usage', 'a prefix tree is written as JSON Lines', 'give --out a name that ends in .jsonl')
  const { card, rows, trees } = await exportRuns(call.args, {
    store: storeFolder(one(call, 'store')),
    format,
    dialect: one(call, 'dialect') ?? 'text',
    right: numberOf(call, 'right', 1),
    labels: (one(call, 'labels') ?? 'soft') as LabelKind,
    pairs: pairsOf(call),
    imitate: { scope: call.flags.has('steps') ? 'steps' : 'whole', ...optional('top', call) },
    chat: call.flags.has('chat'),
    more: call.flags.has('more'),
  })
  const json = call.flags.has('json')
  if (call.flags.has('dry')) {
    if (json) s.out.write(jsonLine({ file: null, card }))
    else print(s, [...cardLines(dataCardText(card)), [piece(rows[0] === undefined ? '' : JSON.stringify(rows[0]).slice(0, 2000), 'dim')]])
    return 0
  }
  if (format === 'tree' && trees.length > 1 && out === undefined)
    throw new Failure('usage', `${trees.length} trees need files of their own`, 'name a folder: --out DIR')
  if (out === undefined || out === '-') {
    for (const row of rows) s.out.write(`${JSON.stringify(row)}\n`)
    for (const t of trees) for (const l of t.lines()) s.out.write(`${l}\n`)
    return 0
  }
  const files: string[] = []
  const write = (file: string, data: string | Uint8Array): void => {
    const path = resolve(file)
    try {
      mkdirSync(dirname(path), { recursive: true })
      // What was there stays whole until the new one is.
      writeFileSync(`${path}.new`, data)
      renameSync(`${path}.new`, path)
    } catch (e) {
      throw new Failure('store', `${file} cannot be written: ${(e as Error).message}`, 'name another file with --out', { cause: e })
    }
    files.push(path)
  }
  if (format === 'tree') for (const t of trees) write(trees.length > 1 ? `${out}/${t.run}.jsonl` : out, `${[...t.lines()].join('\n')}\n`)
  else write(out, parquet ? (await import('../learn/data/parquet.ts')).toParquet(rows) : rows.map(r => `${JSON.stringify(r)}\n`).join(''))
  write(trees.length > 1 ? `${out}/README.md` : `${out}.md`, dataCardText(card))
  if (json) s.out.write(jsonLine({ file: files[0], card }))
  else {
    const m = marksFor(lookOf(s).unicode)
    print(s, [
      [
        piece(`${m.yes} `, 'good'),
        piece(`${number(card.rows)} ${format === 'tree' ? (card.rows === 1 ? 'tree' : 'trees') : `${format} rows`}`, 'bold'),
        piece(` in ${out}`),
      ],
      ...cardLines(dataCardText(card)),
    ])
  }
  return 0
}

const cardLines = (text: string): Line[] =>
  text
    .split('\n')
    .filter(l => l.startsWith('- '))
    .map(l => {
      const at = l.indexOf(': ')
      return [piece(`  ${fill(l.slice(2, at), 24)}`, 'dim'), piece(l.slice(at + 2))]
    })
const optional = (name: string, call: Call): Record<string, number> =>
  one(call, name) === undefined ? {} : { [name]: numberOf(call, name, 0) }
/** Which pairs are taken of a tree. */
export const pairsOf = (call: Call) => ({
  kind: (one(call, 'pairs') ?? 'siblings') as 'siblings',
  margin: numberOf(call, 'margin', 0),
  minVisits: numberOf(call, 'min-visits', 0),
  minEdit: numberOf(call, 'min-edit', 0),
  bothOutcomes: call.flags.has('both-outcomes'),
  ...optional('most', call),
})
