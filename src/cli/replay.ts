// `espalier replay`: does a record hold, and what would another method have done with it?
import type { FlatTree } from '../kernel/index.ts'
import { exitCodes } from '../kernel/index.ts'
import { answerText, methodNamed, type Plan, parseBudget, parseKnobs, replay, whatIf } from '../run/index.ts'
import { storeFolder } from '../store/index.ts'
import { type Action, one } from './definition.ts'
import { jsonLine, lookOf, print, spentLine } from './report.ts'
import { needed } from './shelf.ts'
import { counted, fill, type Line, marksFor, piece, score } from './text.ts'

export const replayCommand: Action = async (call, s) => {
  const folder = storeFolder(one(call, 'store'))
  const json = call.flags.has('json')
  const m = marksFor(lookOf(s).unicode)
  const row = (name: string, text: string): Line => [piece(`  ${fill(name, 10)}`, 'dim'), piece(text)]
  const store = needed(call)
  let meta: ReturnType<typeof store.get>
  try {
    meta = store.get(call.args[0])
  } finally {
    store.close()
  }
  const id = one(call, 'method')
  const preset = one(call, 'preset')
  const changes: Partial<Plan> = {}
  if (id !== undefined) changes.method = id
  if (preset !== undefined) changes.preset = preset
  if (call.values.has('knob')) changes.knobs = parseKnobs(call.values.get('knob'), await methodNamed(id ?? meta.method.id))
  if (call.values.has('budget')) changes.budget = parseBudget(call.values.get('budget'))

  if (Object.keys(changes).length === 0) {
    const r = await replay(meta.id, { store: folder })
    const t = r.result?.tree as FlatTree | undefined
    if (json) {
      s.out.write(
        jsonLine({
          run: r.run,
          holds: r.holds,
          why: r.why ?? null,
          effects: r.effects,
          answer: r.result?.answer ?? null,
          solved: r.result?.solved ?? null,
          spent: r.result?.spent ?? null,
          digest: t?.digest() ?? null,
        }),
      )
    } else {
      print(s, [
        r.holds
          ? [
              piece(`${m.yes} `, 'good'),
              piece(`${r.run} holds`, 'bold'),
              piece(`: ${counted(r.effects, 'effect')}, the same requests, tree and spend`),
            ]
          : [piece(`${m.no} `, 'bad'), piece(`${r.run} does not hold`, 'bold'), piece(` after ${counted(r.effects, 'effect')}`)],
        ...(r.why === undefined ? [] : [row('why', r.why)]),
        ...(r.result === undefined
          ? []
          : [
              row('answer', r.result.answer === undefined ? 'none' : answerText(r.result.answer, 500)),
              row('spent', spentLine(r.result.spent)),
            ]),
      ])
    }
    return r.holds ? 0 : exitCodes.store
  }

  const w = await whatIf(meta.id, changes, { store: folder })
  const t = w.result.tree as FlatTree
  if (json) {
    s.out.write(
      jsonLine({
        run: w.run,
        method: w.method,
        covered: w.covered,
        requests: w.requests,
        answer: w.result.answer ?? null,
        solved: w.result.solved,
        verifiedBy: w.result.verifiedBy,
        score: w.result.score,
        ended: w.result.ended,
        spent: w.result.spent,
        tree: { nodes: t.size },
        digest: t.digest(),
      }),
    )
    return 0
  }
  const share = `${(100 * w.covered).toFixed(w.covered === 1 || w.covered === 0 ? 0 : 1)} %`
  print(s, [
    [piece(`${w.method} on the record of ${w.run}`, 'bold')],
    row(
      'covered',
      `${share} of its ${counted(w.requests, 'request')} ${w.requests === 1 ? 'is' : 'are'} on record${w.covered === 1 ? ': this is what would have happened' : ': the rest had no answer'}`,
    ),
    row('answer', w.result.answer === undefined ? 'none' : answerText(w.result.answer, 500)),
    row('verified', w.result.verifiedBy === null ? 'no' : w.result.solved ? `by ${w.result.verifiedBy}` : `no (${w.result.verifiedBy})`),
    ...(Number.isFinite(w.result.score) ? [row('score', score(w.result.score))] : []),
    row('spent', `${spentLine(w.result.spent)} (on record; nothing was paid now)`),
    row('tree', counted(t.size, 'node')),
  ])
  return 0
}
