// Who walks in a synthetic tree: a policy of a set skill and a critic of set noise, as one model.
import type { Live, Message, Price, Provider, Sample, Sampling, Wanted } from '../../contract/index.ts'
import { chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { softmax } from '../../kernel/rank.ts'
import { type CriticNoise, judged } from './noise.ts'
import { readPrompt, type State, stepText } from './prompt.ts'
import { showTask } from './task.ts'
import { type Law, type Path, type Truth, truthOf } from './truth.ts'

export interface TreeModel extends CriticNoise {
  /** Default 0. Another seed, another model. */
  seed?: number
  /** Logits by which a step that can still end well is likelier than one that cannot. Default 0: all alike. */
  skill?: number
  /** Standard deviation of likings of its own for this step or that, in logits. They say nothing about quality. Default 0. */
  whim?: number
  /** What the critic means by worth: the expected reward under this policy, likings aside (default); under even play; or the best that can be had. */
  of?: 'policy' | 'uniform' | 'best'
  /** Median waiting time in milliseconds on the runtime's clock, log-normal. Default 0. */
  latency?: number
  /** Standard deviation of the logarithm of the waiting time. Default 0.8. */
  sigma?: number
  /** Default: free. */
  price?: Price
}

const tokensIn = (messages: readonly Message[]): number => Math.ceil(messages.reduce((sum, m) => sum + m.content.length, 0) / 4)
const tokensOf = (s: Sample): number => Math.ceil(s.text.length / 4)
/** Longest reply where the caller sets no maximum, in tokens. */
const longest = 2048
const cut = (x: Sample, most = longest): Sample =>
  tokensOf(x) <= most ? x : { text: x.text.slice(0, 4 * Math.max(0, most)), finish: 'cut' }

/**
 * A model that knows a synthetic tree. Asked for a step it draws one from its law, softmax((skill x live + likings) / temperature); for an attempt, step
 * after step; for a list, different steps by the same law. Asked for a judgement it says a number from 0 to 1, the place's true worth through its noise, which
 * the critic `marks()` reads; and a word for it, for critics that read labels (sure from 0.75, likely from 0.25). Every sample is a call. What it says is a function of its seed, the place and the number of the sample at its
 * address, whatever the schedule.
 *
 * With `logprobs` each step is a token, with its certainty. It scores given texts, too, and embeds them: wordings of a step lie close together.
 */
export function treeModel(o: TreeModel = {}): Provider {
  const { seed = 0, skill = 0, whim = 0, of = 'policy', latency = 0, sigma = 0.8 } = o
  const random = (key: string, purpose: string): AddressedRandom => {
    const { hi, lo } = chain(0, 0, key)
    return new AddressedRandom(seed, hi, lo, purpose)
  }
  const plain: Law = skill === 0 ? null : live => softmax(live.map(on => (on ? skill : 0)))
  /** Probabilities of all actions at a place. */
  const law = (truth: Truth, path: Path, temperature: number): number[] => {
    const { wordings } = truth.task
    const live = truth.liveIdeas(path)
    const liking = whim === 0 ? null : random(`${showTask(truth.task)} ${path.join('.')}`, 'whim')
    const logits = live.flatMap(on =>
      Array.from({ length: wordings }, () => (on ? skill : 0) + (liking === null ? 0 : whim * liking.normal())),
    )
    return softmax(logits, temperature)
  }
  const certainty = (p: readonly number[]): number => -p.reduce((sum, x) => sum + Math.log(p.length * Math.max(x, 1e-12)), 0) / p.length
  const say = (drawn: readonly { action: number; p: readonly number[] }[], truth: Truth, s: Sampling): Sample => ({
    text: drawn.map(x => stepText(x.action, truth.task)).join(', '),
    finish: 'stop',
    ...(s.logprobs ? { tokens: drawn.map(x => ({ id: x.action, logprob: Math.log(x.p[x.action]), certainty: certainty(x.p) })) } : {}),
  })
  const walk = (truth: Truth, from: Path, key: string, steps: number, index: number, s: Sampling): Sample => {
    const r = random(key, `walk ${steps > 1 ? 'attempt' : 'step'} ${index}`)
    const path = [...from]
    const drawn: { action: number; p: readonly number[] }[] = []
    for (let k = 0; k < steps; k++) {
      const p = law(truth, path, s.temperature ?? 1)
      const action = r.weighted(p)
      drawn.push({ action, p })
      path.push(action)
    }
    return say(drawn, truth, s)
  }
  const worth = (truth: Truth, path: Path): number =>
    of === 'best' ? truth.best(path) : truth.worth(path, of === 'uniform' ? null : plain)

  const reply = ({ task, path }: State, want: Wanted, told: string, index: number, s: Sampling): Sample => {
    const truth = truthOf(task)
    const left = task.depth - path.length
    // A question put after the prompt, such as a critic's whether all is done.
    if (/\bEND\b/.test(told)) return { text: left === 0 && truth.live(path) ? 'END' : 'Go on.', finish: 'stop' }
    if (want.for === 'judgement') {
      const mark = judged(truth, path, worth(truth, path), { ...o, seed }, index)
      return { text: `${mark.toFixed(8)} ${mark >= 0.75 ? 'sure' : mark >= 0.25 ? 'likely' : 'impossible'}`, finish: 'stop' }
    }
    if (left === 0) return { text: 'There is no further step.', finish: 'stop' }
    const key = `${showTask(task)} ${path.join('.')}`
    if (want.list === undefined) return walk(truth, path, key, want.for === 'attempt' ? left : 1, index, s)
    if (want.for === 'attempt') {
      const ways = Array.from({ length: Math.min(want.list, 8) }, (_, i) => walk(truth, path, key, left, index * 8 + i, s).text)
      return { text: [...new Set(ways)].join('\n'), finish: 'stop' }
    }
    const p = law(truth, path, s.temperature ?? 1)
    const all = p.map((_, action) => action)
    const listed = random(key, `list ${index}`).sample(all, Math.min(all.length, want.list), a => p[a])
    return { text: listed.map(a => stepText(a, task)).join('\n'), finish: 'stop' }
  }
  /** The last prompt of the world in a list of messages, and the words after it. */
  const asked = (messages: readonly Message[]): { state: State; want: Wanted; told: string } | null => {
    for (let i = messages.length - 1; i >= 0; i--) {
      const found = messages[i].role === 'user' ? readPrompt(messages[i].content) : null
      if (found !== null)
        return {
          ...found,
          told: messages
            .slice(i + 1)
            .flatMap(m => (m.role === 'user' ? m.content : []))
            .join('\n'),
        }
    }
    return null
  }
  const wait = async (messages: readonly Message[], live: Live): Promise<void> => {
    if (latency > 0)
      await live.sleep(latency * Math.exp(sigma * random(messages.map(m => m.content).join('\n'), `wait ${live.index}`).normal()))
  }

  return {
    id: idOf(o),
    dialect: 'text',
    can: ['n', 'logprobs', 'score', 'embed'],
    clock: 'virtual',
    price: o.price ?? { input: 0, output: 0 },
    max: (messages, { n, max }) => ({ calls: n, requests: 1, inputTokens: tokensIn(messages), outputTokens: n * (max ?? longest) }),
    async sample(messages, s, live) {
      live.signal.throwIfAborted()
      const found = asked(messages)
      const samples = Array.from(
        { length: s.n },
        (_, i): Sample =>
          found === null
            ? { text: 'I only know synthetic trees.', finish: 'stop' }
            : cut(reply(found.state, found.want, found.told, live.index + i, s), s.max),
      )
      await wait(messages, live)
      const outputTokens = samples.reduce((sum, x) => sum + tokensOf(x), 0)
      return { samples, usage: { calls: s.n, requests: 1, inputTokens: tokensIn(messages), outputTokens } }
    },
    async score(messages, text, live) {
      const found = asked(messages)
      const usage = { calls: 1, requests: 1, inputTokens: tokensIn(messages) + Math.ceil(text.length / 4) }
      await wait(messages, live)
      if (found === null) return { logprob: Number.NEGATIVE_INFINITY, usage }
      const { task, path } = found.state
      const truth = truthOf(task)
      const at = [...path]
      const tokens = [...text.matchAll(/\bstep\s+(\d{1,4})([a-z])?/gi)].map(m => {
        const id = (Number(m[1]) - 1) * task.wordings + (m[2] === undefined ? 0 : m[2].toLowerCase().charCodeAt(0) - 97)
        const logprob = Math.log(law(truth, at, 1)[id] ?? 0)
        at.push(id)
        return { id, logprob }
      })
      const logprob = tokens.length === 0 ? Number.NEGATIVE_INFINITY : tokens.reduce((sum, t) => sum + t.logprob, 0)
      return { logprob, tokens, usage }
    },
    async embed(texts, live) {
      live.signal.throwIfAborted()
      return { vectors: texts.map(meaning), usage: { requests: 1, inputTokens: Math.ceil(texts.join('').length / 4) } }
    },
  }
}

/** Steps in a text, as a point: one direction an idea, and a little aside for each wording. */
function meaning(text: string): Float32Array {
  const at = new Float32Array(128)
  for (const m of text.matchAll(/\bstep\s+(\d{1,4})([a-z])?/gi)) {
    at[(Number(m[1]) - 1) % 64] += 1
    if (m[2] !== undefined) at[64 + (m[2].toLowerCase().charCodeAt(0) - 97)] += 0.2
  }
  return at
}

/** As one would type it, so that models that differ are told apart wherever ids are compared. */
function idOf({ price: _, ...o }: TreeModel): string {
  const set = Object.entries(o).filter(([, v]) => v !== undefined)
  return set.length === 0 ? 'tree' : `tree:${set.map(([k, v]) => `${k}=${v}`).join(',')}`
}
