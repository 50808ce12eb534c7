// Questions that take several look-ups.
import type { WorldEntry } from '../entry.ts'
import { madeTasks } from '../made.ts'
import { equalling } from '../marking.ts'
import { readSettings, showSettings } from '../settings.ts'
import { splitBy } from '../split.ts'
import { graphOf, type HopsTask, made } from './graph.ts'
import type { Action, State } from './state.ts'
import { hops } from './world.ts'

export { type Fact as HopsFact, type Graph as HopsGraph, graphOf as hopsGraph, type HopsTask } from './graph.ts'
export { type Action as HopsAction, progress as hopsProgress, type State as HopsState, written as hopsWritten } from './state.ts'
export { hops, type Place as HopsPlace } from './world.ts'

const text = (t: HopsTask): string => showSettings(t, made)
const split = (t: HopsTask) => splitBy(graphOf(t).question)
export const hopsEntry: WorldEntry<State, Action, string, HopsTask> = {
  world: hops,
  describe: 'Answer a question by looking up facts in a made-up graph, several hops deep, with distractors',
  grains: ['step'],
  examples: ['hops=3 relations=4 distractors=2 seed=7', 'seed=1'],
  parseTask: input => readSettings('hops', input, made),
  showTask: text,
  tasks: w =>
    madeTasks('hops', w, made, {
      given: w.size === undefined ? {} : { hops: w.size },
      of: m => m,
      text: t => graphOf(t).question,
      split,
      weight: t => graphOf(t).way.length,
    }),
  splitOf: split,
  ...equalling('hops', (task: HopsTask) => graphOf(task).way.at(-1)!.is),
}
