// Forks over HTTP: another way from a place of a record on, or another search that knows its answers.
import type { EdgeId, Limits, NodeId } from '../../contract/index.ts'
import { changedIn, fork, type Plan } from '../../run/index.ts'
import { type Act, asRoles, checkFrame } from '../../runtime/index.ts'
import type { RunMeta } from '../../store/index.ts'
import { conflict, Refusal } from '../refusal.ts'
import { atMost } from '../settings.ts'
import type { Api, Asked } from './api.ts'
import { planOfRun, rowOf, seedOf } from './row.ts'
import { blame, blamed, limitsOfBudget, modelNamed } from './runs.ts'
import { rowIn } from './tree.ts'
import { framedOf, type Shown, type Trees } from './trees.ts'
import { changesOf } from './what-if.ts'
import type { ActAnswer, ActBody } from './wire.ts'

type ForkBody = Extract<ActBody, { do: 'fork' }>

/** A simulated model whose seed nobody named has that of the run. */
const seededBy = (spec: string, seed: number): string =>
  /^simulated\b/.test(spec) && !/[:,]seed=/.test(spec) ? `${spec}${spec.includes(':') ? ',' : ':'}seed=${seed}` : spec
/** The spec of the policy that a run goes on with, as it was named. */
function specOf(meta: RunMeta): string {
  const { seed, policy } = changedIn(meta)
  const spec = policy ?? planOfRun(meta)!.models.policy
  return policy !== undefined && /^simulated\b/.test(spec) ? spec.replace(new RegExp(`[:,]seed=${seed ?? meta.seed}$`), '') : spec
}

/** @param o what else is done to runs: to go on with one, to tell of it, to find where an edit goes */
export function forks(
  api: Api,
  trees: Trees,
  o: {
    goOn(meta: RunMeta, raise: Limits, asked: Asked): Promise<ActAnswer>
    answer(id: string, recorded: boolean): ActAnswer
    placeOf(shown: Shown, e: EdgeId, under: boolean, words: string): NodeId
  },
): (meta: RunMeta, body: ForkBody, asked: Asked) => Promise<ActAnswer> {
  const { desk } = api
  const { goOn, answer, placeOf } = o

  /** A model that can answer in place of the policy, by a seed. */
  async function modelFor(meta: RunMeta, given: string, seed: number): Promise<{ spec: string; id: string }> {
    const plan = planOfRun(meta)!
    const spec = seededBy(given, seed)
    const policyOf = async (models: Plan['models']) => {
      const { frame } = await framedOf(desk, meta, { models }).catch(e => Promise.reject(blame('model', e)))
      blamed('model', () => checkFrame(frame))
      return asRoles(frame.model).policy
    }
    const [was, other] = [await policyOf(plan.models), await policyOf({ ...plan.models, policy: spec })]
    if (other.dialect !== was.dialect)
      throw new Refusal(400, 'invalid_value', `model: ${given} speaks '${other.dialect}', and the run '${was.dialect}'`, {
        param: 'model',
      })
    return { spec, id: other.id }
  }
  /** A search that is over draws nothing more. @throws Refusal (409) */
  function stillGoing(meta: RunMeta, after: number | undefined, wanted: Limits): void {
    if (after !== undefined || meta.status !== 'done') return
    const { ended } = rowOf(desk, api.store, meta)
    const handle = api.store.open(meta.id)
    const told = handle.journal.acts().some(x => x.act.do === 'stop')
    handle.close()
    // Who told the other to stop did not tell its fork.
    if (told) return
    const raised = Object.entries(wanted).some(([k, x]) => x > (meta.limits[k as keyof Limits] ?? Number.POSITIVE_INFINITY))
    if (ended !== 'budget' || !raised)
      throw conflict('the run is over: say at which row it goes another way, or raise its budget where that ended it')
  }
  /** A search by another method or with other knobs: no record can begin it. It begins with its task, and knows the answers on record. */
  async function another(meta: RunMeta, body: ForkBody, asked: Asked, wanted: Limits, until: number | undefined): Promise<ActAnswer> {
    const was = planOfRun(meta)!
    const plain = Object.fromEntries(Object.entries(was.models).filter(([role]) => !/^policy \d+$/.test(role)))
    const seed = body.seed ?? seedOf(meta)
    const held = asked.account?.hold(wanted) ?? { limits: wanted, release: () => {} }
    try {
      const changes: Partial<Plan> = {
        ...(await changesOf(meta, body)),
        seed,
        models: {
          ...plain,
          policy: body.model === undefined ? specOf(meta) : modelNamed(body.model, api.settings).spec,
        },
        budget: atMost(held.limits, api.settings.most),
        ...(asked.by === undefined ? {} : { by: asked.by }),
      }
      const planned = await framedOf(desk, meta, changes).catch(e => Promise.reject(blame(body.model === undefined ? 'knobs' : 'model', e)))
      const id = await desk
        .begin({ ...was, ...changes }, planned, {
          account: asked.account,
          origin: meta.id,
          release: held.release,
          // Drawn by another seed, answers are others.
          ...(seed === seedOf(meta) ? { solve: { knows: { run: meta.id, ...(until === undefined ? {} : { until }) } } } : {}),
        })
        .catch(e => Promise.reject(blame('method', e)))
      return answer(id, true)
    } catch (e) {
      held.release()
      throw e
    }
  }

  return forked

  async function forked(meta: RunMeta, body: ForkBody, asked: Asked): Promise<ActAnswer> {
    const { store } = api
    if ((body.row === undefined) !== (body.text === undefined))
      throw new Refusal(400, 'invalid_value', 'row and text belong together: the edit with which the fork begins', {
        param: body.row === undefined ? 'row' : 'text',
      })
    if (planOfRun(meta) === undefined) await framedOf(desk, meta)
    const shown = await trees.of(store, meta)
    let act: Act | undefined
    let after: number | undefined
    const until = (e: EdgeId): number => {
      const n = shown.ledger.after[e]
      if (n === undefined || Number.isNaN(n)) throw conflict('it is not known when that row was made: fork the whole run')
      return n
    }
    if (body.at !== undefined) after = until(rowIn(shown, body.at, 'at'))
    if (body.row !== undefined) {
      const e = rowIn(shown, body.row)
      const at = placeOf(shown, e, body.under === true, body.text!)
      act = { do: 'edit', key: shown.tree.key(at), text: body.text! }
      // A search that is over takes nothing up any more: the fork leaves it where the row had just been made.
      if (after === undefined && meta.status === 'done') after = until(e)
      if (after !== undefined && !(until(e) <= after))
        throw new Refusal(400, 'invalid_value', 'at: the row of the edit was made later', { param: 'at' })
    }
    const wanted = body.budget === undefined ? meta.limits : limitsOfBudget(body.budget)
    if (body.method !== undefined || body.preset !== undefined || body.knobs !== undefined) {
      if (act !== undefined)
        throw new Refusal(
          400,
          'invalid_value',
          'text: another method or other knobs begin anew, where there is no such row yet: edit that fork',
          {
            param: 'text',
          },
        )
      return another(meta, body, asked, wanted, after)
    }
    const seed = body.seed === undefined || body.seed === seedOf(meta) ? undefined : body.seed
    const given = body.model === undefined ? specOf(meta) : modelNamed(body.model, api.settings).spec
    // A model that is made by the run's seed is another one by another seed.
    const other = body.model !== undefined || (seed !== undefined && seededBy(given, seed) !== given)
    const model = other ? await modelFor(meta, given, seed ?? seedOf(meta)) : undefined
    if (seed !== undefined || model !== undefined) stillGoing(meta, after, wanted)
    const lower = Object.fromEntries(
      Object.entries(body.budget === undefined ? {} : wanted).filter(
        ([k, x]) => x < (meta.limits[k as keyof Limits] ?? Number.POSITIVE_INFINITY),
      ),
    )
    const change = {
      ...(seed === undefined ? {} : { seed }),
      ...(model === undefined ? {} : { model }),
      ...(Object.keys(lower).length === 0 ? {} : { limits: lower }),
    }
    const id = blamed('budget', () =>
      fork(store, meta.id, {
        ...(after === undefined ? {} : { after }),
        ...(act === undefined ? {} : { act }),
        ...(Object.keys(change).length === 0 ? {} : { change }),
        ...(asked.by === undefined ? {} : { by: asked.by }),
      }),
    )
    try {
      const made = store.get(id)
      // What the other had was raised later: the fork has it from the beginning.
      const raise = Object.fromEntries(Object.entries(wanted).filter(([k, x]) => made.limits[k as keyof Limits] !== x))
      return await goOn(made, raise, asked)
    } catch (e) {
      store.remove(id)
      throw e
    }
  }
}
