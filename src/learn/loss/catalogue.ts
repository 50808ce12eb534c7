// The losses by name, as `train` takes them. Rows bring what a loss asks for; what it lacks is said before the first step.
import type { Paper } from '../../contract/index.ts'
import * as imitation from './imitation.ts'
import { liftList, lipoLambda, listMle, listNet } from './list.ts'
import * as pair from './pair.ts'
import * as gradient from './policy-gradient.ts'
import type { LossFn } from './row.ts'
import { aStarPo, kto } from './single.ts'
import * as value from './value.ts'

export interface LossEntry {
  readonly id: string
  readonly kind: 'imitation' | 'pair' | 'list' | 'single' | 'policy-gradient' | 'regulariser' | 'value'
  /** What rows must have beside lp and segments. */
  readonly needs: readonly ('lo' | 'lr' | 'v' | 'H' | 'kl' | 'advantage' | 'reward' | 'rewards' | 'worth' | 'label')[]
  readonly describe: string
  readonly paper?: Paper
  /** With its published settings, or others. */
  make(o?: Record<string, never>): LossFn
}
const from = (title: string, id: string, dossier?: string): Paper => ({ title, id, ...(dossier === undefined ? {} : { dossier }) })
type Make = (o?: any) => LossFn
const one = (id: string, kind: LossEntry['kind'], needs: LossEntry['needs'], describe: string, make: Make, paper?: Paper): LossEntry => ({
  id,
  kind,
  needs,
  describe,
  make,
  ...(paper === undefined ? {} : { paper }),
})
const ofPair = (id: string, describe: string, make: (o?: any) => pair.PairLoss, paper: Paper): LossEntry =>
  one(id, 'pair', make().reference === null ? ['label'] : ['label', 'lr'], describe, o => pair.liftPair(id, make(o)), paper)

const all: readonly LossEntry[] = [
  one('sft', 'imitation', [], 'negative log likelihood', imitation.sft),
  one(
    'dft',
    'imitation',
    [],
    'imitation weighted by the probability',
    imitation.dft,
    from('On-Policy RL Meets Off-Policy Experts (CHORD)', 'arXiv:2508.11408', 'chord'),
  ),
  one(
    'phi',
    'imitation',
    [],
    'imitation weighted by p (1 - p)',
    imitation.phi,
    from('On-Policy RL Meets Off-Policy Experts (CHORD)', 'arXiv:2508.11408', 'chord'),
  ),
  one('filtered-sft', 'imitation', ['reward'], 'imitation of what succeeded', o => imitation.weighted('filter', o)),
  one('reward-weighted', 'imitation', ['reward'], 'imitation weighted by exp(R)', o => imitation.weighted({ exp: o?.tau ?? 1 }, o)),
  one(
    'luffy',
    'imitation',
    ['advantage'],
    'demonstrations inside a group, with a shaped weight',
    imitation.luffy,
    from('Learning to Reason under Off-Policy Guidance', 'arXiv:2504.14945'),
  ),
  one(
    'srft',
    'imitation',
    ['H'],
    'imitation weighted by the entropy of the row',
    imitation.srft,
    from('SRFT: Supervised Reinforcement Fine-Tuning', 'arXiv:2506.19767'),
  ),
  one(
    't-reg',
    'imitation',
    ['rewards'],
    'token rewards as a regulariser of a preference loss',
    imitation.tReg,
    from('T-REG: Preference Optimization with Token-Level Reward Regularization', 'arXiv:2412.02685', 't-reg'),
  ),
  ofPair('dpo', 'logistic loss of the margin', pair.dpo, from('Direct Preference Optimization', 'arXiv:2305.18290')),
  ofPair('dpo-smoothed', 'with labels that may be wrong', pair.smoothedDpo, from('Direct Preference Optimization', 'arXiv:2305.18290')),
  ofPair('dpo-robust', 'unbiased under wrong labels', pair.robustDpo, from('Provably Robust DPO', 'arXiv:2403.00409')),
  ofPair('dpo-normalised', 'by mean logprobs', pair.normalisedDpo, from('Tulu 3', 'arXiv:2411.15124', 'tulu3-rlvr')),
  ofPair('simpo', 'mean logprobs, no reference, a margin', pair.simpo, from('SimPO', 'arXiv:2405.14734')),
  ofPair('orpo', 'odds ratio beside imitation, no reference', pair.orpo, from('ORPO', 'arXiv:2403.07691')),
  ofPair('hinge', 'hinge of the margin', pair.hinge, from('SLiC-HF', 'arXiv:2305.10425')),
  ofPair(
    'ipo',
    'square distance to a fixed margin',
    pair.ipo,
    from('A General Theoretical Paradigm to Understand Learning from Human Preferences', 'arXiv:2310.12036'),
  ),
  ofPair(
    'mnpo',
    'the same against a mixture of references',
    pair.mnpo,
    from('Multiplayer Nash Preference Optimization', 'ICLR 2026', 'mnpo'),
  ),
  ofPair('sppo', 'each response to its own target', pair.sppo, from('Self-Play Preference Optimization', 'arXiv:2405.00675')),
  ofPair('nca', 'noise contrastive alignment', pair.nca, from('Noise Contrastive Alignment of Language Models', 'arXiv:2402.05369')),
  ofPair('apo-zero', 'each response against the reference', pair.apoZero, from('Anchored Preference Optimization', 'arXiv:2408.06266')),
  ofPair('dno', 'soft labels from win rates', pair.dno, from('Direct Nash Optimization', 'arXiv:2404.03715', 'dno')),
  one(
    'xpo',
    'pair',
    ['label', 'lr'],
    'DPO and optimism',
    o => pair.withFresh(pair.dpo(o), { kind: 'xpo', alpha: 1e-5, ...o }),
    from('Exploratory Preference Optimization', 'arXiv:2405.21046', 'xpo'),
  ),
  one(
    'selm',
    'pair',
    ['label', 'lr'],
    'DPO and a bonus of the last iterate',
    o => pair.withFresh(pair.dpo({ beta: 0.01, ...o }), { kind: 'selm', alpha: 1e-3, beta: 0.01, ...o }),
    from('Self-Exploring Language Models', 'arXiv:2405.19332', 'selm'),
  ),
  one(
    'hypo',
    'pair',
    ['label', 'lr'],
    'DPO and reverse KL on fresh samples',
    o => pair.withFresh(pair.dpo(o), { kind: 'hypo', alpha: 1e-3, ...o }),
    from('The Importance of Online Data', 'arXiv:2406.01462', 'hypo'),
  ),
  one('kto', 'single', ['label', 'lr'], 'single responses, desirable or not', kto, from('KTO', 'arXiv:2402.01306')),
  one('a-star-po', 'single', ['lr', 'reward'], 'regression on the optimal advantage', aStarPo, from('A*-PO', 'arXiv:2505.20686')),
  one(
    'lipo-lambda',
    'list',
    ['worth', 'lr'],
    'pairs weighted by what they are worth in DCG',
    o => liftList('lipo-lambda', lipoLambda, o),
    from('LiPO', 'arXiv:2402.01878', 'lipo-lambda'),
  ),
  one('list-mle', 'list', ['worth', 'lr'], 'Plackett-Luce likelihood of the order', o => liftList('list-mle', listMle, o)),
  one('list-net', 'list', ['worth', 'lr'], 'softmax cross-entropy', o => liftList('list-net', listNet, o)),
  one('reinforce', 'policy-gradient', ['advantage'], 'score function', gradient.reinforce),
  one(
    'rloo',
    'policy-gradient',
    ['advantage'],
    'REINFORCE with leave-one-out advantages',
    o => gradient.reinforce({ reduction: 'sum', ...o }),
    from('Back to Basics', 'arXiv:2402.14740'),
  ),
  one(
    'ppo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped surrogate',
    gradient.ppo,
    from('Proximal Policy Optimization', 'arXiv:1707.06347'),
  ),
  one(
    'grpo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped, group advantages, sequence means',
    o => gradient.ppo({ reduction: 'sequence', ...o }),
    from('DeepSeekMath', 'arXiv:2402.03300'),
  ),
  one(
    'lite-ppo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped, group mean and batch deviation, token mean',
    o => gradient.ppo({ reduction: 'token', ...o }),
    from('Part I: Tricks or Traps?', 'arXiv:2508.08221', 'lite-ppo'),
  ),
  one(
    'loop',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped, leave-one-out, sequence means',
    o => gradient.ppo({ reduction: 'sequence', ...o }),
    from('Reinforcement Learning for Long-Horizon Interactive LLM Agents', 'arXiv:2502.01600', 'loop'),
  ),
  one(
    'dapo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped with room above, token mean',
    gradient.dapo,
    from('DAPO', 'arXiv:2503.14476'),
  ),
  one(
    'dr-grpo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped, no deviation, a constant length',
    o => gradient.ppo({ reduction: { constant: o?.length ?? 64 }, ...o }),
    from('Understanding R1-Zero-Like Training', 'arXiv:2503.20783'),
  ),
  one(
    'gspo',
    'policy-gradient',
    ['lo', 'advantage'],
    'one ratio a response',
    gradient.gspo,
    from('Group Sequence Policy Optimization', 'arXiv:2507.18071'),
  ),
  one(
    'cispo',
    'policy-gradient',
    ['lo', 'advantage'],
    'clipped weights that keep their gradient',
    gradient.cispo,
    from('MiniMax-M1', 'arXiv:2506.13585'),
  ),
  one(
    'pcl',
    'policy-gradient',
    ['advantage'],
    'on-policy, sequence means',
    o => gradient.reinforce({ reduction: 'sequence', ...o }),
    from('Prompt Curriculum Learning', 'arXiv:2510.01135', 'pcl'),
  ),
  one(
    'prefix-rft',
    'policy-gradient',
    ['lo', 'advantage', 'H'],
    'clipped, with the least certain tokens of hints',
    gradient.prefixRft,
    from('Blending Supervised and Reinforcement Fine-Tuning with Prefix Sampling', 'arXiv:2507.01679', 'prefix-rft'),
  ),
  one(
    'igpo',
    'policy-gradient',
    ['lo', 'advantage', 'H'],
    'one ratio a response, with the least certain tokens of hints',
    gradient.igpo,
    from('Inpainting-Guided Policy Optimization for Diffusion Large Language Models', 'arXiv:2509.10396', 'igpo'),
  ),
  one('kl-reverse', 'regulariser', ['lr'], 'k2: the gradient of KL(policy || reference)', o => gradient.klTo('reverse', o)),
  one('kl-forward', 'regulariser', ['lr'], 'k3: the gradient of KL(reference || policy)', o => gradient.klTo('forward', o)),
  one('kl-exact', 'regulariser', ['kl'], 'over the whole vocabulary', o => gradient.klTo('exact', o)),
  one('entropy', 'regulariser', ['H'], 'entropy bonus', gradient.entropyBonus),
  one('value-mse', 'value', ['v', 'rewards'], 'square error of values', value.valueMse),
  one('value-bce', 'value', ['v', 'rewards'], 'cross-entropy of values as logits', value.valueBce),
  one('value-ranking', 'value', ['v'], 'pairs in the right order', value.valueRanking),
  one(
    'oreo',
    'value',
    ['v', 'lr', 'reward'],
    'soft Bellman consistency of policy and value',
    value.oreo,
    from('Offline RL for LLM Multi-Step Reasoning', 'arXiv:2412.16145', 'oreo'),
  ),
]
/** Every loss by its id. */
export const losses: ReadonlyMap<string, LossEntry> = new Map(all.map(l => [l.id, l]))

/** Files of the kinds, in this folder. */
export const lossFiles: Readonly<Record<LossEntry['kind'], string>> = {
  imitation: 'imitation.ts',
  pair: 'pair.ts',
  list: 'list.ts',
  single: 'single.ts',
  'policy-gradient': 'policy-gradient.ts',
  regulariser: 'policy-gradient.ts',
  value: 'value.ts',
}
