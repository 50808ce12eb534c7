// The catalogue of published systems that exist here, read off the parts themselves.
import type { Paper } from '../contract/index.ts'
// Not the room's index: that loads what training needs.
import { losses, lossFiles } from '../learn/loss/index.ts'
import { methods } from '../method/index.ts'
import { modelKinds } from '../model/index.ts'
import type { ClaimResult } from './claim.ts'
import { claimResults, evidenceFor, type Shown } from './claim-shelf.ts'

/** A published system, or one of the parts of it that stand here apart. */
export interface Published {
  /** Of the paper: its dossier's id, else the part's own. */
  readonly id: string
  readonly title: string
  /** arXiv number, DOI, ... */
  readonly source: string
  readonly kind: 'method' | 'reward' | 'selector' | 'model' | 'world' | 'loss' | 'loop'
  /** Where the part lives, and the part's own id there. */
  readonly room: string
  readonly file: string
  readonly part: string
  readonly evidence: readonly Shown[]
}

/** A room whose parts may come from papers. */
export interface PaperRoom {
  readonly kind: Published['kind']
  readonly room: string
  parts(): readonly { readonly id: string; readonly paper?: Paper | undefined; readonly file: string }[]
}
/** The rooms below this one. Others, such as that of the loops, know this room: who lists all brings theirs along. */
const rooms: readonly PaperRoom[] = [
  {
    kind: 'method',
    room: 'src/method',
    parts: () => [...methods.values()].map(m => ({ id: m.id, paper: m.paper, file: `src/method/${m.id}.ts` })),
  },
  {
    kind: 'model',
    room: 'src/model',
    parts: () => modelKinds.map(k => ({ id: k.kind, paper: k.paper, file: `src/model/${k.kind}.ts` })),
  },
  {
    kind: 'loss',
    room: 'src/learn',
    parts: () => [...losses.values()].map(l => ({ id: l.id, paper: l.paper, file: `src/learn/loss/${lossFiles[l.kind]}` })),
  },
]

/** Every part that carries a paper, by the paper's id. @param others rooms that are listed too */
export function papers(others: readonly PaperRoom[] = [], results: ReadonlyMap<string, ClaimResult> = claimResults()): Published[] {
  return [...rooms, ...others]
    .flatMap(({ kind, room, parts }) =>
      parts().flatMap(({ id, paper, file }): Published[] =>
        paper === undefined
          ? []
          : [
              {
                id: paper.dossier ?? id,
                title: paper.title,
                source: paper.id,
                kind,
                room,
                file,
                part: id,
                evidence: evidenceFor(id, results),
              },
            ],
      ),
    )
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}
