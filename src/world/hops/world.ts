import type { Oracle, PureWorld } from '../../contract/index.ts'
import { readSettings } from '../settings.ts'
import { stepping } from '../stepping.ts'
import { made } from './graph.ts'
import { parse, readPrompt, render } from './prompt.ts'
import { type Action, begin, legal, over, progress, right, type State, step, stepsLeft, written } from './state.ts'

/** `on`: of a step's end, whether the step was one of the way. */
export interface Place {
  readonly state: State
  readonly on?: boolean
}

/**
 * A place is promising where the question can still be answered with the steps left; a step, where it is the next one of the way. What a simulated
 * model thinks of are look-ups of the question's relations for the entities of the last facts, and answers with these.
 */
export const oracle: Oracle<Place> = {
  read(messages) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    if (found === null) return null
    const { state, want } = found
    return { place: { state }, key: JSON.stringify([state.graph.task, state.asked, state.answer ?? null]), want }
  },
  moves({ state: s }) {
    if (over(s)) return []
    const last = s.asked.at(-1)
    const near = new Set(last === undefined ? [s.graph.way[0].of] : s.graph.lookUp(last.relation, last.of).map(f => f.is))
    const next = s.graph.way[progress(s)]
    if (next !== undefined) near.add(next.of)
    const relations = [...new Set(s.graph.way.map(f => f.relation))]
    const thought: Action[] = [
      ...[...near].flatMap(of => relations.map(relation => ({ relation, of }))),
      ...(last === undefined ? [] : [...near].map(answer => ({ answer }))),
    ]
    return thought.flatMap(a => {
      const to = step(s, a)
      if (typeof to === 'string') return []
      return [
        { text: written(a), to: { state: to, on: to.answer === undefined ? progress(to) > progress(s) : right(to) && next === undefined } },
      ]
    })
  },
  promising({ state: s, on }) {
    if (s.answer !== undefined) return right(s) && on !== false
    return on !== false && s.graph.way.length - progress(s) + 1 <= stepsLeft(s)
  },
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}

/**
 * Questions over a graph of made-up facts, two to four relations deep: each look-up shows the fact asked for among others. The graph is the truth: an answer
 * is right if it is the end of the question's path.
 */
export const hops: PureWorld<State, Action, string, unknown> = {
  kind: 'pure',
  id: 'hops',
  grains: ['step'],
  start: task => begin(readSettings('hops', task, made)),
  ...stepping('hops', step),
  outcome(s) {
    if (!over(s)) return null
    if (s.answer === undefined) return { answer: '', failed: true, reward: 0 }
    return { answer: s.answer, reward: right(s) ? 1 : 0 }
  },
  render: (c, want) => render(c.state, want),
  parse: (text, s) => parse(text, s),
  oracle,
  actions: legal,
  actionKey: written,
  key: s => [...s.asked.map(written).sort(), ...(s.answer === undefined ? [] : [written({ answer: s.answer })])].join('; '),
  show: written,
  observed(s) {
    const last = s.asked.at(-1)
    if (s.answer !== undefined || last === undefined) return ''
    return s.graph
      .lookUp(last.relation, last.of)
      .map(f => `the ${f.relation} of ${f.of} is ${f.is}`)
      .join('; ')
  },
}
