// The seedling as a process critic. It is trained to answer a judge token, put after a prefix, with one of two verdicts; the probability of the good one is
// the value. So a value head is two rows of the output matrix: it reads through the same interface as words do (score, next), it is exported with them,
// and no second kind of output has to be carried through providers, caches and journals.
import type { ActionValue, Assessment, Context, LanguageModel, Message, Value } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { encode, token, words } from './vocabulary.ts'

/** P(good | text, judge). @throws Failure when the model cannot score, or speaks another dialect */
async function verdict(model: LanguageModel, messages: readonly Message[], then = ''): Promise<Assessment> {
  if (model.dialect !== 'tokens' || model.score === undefined)
    throw new Failure(
      'usage',
      `expected a critic that scores text in the dialect tokens, found ${model.id}`,
      'take --model.critic=seedling',
    )
  const content = [...messages.map(m => m.content), then, words[token.judge]].filter(x => x !== '').join(' ')
  try {
    encode(content)
  } catch (e) {
    // A place that cannot be said (a fraction, a number past 99) is unknown, not bad.
    if (!(e instanceof Failure)) throw e
    return { value: Number.NaN, failed: true, critique: e.message }
  }
  const { logprob } = await model.score([{ role: 'user', content }], words[token.good])
  return { value: Math.exp(logprob) }
}

/**
 * V(s) = P(good | prefix, judge): how likely this partial solution can still be finished well, in [0, 1]. Trained on exhaustive search's own verdicts, in the
 * manner of process supervision from outcomes (Wang et al. 2024, Math-Shepherd, hard estimation). The role's model must speak the dialect `tokens`.
 * @param role which of the frame's models judges
 * @throws Failure when that model cannot score, or speaks another dialect
 */
export function processCritic(role = 'critic'): Value {
  return {
    id: 'critic',
    async value(at: Context, io): Promise<Assessment> {
      return verdict(io.model(role), at.messages({ for: 'judgement' }, 'tokens'))
    },
  }
}

/**
 * Q(s, a) by the same verdict, before an action is taken: the place as it reads once the action is written down.
 * @param texts of the actions, as the policy wrote them
 */
export const actionCritic = (texts: readonly string[], role = 'critic'): ActionValue => ({
  id: 'action critic',
  forecast: (at, _actions, io) =>
    Promise.all(texts.map(text => verdict(io.model(role), at.messages({ for: 'judgement' }, 'tokens'), text.trim()))),
})
