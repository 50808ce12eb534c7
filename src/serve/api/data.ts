// Runs as training data: looked at before anything is written, then as a file.
import { z } from 'zod'
import { formats } from '../../learn/data/index.ts'
import { exportOptions, exportRuns } from '../../run/index.ts'
import { metaOf } from '../former.ts'
import { Refusal } from '../refusal.ts'
import { type Api, type Asked, named } from './api.ts'
import type { DataBody, DataPreview } from './wire.ts'

const number = z.union([z.number(), z.string()])
const options = z
  .object({
    labels: z.string(),
    pairs: z.string(),
    margin: number,
    'min-visits': number,
    'min-edit': number,
    'both-outcomes': z.boolean(),
    most: number,
    top: number,
    steps: z.boolean(),
    right: number,
    dialect: z.string(),
    chat: z.boolean(),
    more: z.boolean(),
  })
  .partial()
  .strict()
  .describe('as the options of `espalier export`')
const body = named(
  'DataRequest',
  z.object({
    runs: z.array(z.string().min(1)).min(1).max(10_000).describe('a comparison stands for all of its runs'),
    format: z.string().min(1),
    options: options.optional(),
    file: z.enum(['jsonl', 'parquet']).optional(),
  }),
) satisfies z.ZodType<DataBody>
const preview = named(
  'DataPreview',
  z.object({
    format: z.string(),
    columns: z.array(z.string()),
    count: z.number(),
    rows: z.array(z.record(z.string(), z.unknown())),
    card: z.record(z.string(), z.unknown()),
  }) satisfies z.ZodType<DataPreview>,
)
/** Rows that are shown before a file is written. */
const first = 20

export function addData(api: Api): void {
  const made = (a: Asked<undefined, z.infer<typeof body>>) => {
    for (const [i, id] of a.body.runs.entries())
      if (metaOf(api.store, id, a.by) === null) throw new Refusal(404, 'not_found', `there is no run ${id} here`, { param: `runs[${i}]` })
    return exportRuns(a.body.runs, exportOptions({ ...a.body.options, format: a.body.format }, api.store.folder, ''))
  }

  api.post(
    '/api/data/preview',
    { summary: 'what a data file would hold; nothing is written', body, answer: preview },
    async (a): Promise<DataPreview> => {
      const { rows, trees, card } = await made(a)
      const shown = a.body.format === 'tree' ? trees.slice(0, 1).flatMap(t => some(t.lines(), first)) : rows.slice(0, first)
      const columns = [...Object.keys(formats[a.body.format as keyof typeof formats] ?? {}), ...shown.flatMap(r => Object.keys(r))]
      return {
        format: a.body.format,
        columns: [...new Set(columns)].filter(c => shown.some(r => c in r)),
        count: card.rows,
        rows: shown,
        card: { ...card },
      }
    },
  )

  api.post('/api/data/export', { summary: 'the file: JSON Lines or Parquet', body, file: 'application/octet-stream' }, async a => {
    const { file = 'jsonl', format } = a.body
    const parquet = file === 'parquet'
    if (parquet && format === 'tree') throw new Refusal(400, 'usage', 'a prefix tree is written as JSON Lines', { param: 'file' })
    const { rows, trees, card } = await made(a)
    if (trees.length > 1)
      throw new Refusal(400, 'usage', `${trees.length} trees need files of their own: export one run at a time`, { param: 'runs' })
    const content = parquet
      ? Buffer.from((await import('../../learn/data/parquet.ts')).toParquet(rows))
      : streamOf(format === 'tree' ? trees[0].lines() : rows.map(r => JSON.stringify(r)))
    const name = `${format}-${card.runs.length === 1 ? card.runs[0] : `${card.runs.length}-runs`}.${file}`
    return new Response(content, {
      headers: {
        'content-type': parquet ? 'application/vnd.apache.parquet' : 'application/jsonl; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
      },
    })
  })
}

const some = (lines: Iterable<string>, most: number): Record<string, unknown>[] => {
  const out: Record<string, unknown>[] = []
  for (const l of lines) {
    if (out.length >= most) break
    out.push(JSON.parse(l) as Record<string, unknown>)
  }
  return out
}
/** Lines as they are asked for: a client that reads slowly holds back none of the rest. */
function streamOf(lines: Iterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const it = lines[Symbol.iterator]()
  return new ReadableStream({
    pull(controller) {
      let part = ''
      while (part.length < 65_536) {
        const next = it.next()
        if (next.done === true) {
          if (part !== '') controller.enqueue(encoder.encode(part))
          controller.close()
          return
        }
        part += `${next.value}\n`
      }
      controller.enqueue(encoder.encode(part))
    },
  })
}
