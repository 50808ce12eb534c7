// Rewards by the names one types: `exact`, `critic`, `judge:pairwise,k=2`, `verify:COMMAND` ..., and sums such as `exact+0.5*critic`.
import type { Oracle, Provider, Reward, Sampling, Value } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import { processCritic } from '../model/index.ts'
import { listwiseReward, pairwiseReward } from './anchored.ts'
import { combine } from './combine.ts'
import { exact } from './exact.ts'
import { judge } from './judge.ts'
import { asReward, labels, plainScale, type Scale } from './labels.ts'
import { novelty } from './novelty.ts'
import { likelihood, selfCertainty, votes } from './own.ts'
import { processReward } from './process.ts'
import { verify } from './verify.ts'

interface WorldLike {
  readonly id: string
  readonly oracle?: Oracle<any>
  /** A game of several players, where it is there. */
  readonly player?: unknown
}
export interface RewardContext {
  readonly entry: { readonly world: WorldLike; readonly exact?: boolean }
  readonly models?: Readonly<Record<string, Provider>>
  /** For verifiers. */
  readonly task?: unknown
  /** Seconds a verifier may take. */
  readonly timeout?: number
}

/**
 * The words the world asks its judges for: the more promising, the nearer to 1; sure, likely, impossible unless it says others. From 0 up, and in a
 * game from -1, since what is good for one player is bad for the other.
 */
export function scaleOf(world: WorldLike): Scale {
  const words = world.oracle?.labels
  if (!words) return plainScale
  const good = words.promising.map((w, i) => [w, 1 - i / (2 * Math.max(1, words.promising.length - 1))] as const)
  const scale = [...good, ...words.lost.map(w => [w, 0] as const)]
  return Object.fromEntries(world.player === undefined ? scale : scale.map(([w, x]) => [w, 2 * x - 1]))
}

/** What judges states where the frame does not say: the critic's (else the policy's) model, by words if it writes words, by its value head if it has one. */
export function defaultValue(o: { world: WorldLike; models: Readonly<Record<string, Provider>> }): Value | undefined {
  const model = o.models.critic ?? o.models.policy
  if (model?.dialect === 'text') return labels({ scale: scaleOf(o.world) })
  return model?.dialect === 'tokens' && model.can.includes('score') ? processCritic() : undefined
}

const names = ['exact', 'critic', 'judge', 'process', 'certainty', 'likelihood', 'votes', 'novelty', 'verify']
const forms = ['pointwise', 'pairwise', 'listwise']

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

function one(name: string, spec: string, { entry, task, timeout, models }: RewardContext): Reward {
  const at = name.indexOf(':')
  const kind = (at < 0 ? name : name.slice(0, at)).trim()
  const rest = at < 0 ? '' : name.slice(at + 1).trim()
  const named = (r: Reward): Reward => ({ ...r, id: at < 0 ? kind : `${kind}:${rest.replace(/\s+/g, '')}` })
  if (kind === 'exact' && at < 0) {
    if (entry.exact === false)
      throw new Failure(
        'usage',
        `world ${entry.world.id} has no rule that rewards an answer`,
        'take --reward critic, judge, votes or verify:COMMAND',
      )
    return exact(entry.world)
  }
  if (kind === 'critic' && at < 0)
    return asReward(defaultValue({ world: entry.world, models: models ?? {} }) ?? labels({ scale: scaleOf(entry.world) }))
  if (kind === 'judge') return judgeOf(rest, spec, named)
  if (kind === 'process') {
    const o = options(rest, spec, { k: 1, role: 'judge', how: 'min', temperature: Number.NaN })
    if (!['min', 'last', 'product', 'mean'].includes(o.how))
      throw new Failure('usage', `reward ${spec}: how is min, last, product or mean, found "${o.how}"`)
    return named(processReward({ role: o.role, samples: o.k, how: o.how as 'min', ...heat(o.temperature) }))
  }
  if (kind === 'certainty' || kind === 'likelihood') {
    options(rest, spec, {})
    if (models?.policy !== undefined && !models.policy.can.includes('logprobs'))
      throw new Failure(
        'usage',
        `reward ${kind} needs log-probabilities, and ${models.policy.id} gives none`,
        'take another model, or another reward: critic, votes, judge',
      )
    return kind === 'certainty' ? selfCertainty() : likelihood()
  }
  if (kind === 'votes') {
    options(rest, spec, {})
    return votes()
  }
  if (kind === 'novelty') {
    const o = options(rest, spec, { kind: 'knn', k: 3 })
    if (o.kind !== 'knn' && o.kind !== 'count' && o.kind !== 'elliptic')
      throw new Failure('usage', `reward ${spec}: kind is knn, count or elliptic, found "${o.kind}"`)
    return named(novelty({ kind: o.kind, k: o.k }))
  }
  if (kind === 'verify') {
    if (rest === '') throw new Failure('usage', `reward ${spec}: verify needs a command`, 'as in verify:./check.sh')
    return verify(rest, { task, timeout })
  }
  const near = nearest(kind, names)
  throw new Failure(
    'usage',
    `no reward "${name}"${near ? `; did you mean ${near}?` : ''}`,
    'rewards: exact, critic, judge:pointwise|pairwise|listwise, process, certainty, likelihood, votes, novelty, verify:COMMAND, or a sum such as exact+0.5*critic',
  )
}

/** `judge`, `judge:ROLE`, `judge:pointwise,k=3`. */
function judgeOf(rest: string, spec: string, named: (r: Reward) => Reward): Reward {
  const [first, ...more] = rest.split(',').map(x => x.trim())
  const isForm = forms.includes(first)
  const form = isForm ? first : 'pointwise'
  // A first word that is neither a form nor an option is a role.
  const role = isForm || first === '' || first.includes('=') ? undefined : first
  const listed = [...(isForm || role !== undefined ? [] : [first]), ...more].filter(x => x !== '').join(',')
  const shared = { role: role ?? 'judge', temperature: Number.NaN, tries: 2, keep: 0, meta: 'meta' }
  if (form === 'pairwise') {
    const o = options(listed, spec, { ...shared, k: 1, anchors: 1, strict: false })
    return named(pairwiseReward({ ...o, votes: o.k, ...heat(o.temperature) }))
  }
  if (form === 'listwise') {
    const o = options(listed, spec, { ...shared, k: 2, anchors: 2 })
    return named(listwiseReward({ ...o, shuffles: o.k, ...heat(o.temperature) }))
  }
  const o = options(listed, spec, { ...shared, k: 1, scale: 10, expectation: false })
  const r = judge({ ...o, samples: o.k, scale: [0, o.scale], ...heat(o.temperature) })
  return listed === '' && !isForm ? r : named(r)
}
const heat = (t: number): { temperature: number | undefined } => ({ temperature: Number.isNaN(t) ? undefined : t })

/** `k=3,strict` read by its defaults: numbers are above 0, flags may stand alone. @throws Failure (usage) that names the nearest option */
function options<O extends Record<string, number | string | boolean>>(
  text: string,
  spec: string,
  defaults: O,
): { [K in keyof O]: O[K] extends number ? number : O[K] extends boolean ? boolean : string } {
  const out: Record<string, number | string | boolean> = { ...defaults }
  for (const part of text.split(',').map(x => x.trim())) {
    if (part === '') continue
    const [name, value] = part.split('=').map(x => x.trim())
    const was = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (was === undefined) {
      const near = nearest(name, Object.keys(defaults))
      throw new Failure(
        'usage',
        `reward ${spec}: there is no option "${name}"${near ? `; did you mean ${near}?` : ''}`,
        `options: ${Object.keys(defaults).join(', ') || 'none'}`,
      )
    }
    if (typeof was === 'boolean') {
      if (value !== undefined && value !== 'true' && value !== 'false')
        throw new Failure('usage', `reward ${spec}: ${name} is true or false, found "${value}"`)
      out[name] = value !== 'false'
    } else if (value === undefined || value === '')
      throw new Failure('usage', `reward ${spec}: ${name} needs a value`, `as in ${name}=${Number.isNaN(was) ? 0.5 : was}`)
    else if (typeof was === 'number') {
      const n = Number(value)
      const whole = name !== 'temperature'
      if (!(n >= (whole && name !== 'keep' ? 1 : 0)) || !Number.isFinite(n) || (whole && !Number.isInteger(n)))
        throw new Failure(
          'usage',
          `reward ${spec}: expected ${name} as a ${whole ? 'whole ' : ''}number${name === 'keep' || !whole ? '' : ' from 1'}, found "${value}"`,
        )
      out[name] = n
    } else out[name] = value
  }
  return out as never
}

/**
 * The reward of a run and the name to show for it. Without a spec none is made: the runtime pays by the world's own rule, and where that says nothing, by
 * the frame's value; only in a world without a rule the judge's model, where one is given, is asked. `sampling`: what draws must carry for it.
 */
export function createReward(spec: string | undefined, context: RewardContext): { reward?: Reward; id: string; sampling?: Sampling } {
  if (spec === undefined || spec.trim() === '') {
    if (context.entry.exact !== false) return { id: 'exact' }
    // Who brings a judge of its own to a world without a rule wants it asked.
    if (context.models?.judge === undefined) return { id: 'critic' }
    const reward = judge()
    return { reward, id: reward.id }
  }
  const reward = parseReward(spec, context)
  // These read the draws' tokens, so the draws must be asked for with them.
  const tokens = /(?:^|[+*\s])(?:certainty|likelihood)\b/.test(spec.split('verify:')[0])
  return { reward, id: reward.id, ...(tokens ? { sampling: { logprobs: true } } : {}) }
}
