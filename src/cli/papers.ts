// `espalier papers`: every published system that exists here.
// Not the room's index: that loads what training needs.
import { loopFile, loops } from '../loop/catalogue.ts'
import { type PaperRoom, type Published, papers } from '../run/index.ts'
import type { Action } from './definition.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { cut, fill, type Line, marksFor, piece } from './text.ts'

const loopRoom: PaperRoom = {
  kind: 'loop',
  room: 'src/loop',
  parts: () => [...loops.values()].map(l => ({ id: l.id, paper: l.paper, file: `src/loop/${loopFile(l)}` })),
}

export const papersCommand: Action = async (call, s) => {
  const all = papers([loopRoom])
  if (call.flags.has('json')) s.out.write(jsonLine({ papers: all }))
  else print(s, list(all, lookOf(s)))
  return 0
}

function list(all: readonly Published[], look: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(look.unicode)
  const wide = Math.max(...all.map(p => p.id.length))
  const verdict = (p: Published): string => p.evidence.map(e => e.verdict).join(', ') || 'no claim'
  return [
    ...all.map((p): Line => {
      const room = Math.max(20, look.width - wide - 28)
      return [
        piece(`${fill(p.id, wide)}  `, 'bold'),
        piece(fill(p.kind, 9), 'dim'),
        piece(fill(verdict(p), 16)),
        piece(cut(`${p.title} (${p.source})`, room, m.more)),
        piece(p.part === p.id ? '' : `  ${p.part}`, 'dim'),
      ]
    }),
    [piece('what was measured: docs/claims.md; again: espalier claims ID', 'dim')],
  ]
}
