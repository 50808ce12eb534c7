// What can be done to a comparison: it is paused, gone on with, or ended with what is finished.
import type { ComparisonActBody, ComparisonRow } from '../../../src/serve/api/wire.ts'
import { post } from '../api.ts'
import { Button } from '../shell/controls.tsx'
import { say } from '../shell/toast.tsx'

const done: Record<ComparisonActBody['do'], string> = {
  pause: 'Pausing: what is in flight ends first.',
  resume: 'Goes on.',
  stop: 'Stopping: what is in flight ends first, then the verdict is about what is finished.',
}

export function ComparisonActs({ row, onDone }: { row: ComparisonRow; onDone(row: ComparisonRow, what: ComparisonActBody['do']): void }) {
  const act = (what: ComparisonActBody['do']): void => {
    post<ComparisonRow>(`/api/comparisons/${encodeURIComponent(row.id)}/acts`, { do: what }).then(
      now => {
        if (now.worker === 'elsewhere') say('Written down: the process that works on it reads it in a moment.')
        else say(done[what], 'done')
        onDone(now, what)
      },
      e => say((e as Error).message, 'wrong'),
    )
  }
  if (row.status === 'running')
    return (
      <>
        <Button title="Runs under way are parked; it can be resumed" onClick={() => act('pause')}>
          Pause
        </Button>
        <Button title="The verdict is then about what is finished" onClick={() => act('stop')}>
          Stop
        </Button>
      </>
    )
  if (row.status === 'done' && !row.stopped) return null
  return (
    <Button
      kind={row.stopped ? undefined : 'main'}
      title="What is finished is read, what was parked goes on where it was"
      onClick={() => act('resume')}
    >
      Resume
    </Button>
  )
}
