// The training of a round: rows become weights.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import {
  runTuneJob,
  type TuneEvent,
  type TunePlan,
  type TuneRow,
  takesPart,
  tuneApart,
  tunedModel,
  tunePlan,
  writeTuneJob,
} from '../learn/index.ts'
import { loadSeedling, seedlingProvider, weightsPath } from '../model/seedling/index.ts'
import { curriculumShare } from './curriculum.ts'
import { Stopped } from './harvest.ts'
import { said } from './look.ts'
import type { Now, Round, Trained, Work } from './round.ts'
import type { Look, LoopRows } from './spec.ts'
import { pathOf } from './weights.ts'

/**
 * One network for both where the policy judges itself, else one for each. No rows, no training: the weights stay.
 * @param before steps of the policy's trainings so far: what schedules go on from @throws Stopped
 */
export async function trainRound(w: Work, round: number, now: Now, given: LoopRows, before: number): Promise<Now & Pick<Round, 'trained'>> {
  const { spec, plan } = w
  const own = spec.critic === 'policy'
  const wantPolicy = plan.parts !== 'value' && spec.policy !== undefined
  const wantValue = plan.parts !== 'policy' && spec.value !== undefined
  const valuePlan: Partial<TunePlan> = { losses: [], verdicts: spec.value?.losses === undefined ? 1 : 0, ...spec.value }
  const out = { ...now, trained: { policy: null as Trained | null, value: null as Trained | null } }
  const rows = spec.weigh === undefined ? given : await spec.weigh(given, looking(w, now))
  const along = plan.curriculum === 'weights' ? { curriculum: curriculumShare(round) } : {}
  const tuned = async (
    part: 'policy' | 'value' | 'first',
    from: string,
    some: readonly TuneRow[],
    changes: Partial<TunePlan>,
  ): Promise<string> => {
    // A round may bring no row for one of the losses: no answer that succeeded, or none that failed.
    const losses = (changes.losses ?? tunePlan.losses).filter(l => some.some(r => takesPart(l, r)))
    if (some.length === 0 || (losses.length === 0 && !(changes.verdicts! > 0))) return from
    const job = join(w.folder, `round-${round}`, part)
    const begin = spec.from === 'start' && from === now[part === 'value' ? 'critic' : 'policy'] ? plan.model : from
    const { shape, weights } = loadSeedling(pathOf(begin, w.models))
    const frozen = part === 'policy' && (spec.reference ?? 'start') === 'start' && begin !== plan.model
    writeTuneJob(job, {
      shape,
      from: weights,
      rows: some,
      ...(frozen ? { reference: loadSeedling(pathOf(plan.model, w.models)).weights } : {}),
      plan: {
        ...tunePlan,
        micro: 32,
        ...changes,
        ...plan.tune,
        ...along,
        ...(losses.some(l => typeof l.weight === 'object') ? { before } : {}),
        losses,
        seed: plan.seed + 1000 * round,
      },
    })
    const options = {
      onEvent: (event: TuneEvent) => w.onEvent({ kind: 'tuning', round, part: part === 'value' ? part : 'policy', event }),
      ...(w.signal === undefined ? {} : { signal: w.signal }),
      ...(w.device === undefined ? {} : { device: w.device }),
    }
    const result = await (w.apart ? tuneApart(job, options) : runTuneJob(job, options))
    if (result === null) throw new Stopped()
    const name = `${w.name}-r${round}-${part}`
    const path = weightsPath(w.models, name)
    mkdirSync(join(path, '..'), { recursive: true })
    copyFileSync(tunedModel(job), `${path}.part`)
    renameSync(`${path}.part`, path)
    if (part !== 'first') out.trained[part] = { step: result.step, tokens: result.tokens, loss: result.train.at(-1)!.loss }
    return `seedling@${name}`
  }
  if (own && wantPolicy && (wantValue || spec.value === undefined)) {
    const joint = { ...spec.policy!, verdicts: wantValue && rows.value.length > 0 ? (spec.value!.verdicts ?? 1) : 0 }
    out.policy = await tuned('policy', now.policy, wantValue ? [...rows.policy, ...rows.value] : rows.policy, joint)
    out.critic = out.policy
    return out
  }
  const begin = wantPolicy && spec.first !== undefined ? await tuned('first', now.policy, rows.first ?? [], spec.first) : now.policy
  if (wantPolicy) out.policy = await tuned('policy', begin, rows.policy, spec.policy!)
  if (wantValue) out.critic = await tuned('value', now.critic, rows.value, valuePlan)
  return out
}

/** What the networks of a round say of rows, before they are trained. One that is asked twice for the same rows is read once. */
function looking(w: Work, now: Now): Look {
  const known: { model: string; rows: readonly TuneRow[]; seen: ReturnType<Look> }[] = []
  return (who, rows) => {
    const model = who === 'start' ? w.plan.model : now[who]
    let found = known.find(k => k.model === model && k.rows === rows)
    if (found === undefined) {
      const { shape, weights } = loadSeedling(pathOf(model, w.models))
      found = { model, rows, seen: said(seedlingProvider(shape, weights), rows, w.signal) }
      known.push(found)
    }
    return found.seen
  }
}
