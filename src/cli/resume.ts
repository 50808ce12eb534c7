// `espalier resume`: goes on where a run's record ends.
import type { Limits } from '../contract/index.ts'
import { comparisonId, type Plan, parseBudget, recorded, type SolveOptions, showBudget } from '../run/index.ts'
import { asRoles } from '../runtime/index.ts'
import { storeFolder } from '../store/index.ts'
import { attend } from './attend.ts'
import { resumeCompared } from './compare.ts'
import { type Action, one } from './definition.ts'
import { showing } from './live.ts'
import { exitOf, jsonLine, lookOf, print, resultJson, resultLines, type Told } from './report.ts'
import { needed, shownStore } from './shelf.ts'

export const resumeCommand: Action = async (call, s) => {
  const folder = storeFolder(one(call, 'store'))
  const json = call.flags.has('json')
  const raise = parseBudget(call.values.get('budget'))
  const store = needed(call)
  let id: string
  let meta: ReturnType<typeof store.get>
  try {
    id = store.get(call.args[0]).id
    if (call.flags.has('salvage')) {
      const from = id
      id = store.salvage(from)
      s.err.write(`salvaged ${from} as ${id}\n`)
    }
    meta = store.get(id)
  } finally {
    store.close()
  }
  if (meta.method.id === comparisonId) return resumeCompared(call, s, id)
  // Limits that were raised before are in the index, not in the plan.
  const limits: Limits = { ...meta.limits, ...raise }
  const { frame, task, plan, entry, reward } = await recorded(meta, { budget: limits })
  const text = entry.showTask(task)
  const durability = one(call, 'durability') as SolveOptions['durability']
  const told: Told = {
    plan: plan as Plan,
    task: text,
    models: Object.fromEntries(Object.entries(asRoles(frame.model)).map(([role, p]) => [role, p.id])),
    reward,
    seed: meta.seed,
    concurrency: meta.concurrency,
    limits,
    store: shownStore(call, folder),
  }
  const how = showing(s, call.flags)
  const result = await attend(s, {
    frame,
    given: task,
    world: plan.world,
    task: text,
    showing: how,
    store: told.store,
    options: { store: folder, resume: id, plan, ...(durability === undefined ? {} : { durability }) },
    announce: run =>
      s.err.write(
        json || how === 'terminal'
          ? `run ${run}\n`
          : `run ${run}: ${plan.world} ${text}, ${plan.method}, budget ${showBudget(limits) || 'none'}\n`,
      ),
  })
  if (json) s.out.write(jsonLine(resultJson(result, told)))
  else print(s, resultLines(result, told, lookOf(s)))
  return exitOf(result, limits)
}
