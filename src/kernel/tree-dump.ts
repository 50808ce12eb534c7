import type { Assessment, Draw, NodeId, Note } from '../contract/index.ts'

/** A tree as data; see `snapshot.ts` for its bytes. */
export interface TreeDump<S = unknown, A = unknown> extends TreeSource<S, A> {
  states: (S | undefined)[]
  actions: (A | undefined)[]
  draws: Map<number, Draw<A>[]>
}

/** Of the rows of a tree: what need not be read before it is asked for. */
export interface TreeRows<S, A> {
  size: number
  states: { at(e: number): S | undefined }
  actions: { at(e: number): A | undefined }
  draws: { get(e: number): Draw<A>[] | undefined }
}
/** What a tree is restored from. */
export interface TreeSource<S = unknown, A = unknown> extends TreeRows<S, A> {
  root: number
  fingerprint: number
  parent: Int32Array
  rank: Float64Array
  hi: Uint32Array
  lo: Uint32Array
  flags: Int32Array
  columns: { name: string; values: Float64Array }[]
  initials: Record<string, number>
  judged: [number, Assessment][]
  notes: [number, Note[]][]
  parents: [number, NodeId[]][]
  observed: [number, readonly [number, number]][]
}

/** Takes all steps of a work, one right after the other. */
export function atOnce<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
