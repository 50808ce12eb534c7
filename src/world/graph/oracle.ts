// The truth that a simulated model errs about: it reads the graph back from the world's own prompts.
import type { Message, Oracle, Wanted } from '../../contract/index.ts'
import { keeping } from '../../kernel/keeping.ts'
import { wanted } from '../asks.ts'
import { type GraphTask, onward, reachable } from './game.ts'
import { asks } from './language.ts'
import { parseTask } from './task.ts'

export interface Place {
  /** As one types it, from the first vertex of the path. */
  readonly task: string
  readonly path: readonly number[]
}

// Graphs by their text, so that what is known of one is worked out once.
const graphs = keeping<GraphTask>(5000)
const graphOf = (text: string): GraphTask => graphs(text, () => parseTask(text))

function readPrompt(text: string): { place: Place; want: Wanted } | null {
  const at = [...text.matchAll(/^Edges: (.+)\nGoal: (\d+)\nPath so far: ([\d ]+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?/gm)].at(-1)
  if (!at) return null
  const path = at[3].split(' ').map(Number)
  const place = { task: `${at[1]}: ${path[0]} -> ${at[2]}`, path }
  const want = wanted(asks, at[4], at[5])
  return want && { place, want }
}

export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    return found && { ...found, key: `${found.place.task}|${found.place.path.join(' ')}` }
  },
  moves({ task, path }) {
    const g = graphOf(task)
    const ways = onward(g, path).map(v => ({ text: String(v), to: { task, path: [...path, v] } }))
    // Where nothing can be reached, saying so is the promising step; it stands for a finished place.
    return path.length === 1 && !reachable(g, path) ? [...ways, { text: 'none', to: { task, path: [] } }] : ways
  },
  // At the start something right can always be said.
  promising: ({ task, path }) => path.length <= 1 || reachable(graphOf(task), path),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join(' -> '),
}
