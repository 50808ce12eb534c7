// Self-certainty: of many attempts the one of whose words the model was surest, or a vote in which the surest count most.
import { attemptRounds, writtenBallots } from '../compose/index.ts'
import { certainty, meanLogprob, vote } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Kang, Zhao and Song 2025: best-of-n without a reward model.
 *
 * 1. Draw N attempts (temperature 0.6, top-p 0.9).
 * 2. Self-certainty of an attempt: mean over its tokens of KL(U || p), p the model's whole next-token law there, untempered (eq. 8). It grows with the
 *    distance from the uniform law, and is about the whole law, not about the token that was drawn.
 * 3. `best`: the attempt of greatest self-certainty. `borda`: by rank r = 1..N each attempt gives (N - r + 1)^p votes to its answer (section 4.3);
 *    p = 0 is a majority vote, a great p the best single attempt.
 *
 * Traps: comparable only for one model, one vocabulary and one task, so ranks vote and not scores. Attempts without an answer have none here, and do not
 * count in N. Repetition loops have great certainty. Averaging within an answer's group lets rare answers win by luck, and is offered nowhere.
 * Where the model gives log-probabilities but no laws, certainty is unknown, and the vote is a plain majority.
 */
export const selfCertainty = method({
  id: 'self-certainty',
  version: 1,
  slot: 'reward',
  paper: {
    title: 'Scalable Best-of-N Selection for Large Language Models via Self-Certainty',
    id: 'arXiv:2502.18581',
    dossier: 'self-certainty',
  },
  knobs: {
    N: { default: 16, min: 0, max: 100_000, doc: 'attempts; 0: as many as the budget covers (16 where it limits nothing that they use)' },
    p: { default: 0.3, min: 0, max: 100, doc: 'exponent of the votes by rank; the paper: 0.3 up to N = 16, 1.2 from 32 on' },
    select: { default: 'borda', choices: ['borda', 'best'], doc: 'a vote by ranks, or the attempt of greatest score' },
    score: { default: 'certainty', choices: ['certainty', 'logprob'], doc: 'self-certainty, or the mean log-probability of the tokens' },
    temperature: { default: 0.6, min: 0, max: 2, doc: 'of the attempts; certainty is of the law at 1' },
    topP: { default: 0.9, min: 0.01, max: 1, doc: 'of the attempts' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
  },
  presets: { large: { N: 64, p: 1.2 } },
  promises: ['orderFree'],
  needs: ['policy', 'certainty'],
  async run(s, k) {
    const sampling = { temperature: k.temperature, topP: k.topP, logprobs: true }
    await attemptRounds(s, { n: k.N, unlimited: 16, steps: k.steps, sampling, reward: false }) // 1
  },
  answer(t, k) {
    const drawn = writtenBallots(t, k.score === 'certainty' ? certainty : meanLogprob) // 2
    return (k.select === 'best' ? vote(drawn, { mode: 'best' }) : null) ?? vote(drawn, { mode: 'borda', p: k.p }) // 3
  },
})
