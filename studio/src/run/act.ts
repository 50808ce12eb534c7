// Acts: asked of the server, and shown when the journal has them; nothing is pretended here.
import type { ActAnswer, ActBody } from '../../../src/serve/api/wire.ts'
import { post } from '../api.ts'
import { say } from '../shell/toast.tsx'

const done: Record<ActBody['do'], string> = {
  pause: 'Pausing: what is in flight ends first.',
  resume: 'Goes on.',
  stop: 'Stopping: the method lands with the best so far.',
  raise: 'The limits are higher.',
  prune: 'Pruned.',
  pin: 'Pinned.',
  unpin: 'No longer pinned.',
  prefer: 'Kept as a pair for training.',
  edit: 'Taken as another action.',
  fork: 'A new run has begun from here.',
}
/** Does an act and says what came of it; undefined: it was refused (and said). */
export async function act(run: string, body: ActBody): Promise<ActAnswer | undefined> {
  try {
    const answer = await post<ActAnswer>(`/api/runs/${encodeURIComponent(run)}/acts`, body)
    if (answer.recorded) say(done[body.do], 'done')
    else say('Written down: it is done when the process that works on the run reads it, or when the run is resumed.')
    return answer
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), 'wrong')
    return undefined
  }
}
