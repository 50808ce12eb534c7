// `espalier methods`: what there is to search with.
import type { Method } from '../contract/index.ts'
import { Failure, nearest } from '../kernel/index.ts'
import { methodIds, methods } from '../method/index.ts'
import { claimResults, evidenceFor, type Shown } from '../run/index.ts'
import { knobDetail } from '../runtime/index.ts'
import type { Action } from './definition.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { cut, fill, type Line, marksFor, piece } from './text.ts'

export const methodsCommand: Action = async (call, s) => {
  const id = call.args[0]
  const json = call.flags.has('json')
  if (id === undefined) {
    if (json) {
      const results = claimResults()
      s.out.write(jsonLine({ methods: [...methods.values()].map(m => methodJson(m, evidenceFor(m.id, results))) }))
    } else print(s, list(lookOf(s)))
    return 0
  }
  const found = methods.get(id)
  if (found === undefined) {
    const near = nearest(id, methodIds)
    throw new Failure(
      'usage',
      `no method is called '${id}'`,
      near === undefined ? `methods: ${methodIds.join(', ')}` : `did you mean ${near}?`,
    )
  }
  const evidence = evidenceFor(found.id, claimResults())
  if (json) s.out.write(jsonLine(methodJson(found, evidence)))
  else print(s, detail(found, evidence))
  return 0
}

function list(look: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(look.unicode)
  const wide = Math.max(...methodIds.map(x => x.length))
  return [
    ...[...methods.values()].map((x): Line => {
      const knobs = Object.keys(x.knobs).join(' ')
      const paper = x.paper === undefined ? 'baseline' : `${x.paper.title} (${x.paper.id})`
      const room = Math.max(20, look.width - wide - 2)
      return [
        piece(`${fill(x.id, wide)}  `, 'bold'),
        piece(cut(`${paper}`, room, m.more)),
        piece(look.width > 200 ? `  knobs: ${knobs}` : '', 'dim'),
      ]
    }),
    [piece('knobs, presets and needs of one: espalier methods ID', 'dim')],
  ]
}

function detail(x: Method, evidence: readonly Shown[]): Line[] {
  const out: Line[] = [[piece(x.id, 'bold'), piece(`  version ${x.version ?? 1}`, 'dim')]]
  const row = (name: string, text: string): void => {
    out.push([piece(`  ${fill(name, 10)}`, 'dim'), piece(text)])
  }
  if (x.paper !== undefined) row('paper', `${x.paper.title} (${x.paper.id})`)
  row('slot', x.slot ?? 'search')
  row('needs', (x.needs ?? []).join(', ') || 'nothing of frame or model')
  if ((x.promises ?? []).length > 0) row('promises', x.promises!.join(', '))
  const parts = Object.keys(x.parts ?? {})
  if (parts.length > 0) row('parts', parts.join(', '))
  const knobs = Object.entries(x.knobs).map(([name, k]) => ({ name, ...knobDetail(k) }))
  if (knobs.length > 0) {
    out.push([piece('  knobs', 'dim')])
    const texts = knobs.map(k => [k.name, show(k.default), range(k)])
    const wide = [0, 1, 2].map(i => Math.max(...texts.map(t => t[i].length)))
    knobs.forEach((k, i) => {
      out.push([
        piece(`    ${fill(texts[i][0], wide[0])}  `),
        piece(fill(texts[i][1], wide[1]), 'accent'),
        piece(`  ${fill(texts[i][2], wide[2])}  `, 'dim'),
        piece(k.doc ?? ''),
      ])
    })
  }
  for (const [name, values] of Object.entries(x.presets ?? {}))
    out.push([
      piece('  preset ', 'dim'),
      piece(name),
      piece(
        `: ${
          Object.entries(values)
            .map(([k, v]) => `${k}=${show(v!)}`)
            .join(', ') || 'the defaults'
        }`,
      ),
    ])
  for (const e of evidence) row('claim', `${e.claim}: ${e.verdict} (${e.date}); docs/claims.md`)
  return out
}
const show = (v: unknown): string => (Array.isArray(v) ? v.join(',') || '(none)' : String(v))
function range(k: { min?: number; max?: number; choices?: readonly unknown[] }): string {
  if (k.choices !== undefined) return k.choices.join(' | ')
  if (k.min === undefined && k.max === undefined) return ''
  if (k.max === undefined) return `from ${k.min}`
  return k.min === undefined ? `to ${k.max}` : `${k.min} to ${k.max}`
}

function methodJson(x: Method, evidence: readonly Shown[]): object {
  return {
    id: x.id,
    version: x.version ?? 1,
    paper: x.paper ?? null,
    slot: x.slot ?? 'search',
    needs: x.needs ?? [],
    promises: x.promises ?? [],
    parts: Object.keys(x.parts ?? {}),
    knobs: Object.entries(x.knobs).map(([name, k]) => {
      const d = knobDetail(k)
      return {
        name,
        type: Array.isArray(d.default) ? 'list' : typeof d.default,
        default: d.default,
        min: d.min ?? null,
        max: d.max ?? null,
        choices: d.choices ?? null,
        doc: d.doc ?? null,
      }
    }),
    presets: Object.fromEntries(Object.entries(x.presets ?? {}).map(([n, v]) => [n, v])),
    evidence,
  }
}
