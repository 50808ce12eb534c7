// A tree as JSON Lines that keeps the tree: a head, then an edge a line, parents first. It reads back to the same tree, digest and all.
import type { Draw, NodeId } from '../../contract/index.ts'
import { Failure, FlatTree, type Rules, type TreeDump } from '../../kernel/index.ts'
import type { Teller } from './teller.ts'

interface Head {
  readonly format: 'espalier-prefix-tree'
  readonly version: 1
  readonly world: string
  readonly size: number
  readonly root: number
  readonly fingerprint: number
  readonly columns: readonly string[]
  readonly initials: readonly (readonly [string, number | null])[]
  readonly [extra: string]: unknown
}
const plain = (x: number): number | null => (Number.isNaN(x) ? null : x)

/** Lines of a tree. Each edge has its text, so that it can be read without Espalier. @param more goes into the head: run, task, spend, ... */
export function* prefixTree(teller: Teller, more: Readonly<Record<string, unknown>> = {}): Generator<string> {
  const d = teller.tree.dump() as TreeDump<any, any>
  const head: Head = {
    ...more,
    format: 'espalier-prefix-tree',
    version: 1,
    world: teller.world.id,
    size: d.size,
    root: d.root,
    fingerprint: d.fingerprint,
    columns: d.columns.map(c => c.name),
    initials: Object.entries(d.initials).map(([k, x]) => [k, plain(x)]),
  }
  yield JSON.stringify(head)
  const byEdge = <T>(xs: readonly (readonly [number, T])[]) => new Map(xs)
  const [judged, notes, parents, observed] = [byEdge(d.judged), byEdge(d.notes), byEdge(d.parents), byEdge(d.observed)]
  for (let e = 0; e < d.size; e++)
    yield JSON.stringify({
      id: e,
      parent: d.parent[e],
      text: e === 0 ? teller.prompt(0 as NodeId) : teller.step(e as NodeId),
      address: [d.hi[e], d.lo[e]],
      rank: d.rank[e],
      flags: d.flags[e],
      numbers: d.columns.map(c => plain(c.values[e])),
      action: d.actions[e],
      state: d.states[e],
      draws: d.draws.get(e) as Draw<unknown>[] | undefined,
      judged: judged.get(e),
      notes: notes.get(e),
      parents: parents.get(e),
      observed: observed.get(e),
    })
}

/** The tree of such lines. @throws Failure (usage) that names the line */
export function readPrefixTree<S = any, A = any, Ans = any>(
  lines: readonly string[],
  rules: Rules<S, Ans>,
): { tree: FlatTree<S, A, Ans>; head: Head } {
  const bad = (line: number, what: string): never => {
    throw new Failure('usage', `line ${line}: ${what}`, 'a prefix tree is what `espalier export RUN --format tree` writes')
  }
  const parse = (i: number): any => {
    try {
      return JSON.parse(lines[i])
    } catch {
      return bad(i + 1, `expected JSON, found ${JSON.stringify(lines[i]?.slice(0, 60) ?? 'nothing')}`)
    }
  }
  const head = parse(0) as Head
  if (head?.format !== 'espalier-prefix-tree') bad(1, 'expected the head of a prefix tree')
  if (head.version !== 1) bad(1, `version ${head.version}, expected 1`)
  const rows = lines.filter((l, i) => i > 0 && l.trim() !== '')
  if (rows.length !== head.size) bad(rows.length + 1, `expected ${head.size} edges, found ${rows.length}`)
  const { size } = head
  const d: TreeDump<any, any> = {
    size,
    root: head.root,
    fingerprint: head.fingerprint,
    parent: new Int32Array(size),
    rank: new Float64Array(size),
    hi: new Uint32Array(size),
    lo: new Uint32Array(size),
    flags: new Int32Array(size),
    columns: head.columns.map(name => ({ name, values: new Float64Array(size) })),
    initials: Object.fromEntries(head.initials.map(([k, x]) => [k, x ?? Number.NaN])),
    states: [],
    actions: [],
    draws: new Map(),
    judged: [],
    notes: [],
    parents: [],
    observed: [],
  }
  for (let e = 0; e < size; e++) {
    const r = parse(e + 1)
    if (r.id !== e || !(r.parent < e)) bad(e + 2, `expected edge ${e} after its parent, found edge ${r.id} of parent ${r.parent}`)
    d.parent[e] = r.parent
    d.rank[e] = r.rank
    ;[d.hi[e], d.lo[e]] = r.address
    d.flags[e] = r.flags
    for (const [i, c] of d.columns.entries()) c.values[e] = r.numbers[i] ?? Number.NaN
    d.states.push(r.state)
    d.actions.push(r.action)
    if (r.draws !== undefined) d.draws.set(e, r.draws)
    for (const name of ['judged', 'notes', 'parents', 'observed'] as const)
      if (r[name] !== undefined) (d[name] as [number, unknown][]).push([e, r[name]])
  }
  for (const [, a] of d.judged) (a as { value: number | null }).value ??= Number.NaN
  return { tree: FlatTree.restore<S, A, Ans>(d, rules), head }
}
