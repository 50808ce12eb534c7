// Rewards by the names one types: `exact`, `critic`, `judge:ROLE`, `verify:COMMAND`, and sums such as `exact+0.5*critic`.
import type { Oracle, Provider, Reward, Value } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import { processCritic } from '../model/index.ts'
import { combine } from './combine.ts'
import { exact } from './exact.ts'
import { judge } from './judge.ts'
import { asReward, labels, plainScale, type Scale } from './labels.ts'
import { verify } from './verify.ts'

interface WorldLike {
  readonly id: string
  readonly oracle?: Oracle<any>
}
export interface RewardContext {
  readonly entry: { readonly world: WorldLike; readonly exact?: boolean }
  readonly models?: Readonly<Record<string, Provider>>
  /** For verifiers. */
  readonly task?: unknown
  /** Seconds a verifier may take. */
  readonly timeout?: number
}

/** The words the world asks its judges for: the more promising, the nearer to 1; sure, likely, impossible unless it says others. */
export function scaleOf(world: WorldLike): Scale {
  const words = world.oracle?.labels
  if (!words) return plainScale
  const good = words.promising.map((w, i) => [w, 1 - i / (2 * Math.max(1, words.promising.length - 1))] as const)
  return Object.fromEntries([...good, ...words.lost.map(w => [w, 0] as const)])
}

/** What judges states where the frame does not say: the critic's (else the policy's) model, by words if it writes words, by its value head if it has one. */
export function defaultValue(o: { world: WorldLike; models: Readonly<Record<string, Provider>> }): Value | undefined {
  const model = o.models.critic ?? o.models.policy
  if (model?.dialect === 'text') return labels({ scale: scaleOf(o.world) })
  return model?.dialect === 'tokens' && model.can.includes('score') ? processCritic() : undefined
}

const names = ['exact', 'critic', 'judge', 'verify']

/** One reward or a sum of them. A command takes all that follows it. @throws Failure (usage) */
export function parseReward(spec: string, context: RewardContext): Reward {
  const terms: Record<string, Reward> = {}
  const weights: Record<string, number> = {}
  for (let rest = spec.trim(); ; ) {
    const weighted = /^(\d+(?:\.\d+)?|\.\d+)\s*\*\s*/.exec(rest)
    if (weighted) rest = rest.slice(weighted[0].length)
    const command = rest.startsWith('verify:')
    const end = command ? -1 : rest.indexOf('+')
    const name = (end < 0 ? rest : rest.slice(0, end)).trim()
    if (Object.hasOwn(terms, name)) throw new Failure('usage', `reward ${spec}: ${name} is named twice`)
    terms[name] = one(name, spec, context)
    weights[name] = weighted ? Number(weighted[1]) : 1
    if (end < 0) break
    rest = rest.slice(end + 1).trim()
  }
  const all = Object.keys(terms)
  return all.length === 1 && weights[all[0]] === 1 ? terms[all[0]] : combine(terms, weights)
}

function one(name: string, spec: string, { entry, task, timeout }: RewardContext): Reward {
  const at = name.indexOf(':')
  const kind = at < 0 ? name : name.slice(0, at)
  const rest = at < 0 ? '' : name.slice(at + 1).trim()
  if (kind === 'exact' && at < 0) return exact(entry.world)
  if (kind === 'critic' && at < 0) return asReward(labels({ scale: scaleOf(entry.world) }))
  if (kind === 'judge') return judge(rest === '' ? {} : { role: rest })
  if (kind === 'verify') {
    if (rest === '') throw new Failure('usage', `reward ${spec}: verify needs a command`, 'as in verify:./check.sh')
    return verify(rest, { task, timeout })
  }
  const near = nearest(kind, names)
  throw new Failure(
    'usage',
    `no reward "${name}"${near ? `; did you mean ${near}?` : ''}`,
    'rewards: exact, critic, judge:ROLE, verify:COMMAND, or a sum such as exact+0.5*critic',
  )
}

/**
 * The reward of a run and the name to show for it. Without a spec none is made: the runtime pays by the world's own rule, and where that says nothing, by
 * the frame's value.
 */
export function createReward(spec: string | undefined, context: RewardContext): { reward?: Reward; id: string } {
  if (spec === undefined || spec.trim() === '') return { id: context.entry.exact === false ? 'critic' : 'exact' }
  const reward = parseReward(spec, context)
  return { reward, id: reward.id }
}
