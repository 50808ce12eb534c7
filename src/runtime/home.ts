// A search as its parts see it: growing, taking steps, judging.
import type { Context, EdgeId, Io, Provider } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import type { Engine } from './engine.ts'
import type { EventData, EventKind } from './events.ts'
import type { Gate } from './gate.ts'
import type { Host } from './io.ts'
import type { Ledger } from './ledger.ts'
import type { Scope } from './meter.ts'
import type { Party, Tap } from './request.ts'

/** What all searches of one run share. */
export interface Shared {
  engine: Engine
  strict: boolean
  gate(p: Provider): Gate
  people?: Host['people']
  /** Of the rows of the outermost search. */
  ledger?: Ledger
  tap?: Tap
  /** Undefined while nobody listens. */
  readonly emit?: ((kind: EventKind, data: EventData[EventKind], address?: string) => void) | undefined
}

/** The search that a part belongs to. */
export interface Home<S, A, Ans> extends Host {
  readonly tree: FlatTree<S, A, Ans>
  readonly budget: Scope
  readonly party: Party
  /** Address of the search within its run; empty: the outermost. */
  readonly scope: string
  readonly shared: Shared
  at(e: EdgeId): Io
  place(e: EdgeId, hint?: string): Context<S, A>
  flag(e: EdgeId, f: Parameters<FlatTree['flag']>[1], on?: boolean): void
}
