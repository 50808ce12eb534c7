// The truth that a simulated model errs about: it reads the place back from the world's own prompts.
import type { Message, Oracle } from '../../contract/index.ts'
import { readPrompt, type State, stepText } from './prompt.ts'
import { showTask } from './task.ts'
import { truthOf } from './truth.ts'

/** The tree, as one would type it, and the steps so far. */
export interface Place {
  readonly tree: string
  readonly path: readonly number[]
}
const placeOf = ({ task, path }: State): Place => ({ tree: showTask(task), path })

export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    if (found === null) return null
    const place = placeOf(found.state)
    return { place, key: `${place.tree} ${place.path.join('.')}`, want: found.want }
  },
  moves({ tree, path }) {
    const { task } = truthOf(tree)
    if (path.length >= task.depth) return []
    return Array.from({ length: task.branching * task.wordings }, (_, a) => ({
      text: stepText(a, task),
      to: { tree, path: [...path, a] },
    }))
  },
  promising: ({ tree, path }) => truthOf(tree).live(path),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join(', '),
}
