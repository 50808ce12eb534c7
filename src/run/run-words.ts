// A run in words: its task as one types it, its answer as one reads it.
import { brief } from '../runtime/index.ts'
import type { RunMeta } from '../store/index.ts'
import { type Reply, spokenReply, worlds } from '../world/index.ts'
import type { Plan } from './plan.ts'

/** The task of a run, as it was typed where that is known, else as its world writes it. */
export function taskText(m: RunMeta): string {
  const task = (m.options.plan as Plan | undefined)?.task
  if (typeof task === 'string') return task
  try {
    return worlds[m.world]?.showTask(m.task) ?? brief(m.task, 1000)
  } catch {
    return brief(m.task, 1000)
  }
}

/** An answer in words: of a reply what it says and calls. */
export function answerText(answer: unknown, most = 4000): string {
  const text = (answer as Partial<Reply> | null)?.text
  return brief(typeof text === 'string' ? spokenReply(answer as Reply) || text : answer, most)
}
