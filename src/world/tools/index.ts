// Tool calls in the right order, with mistakes that show late.
import type { WorldEntry } from '../entry.ts'
import { madeTasks } from '../made.ts'
import { equalling } from '../marking.ts'
import { readSettings, showSettings } from '../settings.ts'
import { splitBy } from '../split.ts'
import { answerOf, made, type Run, type ToolsTask } from './graph.ts'
import { tools } from './world.ts'

export { giveUp, type Run as ToolsRun, rightTool, type ToolsTask, toolsOf } from './graph.ts'
export { tools, wayOf as toolsWay } from './world.ts'

const text = (t: ToolsTask): string => showSettings(t, made)
const split = (t: ToolsTask) => splitBy(`tools ${text(t)}`)
export const toolsEntry: WorldEntry<Run, string, string, ToolsTask> = {
  world: tools,
  describe: 'Call the right tools in a row; a wrong call spoils what follows and shows only later',
  grains: ['step'],
  examples: ['depth=6 tools=6 lag=2 seed=7', 'seed=1'],
  parseTask: input => readSettings('tools', input, made),
  showTask: text,
  tasks: w =>
    madeTasks('tools', w, made, {
      given: w.size === undefined ? {} : { depth: w.size },
      of: m => m,
      text,
      split,
      weight: t => t.depth,
    }),
  splitOf: split,
  ...equalling('tools', answerOf),
}
