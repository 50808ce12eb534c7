// `espalier judge check`: is a judge to be trusted? Held against answers of which one knows whether they are right.
import { exitCodes, Failure } from '../kernel/index.ts'
import { createReward, judgeCheck, judgeTable, readLabelled } from '../reward/index.ts'
import { modelsOf, parseBudget, worldEntry } from '../run/index.ts'
import { defaultConcurrency } from '../runtime/index.ts'
import { storeFolder } from '../store/index.ts'
import { baseUrlOf } from './base-url.ts'
import { type Action, one } from './definition.ts'
import { fileName, fileText } from './file-text.ts'
import { onInterrupt } from './interrupt.ts'
import { jsonLine } from './report.ts'
import { whole } from './whole.ts'

export const judgeCheckCommand: Action = async (call, s) => {
  const [file] = call.args
  const json = call.flags.has('json')
  const entry = await worldEntry(one(call, 'world') ?? 'reason')
  const model = one(call, 'model') ?? one(call, 'judge')
  if (model === undefined) throw new Failure('usage', 'judge check needs a judge: --judge NAME', 'as in --judge openai:NAME')
  const judge = one(call, 'judge')
  const kind = one(call, 'kind') ?? 'pointwise'
  const k = whole(call, 'k', 1)
  const duels = whole(call, 'duels', 0) ?? (kind === 'pairwise' ? 100 : 0)
  const seed = whole(call, 'seed', 0) ?? 1
  const concurrency = whole(call, 'concurrency', 1) ?? defaultConcurrency
  const budget = call.values.has('budget') ? parseBudget(call.values.get('budget')) : undefined
  const baseUrl = baseUrlOf(call)
  const example = 'JSON Lines {"task", "answer", "label"}, or {"task", "chosen", "rejected"}'
  const { items, errors } = readLabelled(fileText(file, 'labelled answers', `give a file with ${example}`))
  if (items.length === 0)
    throw new Failure(
      'usage',
      `there is no labelled answer in ${fileName(file)}${errors.length > 0 ? `: ${errors[0].message}` : ''}`,
      example,
    )
  const folder = one(call, 'store')
  const models = await modelsOf(
    {
      models: { policy: model, ...(judge === undefined ? {} : { judge }) },
      seed,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(folder === 'none' ? {} : { store: `${storeFolder(folder)}/models` }),
    },
    entry,
  )
  for (const e of errors) s.err.write(`espalier: ${fileName(file)}: ${e.message}\n`)
  const stop = new AbortController()
  const off = onInterrupt(() => stop.abort())
  try {
    const { reward } = createReward(`judge:${kind}${k === undefined ? '' : `,k=${k}`}`, { entry, models })
    if (!json) s.err.write(`judging ${items.length} answers\n`)
    const report = await judgeCheck({
      world: entry,
      ...(reward === undefined ? {} : { judge: reward }),
      model: models as typeof models & { policy: (typeof models)[string] },
      items,
      duels,
      seed,
      concurrency,
      signal: stop.signal,
      ...(budget === undefined ? {} : { budget }),
    })
    if (json) s.out.write(jsonLine({ ...report, bad: errors }))
    else {
      s.out.write(`${judgeTable(report)}\n`)
      if (errors.length > 0) s.out.write(`${errors.length} bad ${errors.length === 1 ? 'line' : 'lines'}\n`)
    }
    if (report.ended === 'cancelled') return 130
    return errors.length > 0 ? exitCodes.usage : report.ended === 'budget' ? 3 : 0
  } finally {
    off()
    for (const p of new Set(Object.values(models))) await p.close?.()
  }
}
