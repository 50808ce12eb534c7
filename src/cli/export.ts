// `espalier export`: runs as training data.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { dataCardText } from '../learn/data/index.ts'
import { type AskedExport, exportOptions, exportRuns } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, type Call, one } from './definition.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { fill, type Line, marksFor, number, piece } from './text.ts'

export const exportCommand: Action = async (call, s) => {
  const options = exportOptions(askedOf(call), storeFolder(one(call, 'store')))
  const { format } = options
  const out = one(call, 'out')
  const parquet = out?.endsWith('.parquet') ?? false
  if (parquet && format === 'tree')
    throw new Failure('usage', 'a prefix tree is written as JSON Lines', 'give --out a name that ends in .jsonl')
  const { card, rows, trees } = await exportRuns(call.args, options)
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
      if (existsSync(`${path}.new`)) rmSync(`${path}.new`)
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
        piece(
          `${number(card.rows)} ${format === 'tree' ? (card.rows === 1 ? 'tree' : 'trees') : `${format} ${card.rows === 1 ? 'row' : 'rows'}`}`,
          'bold',
        ),
        piece(` in ${out}`),
      ],
      ...cardLines(dataCardText(card)),
    ])
  }
  return 0
}

function cardLines(text: string): Line[] {
  const lines = text.split('\n').filter(l => l.startsWith('- '))
  const wide = 2 + Math.max(...lines.map(l => l.indexOf(': ') - 2))
  return lines.map(l => {
    const at = l.indexOf(': ')
    return [piece(`  ${fill(l.slice(2, at), wide)}`, 'dim'), piece(l.slice(at + 2))]
  })
}
/** What a command line says of the rows to be taken of trees. */
export function askedOf(call: Call): AskedExport {
  const text = (name: keyof AskedExport): AskedExport => (one(call, name) === undefined ? {} : { [name]: one(call, name) })
  const flag = (name: keyof AskedExport): AskedExport => (call.flags.has(name) ? { [name]: true } : {})
  const texts = ['format', 'labels', 'pairs', 'margin', 'min-visits', 'min-edit', 'most', 'top', 'right', 'dialect'] as const
  const flags = ['both-outcomes', 'steps', 'chat', 'more'] as const
  return Object.assign({}, ...texts.map(text), ...flags.map(flag))
}
