// Learning.
import type { CommandDef, OptionDef } from './definition.ts'
import { baseUrl, json, labels, pairOptions, plain, run, shelf, store } from './options.ts'

const device: OptionDef = {
  name: 'device',
  value: 'WHICH',
  choices: ['wasm', 'webgpu'],
  doc: 'where training computes: on the processor, or on a graphics device (by the package webgpu)',
  fallback: 'wasm',
}
/** What one training takes, of trees or a file. */
const lessonOptions: readonly OptionDef[] = [
  {
    name: 'data',
    value: 'FILE',
    doc: 'JSON Lines in place of runs: rows of espalier export --dialect tokens, or of token ids (docs/learning.md)',
  },
  { name: 'out', value: 'NAME', doc: 'name of the weights: STORE/models/NAME', fallback: 'value, or policy' },
  { name: 'knob', value: 'K=V', many: true, doc: 'a setting of the loss: beta=0.1' },
  ...pairOptions,
  { name: 'right', value: 'X', doc: 'reward from which an answer is right', fallback: '1' },
  { name: 'held', value: 'X', doc: 'share of the tasks that is held out, for measuring', fallback: '0.15' },
  { name: 'epochs', value: 'N', doc: 'times over the rows', fallback: '2' },
  { name: 'steps', value: 'N', doc: 'at most so many', fallback: 'what the epochs have' },
  { name: 'batch', value: 'N', doc: 'rows of a step; pairs and groups are never torn', fallback: '32' },
  { name: 'micro', value: 'N', doc: 'rows of a pass: what memory has to hold; the result is the same but for rounding', fallback: '16' },
  { name: 'rate', value: 'X', doc: 'highest learning rate', fallback: '0.0003' },
  { name: 'fall', value: 'HOW', choices: ['cosine', 'linear', 'none'], doc: 'how it falls after the warm-up', fallback: 'cosine' },
  { name: 'evaluate', value: 'N', doc: 'steps between measurements on what is held out', fallback: '20' },
  { name: 'patience', value: 'N', doc: 'ends after so many of them without a better one; 0: never', fallback: '3' },
  { name: 'seed', value: 'N', doc: 'of the order, and of what is held out', fallback: '1' },
  device,
]

export const learning: readonly CommandDef[] = [
  {
    name: 'train seedling',
    summary: 'train a small language model of your own on the number worlds, from nothing',
    about: `Data are made by the worlds' solver, of the training split only, and are not stored. It keeps a checkpoint every 100 steps and goes on from it exactly: the
weights are those of a training that was never stopped. Ctrl-C lands at a checkpoint. At the end the weights are measured on held-out puzzles, and
STORE/models/NAME holds them with a model card; \`--model seedling@NAME\` uses them. Without --steps, --draft and --quick it is the way the shipped weights were made, in two
stages: an hour and a half on a quiet machine.`,
    args: [],
    options: [
      {
        name: 'steps',
        value: 'N',
        doc: 'how many; with --resume: more than were planned, until the rate begins to fall',
        fallback: '7000, then 700 at a lower rate; draft: 3000; quick: 300',
      },
      { name: 'seed', value: 'N', doc: 'the same seed gives the same weights on one machine', fallback: '1' },
      { name: 'out', value: 'NAME', doc: 'name of the weights: STORE/models/NAME', fallback: 'mine' },
      { name: 'resume', doc: 'go on from the checkpoint there, with the settings it was begun with' },
      { name: 'draft', doc: 'the small network that drafts for the large one (speculative:seedling,seedling@NAME): minutes' },
      { name: 'quick', doc: 'a smaller network and few steps: all of it in about a minute, to solve next to nothing' },
      device,
      { ...store, doc: 'folder whose models/ takes them' },
      json,
      plain,
    ],
    examples: [
      { line: 'espalier train seedling --quick --out tiny', says: 'all of it once, in small' },
      { line: 'espalier train seedling --out mine --resume', says: 'goes on after Ctrl-C or a crash' },
    ],
    load: async () => (await import('./train.ts')).trainCommand,
  },
  {
    name: 'train sequence',
    summary: 'train a small language model of your own on the world sequence: drafts, checks of drafts, mended drafts',
    about: `Numbers under constraints (espalier worlds sequence). Data are made by the world's own rules, of the training split only. The same command goes on after Ctrl-C. At the
end the weights are measured on held-out tasks; STORE/models/NAME holds them, and \`--model seedling@NAME\` uses them. The loop spar begins with them.`,
    args: [],
    options: [
      { name: 'steps', value: 'N', doc: 'how many', fallback: '2000; quick: 60' },
      { name: 'seed', value: 'N', doc: 'the same seed gives the same weights on one machine', fallback: '1' },
      { name: 'out', value: 'NAME', doc: 'name of the weights: STORE/models/NAME', fallback: 'sequence' },
      { name: 'quick', doc: 'a smaller network and few steps: all of it in seconds, to meet next to nothing' },
      device,
      { ...store, doc: 'folder whose models/ takes them' },
      json,
      plain,
    ],
    examples: [{ line: 'espalier train sequence', says: 'what espalier train spar begins with' }],
    load: async () => (await import('./train-sequence.ts')).trainSequenceCommand,
  },
  {
    name: 'train value',
    summary: 'a value head out of the trees of runs: states with labels, measured by how it ranks held-out ones',
    about: `States of finished trees are labelled by what became of them, and the network's verdict is trained on them; the trees of some tasks are held out.
It says how well the verdict ranks held-out unfinished states (AUC, with its interval) before and after. RUN is a run, a comparison, or the name of a loop. All of it
lies in STORE/models/NAME: Ctrl-C, or a kill, loses nothing, and the same command goes on. Training is in a process of its own.`,
    args: [{ ...run, optional: true, rest: true }],
    options: [
      { ...labels, fallback: 'distance' },
      {
        name: 'scale',
        value: 'LOW,HIGH',
        doc: 'what labels of bad and good states are: q of some methods is from -1 to 1',
        fallback: '0,1',
      },
      {
        name: 'loss',
        value: 'WHICH',
        choices: ['verdict', 'value-ranking', 'value-bce', 'value-mse'],
        doc: 'verdict: cross-entropy of the labels; value-ranking: pairs of steps, as a preference model; the others of --data',
        fallback: 'verdict',
      },
      { name: 'model', value: 'NAME', doc: 'weights it begins with: seedling, seedling@draft, seedling@NAME', fallback: 'seedling' },
      ...lessonOptions,
      shelf,
      json,
      plain,
    ],
    examples: [
      {
        line: 'espalier train value rest-mcts-both-1 --labels distance --out judge',
        says: 'of all trees of a loop; then --model.critic seedling@judge',
      },
      { line: 'espalier train value --data steps.jsonl --out judge', says: 'of stepwise rows in the dialect of tokens' },
    ],
    load: async () => (await import('./train-runs.ts')).trainValueCommand,
  },
  {
    name: 'train policy',
    summary: 'a policy out of the trees of runs, by any loss; with --model openai:NAME, a fine-tuning job there',
    about: `Rows are read off the finished trees as the loss wants them: answers to imitate, pairs, rankings, groups with advantages. RUN is a run, a comparison, or the
name of a loop. All of it lies in STORE/models/NAME: Ctrl-C, or a kill, loses nothing, and the same command goes on. With \`--model openai:NAME\` the rows are uploaded, a
fine-tuning job is created (--loss sft, or dpo with pairs) and watched; its state is kept in the store, so that nothing is created twice: Ctrl-C leaves it running,
the same command watches it again, --cancel cancels it. Servers charge for such jobs by the trained token.`,
    args: [{ ...run, optional: true, rest: true }],
    options: [
      { name: 'loss', value: 'ID', doc: 'of the catalogue: sft, dpo, simpo, kto, grpo, ...', fallback: 'sft' },
      { ...labels, doc: 'what steps of pairs and rankings are ordered by' },
      {
        name: 'advantage',
        value: 'HOW',
        choices: ['grpo', 'lite-ppo', 'dr-grpo', 'rloo', 'loop', 'reinforce', 'tree'],
        doc: 'of groups',
        fallback: "the loss's own, else grpo",
      },
      { name: 'verdicts', value: 'X', doc: 'weight of the value head, trained beside the words on labelled states', fallback: '0' },
      { name: 'top', value: 'N', doc: 'of answers to imitate: at most so many of a run' },
      {
        name: 'model',
        value: 'NAME',
        doc: 'weights it begins with: seedling, seedling@draft, seedling@NAME; or openai:NAME',
        fallback: 'seedling',
      },
      ...lessonOptions,
      baseUrl,
      { name: 'usd', value: 'X', doc: 'of a job: US dollars it may cost by the price given; more is refused before anything is uploaded' },
      { name: 'price', value: 'X', doc: 'of a job: US dollars per million trained tokens, as the server has them' },
      { name: 'cancel', doc: 'of a job: cancel it' },
      shelf,
      json,
      plain,
    ],
    examples: [
      {
        line: 'espalier train policy r-mwou18 --loss dpo --pairs checkpoint --knob beta=0.1 --out tuned',
        says: 'then --model seedling@tuned',
      },
      {
        line: 'espalier train policy r-mwou18 --model openai:gpt-4.1-nano --price 1.5 --usd 2',
        says: 'a supervised job; then --model openai:ft:...',
      },
    ],
    load: async () => (await import('./train-runs.ts')).trainPolicyCommand,
  },
  {
    name: 'train',
    summary: 'a learning loop: search, learn from the trees, search better',
    about: `Each round searches problems of the train split within the budget, makes rows of the trees, trains the weights on them in a process of its own, and measures them on
held-out problems: at the first try, and by one search at a fixed budget that is the same for every loop. Round 0 is before any training. Loops: rest-mcts,
alphamath, mcts-dpo, agent-q, alphallm, rstar-math, meds3, oreo, lid, spar, hpt, chord, lite-ppo, loop, treepo, b-star, tulu3-rlvr, prefix-rft, igpo, itool,
tp-llama; baselines: rest-em, self-rewarding. Everything lies in the store: Ctrl-C, or a kill, loses nothing, and the same command goes on.
STORE/loops/NAME holds the report with its curves; the weights of a round are seedling@NAME-rROUND-policy and -value.`,
    args: [{ name: 'LOOP', doc: 'which: rest-mcts, alphamath, ...' }],
    options: [
      { name: 'rounds', value: 'N', doc: 'how many; more than before go on from the last', fallback: '3' },
      { name: 'seed', value: 'N', doc: 'of problems, searches and training', fallback: '1' },
      { name: 'parts', value: 'WHAT', choices: ['policy', 'value', 'both'], doc: 'what is trained', fallback: 'both' },
      { name: 'world', value: 'ID', doc: 'one that makes tasks and speaks the dialect of tokens', fallback: 'game24; spar: sequence' },
      {
        name: 'model',
        value: 'NAME',
        doc: 'weights it begins with: seedling, seedling@draft, seedling@NAME',
        fallback: 'seedling; spar: seedling@sequence',
      },
      {
        name: 'budget',
        value: 'calls=N',
        many: true,
        doc: "of each round's searches: loops are compared at equal spend",
        fallback: 'calls=12000; quick: 1500',
      },
      { name: 'n', value: 'N', doc: 'held-out problems', fallback: '200; quick: 60' },
      {
        name: 'split',
        value: 'WHICH',
        choices: ['dev', 'test'],
        doc: 'theirs: settings are chosen on dev and reported on test',
        fallback: 'dev',
      },
      {
        name: 'select',
        value: 'HOW',
        choices: ['order', 'mopps', 'pcl'],
        doc: 'problems of a round: others each time, or those that about half of the answers solve, by a belief about each (mopps) or a value of their prompts (pcl)',
        fallback: 'order',
      },
      {
        name: 'curriculum',
        value: 'HOW',
        choices: ['world', 'success', 'weights'],
        doc: "easy before hard: by the world's own measure, by the success that selection aims at, or by how much rows count",
        fallback: 'none',
      },
      { name: 'out', value: 'NAME', doc: 'name of the loop and its weights', fallback: 'LOOP-PARTS-SEED' },
      { name: 'quick', doc: 'in small: minutes a round' },
      device,
      shelf,
      json,
      plain,
    ],
    examples: [
      { line: 'espalier train rest-mcts --rounds 3 --seed 1 --quick', says: 'the loop in small' },
      { line: 'espalier train alphamath --parts value', says: 'the value head alone' },
    ],
    load: async () => (await import('./train-loop.ts')).trainLoopCommand,
  },
]
