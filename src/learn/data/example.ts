// Examples: what one learns from, before any file format.
import type { Message } from '../../contract/index.ts'
import type { Span } from './teller.ts'

/** Where an example comes from. */
export interface Source {
  readonly run?: string
  readonly task?: string
  /** Address of the node, the same in every run that goes this way. */
  readonly node: string
}
interface Base {
  readonly prompt: readonly Message[]
  readonly source: Source
}
/** Something to imitate. */
export interface Imitation extends Base {
  readonly kind: 'sft'
  readonly completion: string
  readonly score: number
  readonly spans: readonly Span[]
}
/** One is better than the other. `margin`: by how much. */
export interface Preference extends Base {
  readonly kind: 'preference'
  readonly chosen: string
  readonly rejected: string
  readonly margin: number
  /** In its loss. Default 1. */
  readonly weight?: number
  /** Who said so: labels read off the tree (default), or a person. */
  readonly by?: 'person'
  /** In the person's words. */
  readonly why?: string
}
/** Something that is right or wrong by itself. */
export interface Unpaired extends Base {
  readonly kind: 'unpaired'
  readonly completion: string
  readonly label: boolean
}
/** Steps with a label each: `labels` for verdicts, `values` for how good the states are. */
export interface Stepwise extends Base {
  readonly kind: 'stepwise'
  readonly completions: readonly string[]
  readonly labels: readonly boolean[]
  readonly values: readonly number[]
}
/** Several responses to one prompt with what they are worth, as they were drawn. */
export interface Group extends Base {
  readonly kind: 'group'
  readonly completions: readonly string[]
  readonly rewards: readonly number[]
  /** Of each step of each response, where the tree gives them. */
  readonly advantages: readonly (readonly number[])[]
  readonly spans: readonly (readonly Span[])[]
}
/** A ranked list: the children of a node. */
export interface Ranking extends Base {
  readonly kind: 'ranking'
  readonly completions: readonly string[]
  readonly worth: readonly number[]
}
/** What was said about a state, and how good it was found to be. */
export interface Critique extends Base {
  readonly kind: 'critique'
  readonly completion: string
  readonly value: number
}
export type Example = Imitation | Preference | Unpaired | Stepwise | Group | Ranking | Critique
export type ExampleKind = Example['kind']
