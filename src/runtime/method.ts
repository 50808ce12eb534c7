import type { Answer, Bound, Effect, Knob, Knobs, KnobValue, Method, NodeId, Question, Spec, Tree } from '../contract/index.ts'
import { argmax, chain, Failure, isGame, keyText, mostVisited, nearest, seenFromRoot } from '../kernel/index.ts'

const needed: unique symbol = Symbol('need')

/** A part that the frame must bring: `parts: { coder: need<Policy<any, any, void>>('a whole program from the thoughts') }`. */
export function need<T>(what: string): T {
  return { [needed]: what } as T
}
/** What a part is needed for, where the frame must bring it. */
export const neededFor = (part: unknown): string | undefined =>
  typeof part === 'object' && part !== null ? (part as { [needed]?: string })[needed] : undefined

/** Asks a person. The run's `people` answers; without one, `otherwise` does, at once. */
export const person: Effect<Question, string> = {
  id: 'person',
  run: async questions =>
    questions.map(q => {
      if (q.otherwise === undefined) throw new Error(`nobody is there to be asked: ${q.question}`)
      return q.otherwise
    }),
}

const detail = (k: Knob): { default: KnobValue; min?: number; max?: number; choices?: readonly KnobValue[]; doc?: string } =>
  typeof k === 'object' && !Array.isArray(k) ? (k as { default: KnobValue }) : { default: k as KnobValue }

/** A knob with its default written out. */
export const knobDetail = detail

/** The values of a method's knobs: defaults, then a preset, then what was given. Throws a Failure that names the knob. */
export function settleKnobs(
  id: string,
  knobs: Knobs,
  presets: Record<string, Record<string, KnobValue | undefined>> | undefined,
  o: { knobs?: Record<string, KnobValue>; preset?: string },
): Record<string, KnobValue> {
  const out: Record<string, KnobValue> = {}
  for (const [name, k] of Object.entries(knobs)) out[name] = detail(k).default
  if (o.preset !== undefined) {
    const preset = presets?.[o.preset]
    if (preset === undefined && o.preset !== 'published') {
      throw new Failure(
        'usage',
        `${id} has no preset '${o.preset}'`,
        `there is: ${['published', ...Object.keys(presets ?? {})].filter((x, i, a) => a.indexOf(x) === i).join(', ')}`,
      )
    }
    for (const [name, v] of Object.entries(preset ?? {})) if (v !== undefined) out[name] = v
  }
  for (const [name, v] of Object.entries(o.knobs ?? {})) {
    if (!(name in knobs)) {
      const like = nearest(name, Object.keys(knobs))
      throw new Failure(
        'usage',
        `${id} has no knob '${name}'`,
        `${like === undefined ? '' : `did you mean '${like}'? `}it has: ${Object.keys(knobs).join(', ') || 'none'}`,
      )
    }
    out[name] = v
  }
  for (const [name, v] of Object.entries(out)) {
    const d = detail(knobs[name])
    const fail = (expected: string): never => {
      throw new Failure('usage', `knob ${name} of ${id}: expected ${expected}, found ${JSON.stringify(v)}`, d.doc ?? '')
    }
    if (typeof v !== typeof d.default || Array.isArray(v) !== Array.isArray(d.default))
      fail(`a ${Array.isArray(d.default) ? 'list of numbers' : typeof d.default}`)
    if (typeof v === 'number' && !Number.isFinite(v)) fail('a finite number')
    if (typeof v === 'number' && d.min !== undefined && v < d.min) fail(`at least ${d.min}`)
    if (typeof v === 'number' && d.max !== undefined && v > d.max) fail(`at most ${d.max}`)
    if (d.choices !== undefined && !d.choices.includes(v)) fail(`one of ${d.choices.join(', ')}`)
  }
  return out
}

/**
 * The best of what one could answer with, by the frame's reward, then the backed-up value, then the critic's. In a game: the most visited move, and
 * where none was counted the line that ends best for the player to move at the root.
 */
export function bestAnswer(t: Tree<any, any, any>): NodeId | null {
  if (isGame(t)) {
    if (t.children(t.root).some(n => t.N[n] > 0)) return mostVisited(t)
    return argmax(t.answers(), n => seenFromRoot(t, n, Number.isNaN(t.R[n]) ? t.V[n] : t.R[n])) ?? t.answers()[0] ?? null
  }
  const rank = (n: NodeId): number =>
    Number.isNaN(t.R[n]) ? (Number.isNaN(t.Q[n]) ? (Number.isNaN(t.V[n]) ? Number.NEGATIVE_INFINITY : t.V[n]) : t.Q[n]) : t.R[n]
  const all = t.answers()
  return (
    argmax(
      all.filter(n => t.is(n, 'solved')),
      rank,
    ) ??
    argmax(all, rank) ??
    null
  )
}

/** 16 hex digits over the source text of functions. */
function codeOf(...functions: readonly unknown[]): string {
  const { hi, lo } = chain(0, 0, functions.map(String).join('\n'))
  return keyText(hi, lo)
}

/**
 * A search method. For any world leave S and A open; one with states of its own says `run(s: Search<Graph, Turn>, k, p)`.
 *
 * @example
 * export const greedy = method({ id: 'greedy', knobs: { steps: 100 }, needs: ['policy'],
 *   async run(s, k) { let n = s.tree.root; for (let i = 0; i < k.steps; i++) { const [c] = await s.expand(n, { n: 1 }); if (c === undefined) return; n = c } } })
 */
export function method<const K extends Knobs, P extends Record<string, unknown>, S, A, Ans>(
  m: Spec<K, P, S, A, Ans> & { knobs: K },
): Method<S, A, Ans> {
  return {
    id: m.id,
    knobs: m.knobs,
    paper: m.paper,
    slot: m.slot ?? 'search',
    presets: m.presets as Method['presets'],
    promises: m.promises,
    needs: m.needs,
    version: m.version ?? 1,
    parts: m.parts,
    code: codeOf(m.run, m.answer),
    with(o = {}): Bound<S, A, Ans> {
      const knobs = settleKnobs(m.id, m.knobs, m.presets as Method['presets'], o)
      const parts: Record<string, unknown> = { ...m.parts }
      for (const [name, part] of Object.entries(o.parts ?? {})) {
        if (!(name in parts))
          throw new Failure('usage', `${m.id} has no part '${name}'`, `it has: ${Object.keys(parts).join(', ') || 'none'}`)
        parts[name] = part
      }
      for (const [name, part] of Object.entries(parts)) {
        const what = neededFor(part)
        if (what !== undefined)
          throw new Failure('usage', `${m.id} needs the part '${name}': ${what}`, 'give it in the frame: parts: { ... }')
      }
      return {
        knobs,
        run: s => m.run(s, knobs as never, parts as P),
        answer: t => (m.answer === undefined ? bestAnswer(t) : (m.answer(t, knobs as never) as NodeId | Answer<any> | null)),
      }
    },
  }
}
