// Runs taken out of the store.
import { z } from 'zod'
import { removeRun } from '../../run/index.ts'
import { metaOf } from '../former.ts'
import { Refusal } from '../refusal.ts'
import type { Api } from './api.ts'

export function addRemoval(api: Api): void {
  api.post(
    '/api/runs/remove',
    {
      summary: 'removes runs and all that was kept of them; a comparison takes its runs with it',
      body: z.object({ runs: z.array(z.string().min(1)).min(1).max(10_000) }),
      answer: z.object({ removed: z.array(z.string()) }),
    },
    ({ body, by }) => {
      const store = api.writable()
      // All are looked up before the first is removed.
      const ids = [...new Set(body.runs)]
      for (const [i, id] of ids.entries()) {
        const param = `runs[${i}]`
        if (metaOf(store, id, by) === null) throw new Refusal(404, 'no_run', `there is no run ${id} here`, { param })
        const owner = store.owner(id)
        if (owner !== null)
          throw new Refusal(409, 'busy', `run ${id} is being worked on by process ${owner.pid}: pause it first`, { param })
      }
      return { removed: ids.flatMap(id => removeRun(store, id)) }
    },
  )
}
