// `espalier train policy --model openai:NAME`: a fine-tuning job on a server, made once, watched as often as one likes.
import { resolve } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { cancelRemote, type RemoteLesson, type RemoteOptions, tuneRemote } from '../loop/tune-remote.ts'
import { exportOptions } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { baseUrlOf } from './base-url.ts'
import { type Action, type Call, one } from './definition.ts'
import { askedOf } from './export.ts'
import { onInterrupt } from './interrupt.ts'
import { showing } from './live.ts'
import { number as numberOf } from './number.ts'
import { jsonLine, lookOf, print, storeOption } from './report.ts'
import { shownStore } from './shelf.ts'
import { fill, type Line, marksFor, money, number, piece } from './text.ts'
import { nameOf, settingsOf, sourceOf, spoken } from './train-asked.ts'
import { whole } from './whole.ts'

/** What a server has no notion of. */
const local = ['labels', 'advantage', 'verdicts', 'steps', 'micro', 'rate', 'fall', 'evaluate', 'patience', 'held', 'device']

export const trainRemoteCommand: Action = async (call, s) => {
  const o = optionsOf(call)
  const again =
    ['espalier train policy', ...call.args, ...spoken(call).filter(x => x !== '--cancel')].join(' ') +
    storeOption(shownStore(call, o.store)!)
  if (call.flags.has('cancel')) return told(call, s, await cancelRemote(o), again)
  const quiet = showing(s, call.flags) === 'none'
  const line = (text: string): void => void (quiet || s.err.write(`${text}\n`))
  const stop = new AbortController()
  const off = onInterrupt(() => {
    line('the job goes on without being watched')
    stop.abort(new Error('interrupted'))
  })
  try {
    const l = await tuneRemote({
      ...o,
      signal: stop.signal,
      onEvent(e) {
        if (e.kind === 'rows')
          line(
            `${number(e.rows)} rows, about ${number(e.tokens)} tokens an epoch${e.usd === null ? '; what it costs is not known: --price' : `, about ${money(e.usd)}`}`,
          )
        else if (e.kind === 'uploaded') line(`uploaded as ${e.file}`)
        else if (e.kind === 'status') line(`the job is ${e.status.replace('_', ' ')}`)
        else if (e.kind === 'event') line(`  ${e.message}`)
        else line(`job ${e.job} ${e.kind === 'created' ? 'was created' : 'is watched again'}`)
      },
    })
    return told(call, s, l, again)
  } catch (e) {
    if (e instanceof Failure || !(e as NodeJS.ErrnoException).code) throw e
    throw new Failure('store', `${o.store} cannot be written: ${(e as Error).message}`, `mend it, and go on: ${again}`, { cause: e })
  } finally {
    off()
  }
}

function optionsOf(call: Call): RemoteOptions {
  const loss = one(call, 'loss') ?? 'sft'
  if (loss !== 'sft' && loss !== 'dpo')
    throw new Failure('usage', `--loss: a fine-tuning job is sft or dpo, found '${loss}'`, 'the other losses train a seedling')
  const strange = local.find(x => call.values.has(x))
  if (strange !== undefined) throw new Failure('usage', `--${strange} is for a seedling: a server trains in its own way`, 'leave it out')
  const { runs, data } = sourceOf(call)
  const settings: Record<string, number> = {}
  for (const [k, x] of Object.entries(settingsOf(call))) {
    if (typeof x !== 'number')
      throw new Failure('usage', `--knob ${k}: expected a number, found '${x}'`, 'as in --knob learning_rate_multiplier=2')
    settings[k] = x
  }
  const epochs = whole(call, 'epochs', 1)
  if (epochs !== undefined) settings.n_epochs = epochs
  const batch = whole(call, 'batch', 1)
  if (batch !== undefined) settings.batch_size = batch
  const seed = whole(call, 'seed', 0)
  const base = baseUrlOf(call)
  const model = one(call, 'model')!.slice('openai:'.length)
  if (model === '' || model.includes('?'))
    throw new Failure('usage', `--model: expected openai:NAME, found '${one(call, 'model')}'`, 'where the server is says --base-url')
  const money = (name: 'price' | 'usd'): number | undefined => {
    if (one(call, name) === undefined) return undefined
    const x = numberOf(call, name, 0)
    if (x < 0) throw new Failure('usage', `--${name}: expected US dollars, found ${x}`)
    return x
  }
  const [price, most] = [money('price'), money('usd')]
  return {
    store: storeFolder(one(call, 'store')),
    name: nameOf(call, 'policy'),
    model,
    loss,
    runs,
    ...(data === undefined ? {} : { data: resolve(data) }),
    pairs: exportOptions(askedOf(call), '').pairs!,
    ...(one(call, 'top') === undefined ? {} : { top: numberOf(call, 'top', 1) }),
    right: numberOf(call, 'right', 1),
    settings,
    ...(seed === undefined ? {} : { seed }),
    ...(base === undefined ? {} : { baseUrl: base }),
    ...(price === undefined ? {} : { price }),
    ...(most === undefined ? {} : { most }),
  }
}

function told(call: Call, s: Parameters<Action>[1], l: RemoteLesson, again: string): number {
  const ended = ['succeeded', 'failed', 'cancelled'].includes(l.status)
  if (call.flags.has('json'))
    s.out.write(
      jsonLine({
        name: l.name,
        host: l.host,
        base: l.model,
        loss: l.loss,
        rows: l.rows,
        job: l.job,
        status: l.status,
        finished: ended,
        resume: ended ? null : again,
        model: l.made === null ? null : `openai:${l.made}`,
        trainedTokens: l.trainedTokens,
        usd: l.usd,
        error: l.error,
      }),
    )
  else print(s, lines(l, again, ended, lookOf(s).unicode))
  if (l.status === 'failed') return 4
  return ended ? 0 : 130
}
function lines(l: RemoteLesson, again: string, ended: boolean, unicode: boolean): Line[] {
  const m = marksFor(unicode)
  const row = (what: string, text: string): Line => [piece(`  ${fill(what, 12)}`, 'dim'), piece(text)]
  if (!ended)
    return [
      [piece('not watched', 'warn'), piece(`: job ${l.job ?? '(not created yet)'} at ${l.host}; again: ${again}`)],
      row('cancel', `${again} --cancel`),
    ]
  const good = l.status === 'succeeded'
  return [
    [
      piece(`${good ? m.yes : m.no} `, good ? 'good' : 'bad'),
      piece(`job ${l.job ?? ''} ${l.status}`, 'bold'),
      piece(l.error === null ? '' : `: ${l.error}`),
    ],
    ...(l.trainedTokens === null ? [] : [row('trained', `${number(l.trainedTokens)} tokens${l.usd === null ? '' : `, ${money(l.usd)}`}`)]),
    ...(l.made === null ? [] : [row('use', `espalier solve reason "..." --model openai:${l.made}`)]),
  ]
}
