// Every command, in the order of the help.
import type { ArgDef, CommandDef, OptionDef } from './definition.ts'

const json: OptionDef = { name: 'json', doc: 'the result as JSON on standard output, errors as JSON on standard error' }
const store: OptionDef = {
  name: 'store',
  value: 'DIR',
  doc: 'folder of the runs; `none`: keep nothing',
  fallback: 'ESPALIER_STORE, else .espalier',
}
const shelf: OptionDef = { ...store, doc: 'folder of the runs' }
const plain: OptionDef = { name: 'plain', doc: 'plain lines even in a terminal' }
const method: OptionDef = { name: 'method', value: 'ID', doc: 'search method, or ./my-method.ts#name: espalier methods' }
const knob: OptionDef = { name: 'knob', value: 'K=V', many: true, doc: 'a setting of the method: espalier methods ID' }
const verify: OptionDef = {
  name: 'verify',
  value: 'COMMAND',
  doc: 'a program that checks answers: short for --reward verify:COMMAND. Gets the answer on standard input and the task as JSON in ESPALIER_TASK; exit 0 is right',
}
const preset: OptionDef = { name: 'preset', value: 'NAME', doc: "settings by name: `published` (the paper's) or one of the method's own" }
const budgetDoc = 'limits: calls, requests, tokens, input, output, usd, time, work, steps, tools, nodes; time and work take ms, s, m, h'
const budget: OptionDef = { name: 'budget', value: 'K=V,...', many: true, doc: budgetDoc }
const baseUrl: OptionDef = {
  name: 'base-url',
  value: 'URL',
  doc: 'where the API of openai:NAME is, such as http://127.0.0.1:8000/v1',
  fallback: 'OPENAI_BASE_URL, else OpenAI',
}
const run: ArgDef = { name: 'RUN', doc: "the run's id, or as much of its beginning as is unique" }
const durability: OptionDef = {
  name: 'durability',
  value: 'WHAT',
  choices: ['crash', 'power'],
  doc: 'what a committed call outlives: the end of the process, or a loss of power too (slower)',
  fallback: 'crash',
}

const pairOptions: readonly OptionDef[] = [
  {
    name: 'pairs',
    value: 'WHICH',
    choices: ['siblings', 'success', 'checkpoint', 'answers'],
    doc: 'what a pair is: children of one node, the steps to an answer against their siblings, what led from a state to a right end against what led to a wrong one, or whole answers',
    fallback: 'siblings',
  },
  { name: 'margin', value: 'X', doc: 'of pairs: least difference of the labels', fallback: '0' },
  { name: 'min-visits', value: 'N', doc: 'of pairs: both visited so often', fallback: '0' },
  { name: 'min-edit', value: 'X', doc: 'of pairs: least share of words that differ', fallback: '0' },
  { name: 'both-outcomes', doc: 'of pairs: only where a right and a wrong end lie below' },
  { name: 'most', value: 'N', doc: 'of pairs: at most so many of a run, those of greatest margin' },
]
/** The same for a file, where people's own pairs may stand alone. */
const exportPairs = pairOptions.map(
  (o): OptionDef =>
    o.name === 'pairs'
      ? {
          ...o,
          choices: [...o.choices!, 'people'],
          doc: `${o.doc!.replace(', or whole answers', ', whole answers')}, or what people preferred alone; people come first in any case`,
        }
      : o,
)
const labels: OptionDef = {
  name: 'labels',
  value: 'WHICH',
  choices: ['distance', 'soft', 'hard', 'look-back', 'q'],
  doc: 'what states are labelled by',
  fallback: 'soft',
}
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

export const commands: readonly CommandDef[] = [
  {
    name: 'solve',
    summary: 'search for an answer to one task, or to each task of a file',
    about: `Grows a search tree over what the model could do next, pays for it with the reward, and stops within the budget. The run's id is printed before the
first call; whatever happens after that, nothing that was paid for is lost: Ctrl-C lands softly, and \`espalier resume RUN\` goes on.`,
    args: [
      { name: 'WORLD', doc: 'game24, reason (any question in words), ...: espalier worlds; or ./my-world.ts#name' },
      { name: 'TASK', doc: 'the task as the world writes it', optional: true, rest: true },
    ],
    options: [
      {
        name: 'tasks',
        value: 'FILE',
        doc: 'a task a line, or JSON Lines {"id", "task", "answer"}; `-`: standard input. One run each. Expected answers are for the grader alone',
      },
      { ...method, fallback: 'auto' },
      knob,
      preset,
      {
        name: 'model',
        value: 'NAME',
        roles: true,
        doc: 'who answers: seedling, simulated:error=0.1,width=8, openai:NAME, gguf:PATH, ./my-model.ts#name, or a name of espalier.config; --model.ROLE for another role',
        fallback: 'seedling for the worlds it was trained on (game24, countdown), else simulated:error=0.1',
      },
      baseUrl,
      { name: 'judge', value: 'NAME', doc: 'who judges states: short for --model.judge', fallback: 'the model' },
      { name: 'reward', value: 'NAME', doc: 'what the search is paid for', fallback: 'exact, where the world has a check of its own' },
      verify,
      { ...budget, fallback: 'calls=200' },
      { name: 'temperature', value: 'T', doc: 'of the policy, from 0 to 2' },
      { name: 'seed', value: 'N', doc: 'the same seed and concurrency give the same tree', fallback: '1' },
      { name: 'concurrency', value: 'N', doc: 'calls in flight at once', fallback: '8' },
      store,
      durability,
      { name: 'cache', doc: 'answer equal requests from the store, charged at their recorded price' },
      {
        name: 'clock',
        value: 'WHICH',
        choices: ['real', 'virtual'],
        doc: 'virtual: simulated waiting takes no time',
        fallback: 'virtual where every model is simulated',
      },
      { name: 'strict', doc: 'a method that touches the clock, chance or a timer by itself is stopped with an error' },
      json,
      plain,
    ],
    examples: [
      { line: 'espalier solve game24 "4 9 10 13"', says: 'the defaults' },
      {
        line: 'espalier solve game24 "4 9 10 13" --method puct --knob c=1.5 --budget calls=500,time=20s --seed 7 --json',
        says: 'one JSON object on standard output',
      },
      {
        line: 'espalier solve game24 --tasks puzzles.txt --json > answers.jsonl',
        says: 'one JSON object a line; bad lines are named, the rest runs',
      },
    ],
    load: async () => (await import('./solve.ts')).solveCommand,
  },
  {
    name: 'compare',
    summary: 'methods on the same tasks at equal spend: did searching pay?',
    about: `Every method gets the same budget for each task and seed; what judges cost counts. best-of-n and self-consistency always take part, drawing as many
attempts as the budget covers. Answers are graded apart from the search, by truth that no search can see. The table has 95 % intervals, differences to best-of-n
with p values corrected for the number of methods, and says in words whether searching paid. The trees are kept, one run each; Ctrl-C lands softly, and
\`espalier resume RUN\` goes on: what is finished is read from the store.`,
    args: [{ name: 'WORLD', doc: 'game24, countdown, ...: espalier worlds; or ./my-world.ts#name' }],
    options: [
      {
        name: 'methods',
        value: 'ID,...',
        doc: 'methods, ID@PRESET for one with settings by name, ID@* for all its presets, ./my-method.ts#name, or `all`',
        fallback: 'auto,depth-first,tree-of-thoughts,gumbel-search,rest-mcts',
      },
      { name: 'tasks', value: 'FILE', doc: 'a task a line, or JSON Lines {"id", "task"}; `-`: standard input' },
      { name: 'n', value: 'N', doc: 'how many tasks are made, where no file gives them', fallback: '100' },
      {
        name: 'split',
        value: 'WHICH',
        choices: ['train', 'dev', 'test'],
        doc: 'what they are made from: settings are chosen on dev and reported on test',
        fallback: 'test',
      },
      { name: 'seeds', value: 'N', doc: 'runs of each task by each method', fallback: '1' },
      { name: 'seed', value: 'N', doc: 'the first of them', fallback: '1' },
      {
        name: 'model',
        value: 'NAME',
        roles: true,
        doc: 'who answers, as for solve; --model.ROLE for another role',
        fallback: 'as for solve',
      },
      baseUrl,
      { name: 'judge', value: 'NAME', doc: 'who judges states: short for --model.judge', fallback: 'the model' },
      { name: 'reward', value: 'NAME', doc: 'what the searches are paid for', fallback: 'exact, where the world has a check of its own' },
      verify,
      { ...budget, fallback: 'calls=142' },
      { name: 'concurrency', value: 'N', doc: 'calls in flight at once in each run', fallback: '8' },
      { name: 'runs', value: 'N', doc: 'runs in flight at once', fallback: '8' },
      {
        name: 'threads',
        value: 'N',
        doc: 'threads that share the runs; results do not depend on it',
        fallback: 'the cores, where all models are local and there is much to run',
      },
      { name: 'svg', value: 'FILE', doc: 'a picture of quality against spend' },
      store,
      json,
      plain,
    ],
    examples: [
      {
        line: 'espalier compare game24 --methods auto,puct@robust --model simulated:error=0.2 --seeds 3 --svg plot.svg',
        says: '100 held-out puzzles, the table, and a picture',
      },
      { line: 'espalier compare game24 --tasks puzzles.txt --methods all --json', says: 'everything as one JSON object' },
    ],
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'judge check',
    summary: 'is a judge to be trusted? Held against answers of which one knows whether they are right',
    about: `Each answer is put where a search would have it, and judged there. Tells how often the judge is right, how well its values tell right from wrong, whether they
mean what they say (calibration, and what a fit would mend), and what a judgement costs; for pairs, what standing first is worth. Nothing is kept.`,
    args: [
      { name: 'FILE', doc: 'JSON Lines {"task", "answer" or "state", "label"}, or {"task", "chosen", "rejected"}; `-`: standard input' },
    ],
    options: [
      { name: 'judge', value: 'NAME', doc: 'who judges: a model as for solve', fallback: 'the model' },
      { name: 'model', value: 'NAME', doc: 'who writes what a judge compares with, where it does', fallback: 'the judge' },
      baseUrl,
      {
        name: 'kind',
        value: 'WHICH',
        choices: ['pointwise', 'pairwise', 'listwise'],
        doc: 'one at a time, against one other, in a list',
        fallback: 'pointwise',
      },
      { name: 'k', value: 'N', doc: 'judgements of each', fallback: '1; listwise: 2' },
      { name: 'duels', value: 'N', doc: 'so many pairs of answers to one task in both orders', fallback: '0; pairwise: 100' },
      { name: 'world', value: 'WORLD', doc: 'whose tasks they are', fallback: 'reason' },
      budget,
      { name: 'seed', value: 'N', doc: 'of what is drawn', fallback: '1' },
      { name: 'concurrency', value: 'N', doc: 'calls in flight at once', fallback: '8' },
      { ...store, doc: 'folder of weights of your own' },
      json,
    ],
    examples: [
      { line: 'espalier judge check labelled.jsonl --judge openai:gpt-5-mini --kind pairwise', says: 'before trusting it with a search' },
    ],
    load: async () => (await import('./judge.ts')).judgeCheckCommand,
  },
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
  {
    name: 'serve',
    summary: "searches behind OpenAI's protocol: point any client at it",
    about: `The model name chooses: \`best-of-n/NAME\`, \`auto/NAME\`, any method before a model of yours; NAME alone passes through. Budget, knobs, seed and verifier go by
request, as headers (x-espalier-budget: usd=0.02,time=20s) or in the field \`espalier\`; the answer carries the run's id, spend and verdict. It listens on this
machine alone unless the configuration has keys (serve.keys). Ctrl-C lets what is under way end, or parks it as runs to be resumed; again: at once.
docs/serving.md says more.`,
    args: [],
    options: [
      {
        name: 'model',
        value: 'NAME',
        many: true,
        doc: 'who answers, as for solve: a name of espalier.config, openai:NAME (clients say NAME), or a name of your own: fast=openai:NAME',
        fallback: 'the models of espalier.config, else seedling',
      },
      {
        name: 'judge',
        value: 'NAME',
        doc: 'who judges replies, where nothing else does: one of them, or a model',
        fallback: 'nobody: replies are voted on',
      },
      baseUrl,
      { name: 'host', value: 'HOST', doc: 'address to listen on; anything but this machine needs serve.keys', fallback: '127.0.0.1' },
      { name: 'port', value: 'N', doc: 'port to listen on; 0: any that is free', fallback: '8080' },
      { ...budget, doc: `of a search that names none. ${budgetDoc}`, fallback: 'serve.budget, else calls=20' },
      { name: 'most', value: 'K=V,...', many: true, doc: 'no request may have more, whatever it names', fallback: 'serve.most' },
      { name: 'concurrency', value: 'N', doc: 'calls in flight at once in each search', fallback: '8' },
      { name: 'in-flight', value: 'N', doc: 'requests under way at once; beyond it 429', fallback: '256' },
      { name: 'timeout', value: 'N', doc: 'seconds a request may take; then the best so far is its answer', fallback: '600' },
      { name: 'grace', value: 'N', doc: 'seconds that requests under way have to end after Ctrl-C', fallback: '10' },
      { name: 'no-studio', doc: 'without the web app at /' },
      store,
      { name: 'json', doc: 'one JSON object on standard output when it is ready: url, models' },
    ],
    examples: [
      {
        line: 'espalier serve --model openai:qwen3-8b --base-url http://127.0.0.1:8000/v1',
        says: 'clients ask for qwen3-8b, or for self-consistency/qwen3-8b',
      },
      { line: 'espalier serve --model seedling --port 8081 --budget calls=100', says: 'answers "game24: 4 9 10 13", offline' },
    ],
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  {
    name: 'studio',
    summary: 'watch and steer searches in a browser',
    about: `Serves the web app and its HTTP API on this machine: runs and their trees as they grow, nodes with the exact prompts, comparisons, data and training.
Everything it does, any program can do: docs/studio.md.`,
    args: [{ name: 'RUN', doc: 'to open it at this run', optional: true }],
    options: [
      {
        name: 'model',
        value: 'NAME',
        many: true,
        doc: 'who may answer in new runs, as for serve',
        fallback: 'the models of espalier.config, else seedling',
      },
      { name: 'judge', value: 'NAME', doc: 'who judges, where nothing else does', fallback: 'nobody' },
      baseUrl,
      { name: 'port', value: 'N', doc: 'port to listen on; 0: any that is free', fallback: '4173' },
      { name: 'open', doc: 'open it in the browser' },
      store,
      { name: 'json', doc: 'one JSON object on standard output when it is ready: url, models' },
    ],
    examples: [{ line: 'espalier studio r-mwou18 --open', says: 'a look at one run' }],
    load: async () => (await import('./studio.ts')).studioCommand,
  },
  {
    name: 'mcp',
    summary: 'searches as tools of other agents, over standard input and output (MCP)',
    about: `Tools: solve, compare, resume, explain_run, with progress and cancellation; runs and their trees are resources. An agent starts it by itself: its
configuration names the command. \`espalier serve\` has the same over HTTP, at /mcp.`,
    args: [],
    options: [
      {
        name: 'model',
        value: 'NAME',
        many: true,
        doc: 'who answers, as for serve',
        fallback: 'the models of espalier.config, else seedling',
      },
      { name: 'judge', value: 'NAME', doc: 'who judges replies, where nothing else does', fallback: 'nobody: replies are voted on' },
      baseUrl,
      { ...budget, doc: `of a search that names none. ${budgetDoc}`, fallback: 'serve.budget, else calls=20' },
      { name: 'most', value: 'K=V,...', many: true, doc: 'no search may have more, whatever it names', fallback: 'serve.most' },
      { name: 'concurrency', value: 'N', doc: 'calls in flight at once in each search', fallback: '8' },
      store,
    ],
    examples: [
      {
        line: 'espalier mcp --model openai:qwen3-8b --base-url http://127.0.0.1:8000/v1',
        says: "as the command of a server in an agent's configuration",
      },
    ],
    load: async () => (await import('./serve.ts')).mcpCommand,
  },
  {
    name: 'serve key',
    summary: 'make an API key for a client, and the hash that the configuration holds',
    about: 'The key is shown once and kept nowhere. The hash goes into espalier.config as serve.keys: [{ name, hash }].',
    args: [{ name: 'NAME', doc: 'whose key it is', optional: true }],
    options: [json],
    load: async () => (await import('./serve.ts')).keyCommand,
  },
  {
    name: 'resume',
    summary: 'go on with a run that was interrupted or killed, or give it more budget',
    about: `The method runs again over its record, which costs nothing, and goes on live where the record ends. Calls that were in flight when the process died are
made again and shown as in doubt.`,
    args: [run],
    options: [
      { ...budget, doc: `raises limits that the run has; the others stay. ${budgetDoc}` },
      { name: 'salvage', doc: 'the journal is damaged: make a new run of its whole part, and go on with that' },
      shelf,
      durability,
      json,
      plain,
    ],
    examples: [{ line: 'espalier resume r-mwou18 --budget calls=400', says: 'the same search, with twice the calls' }],
    load: async () => (await import('./resume.ts')).resumeCommand,
  },
  {
    name: 'replay',
    summary: 'run a recorded run again from its record alone, or see what another method would have done',
    about: `Nothing is asked of any model. Without changes: says whether every request, the tree and the spend come out the same, and why not (exit 5). With another
method, preset, knobs or budget: what that would have done with the answers on record, and which share of its requests the record covers.`,
    args: [run],
    options: [method, knob, preset, budget, shelf, json],
    examples: [
      { line: 'espalier replay r-mwou18', says: 'does the record hold?' },
      { line: 'espalier replay r-mwou18 --method best-first', says: 'what if?' },
    ],
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'runs',
    summary: 'list the runs of a store, newest first',
    args: [],
    options: [
      { name: 'status', value: 'WHAT', choices: ['running', 'paused', 'done', 'failed'], doc: 'only these' },
      { name: 'world', value: 'ID', doc: 'only of this world' },
      { name: 'method', value: 'ID', doc: 'only of this method' },
      { name: 'of', value: 'RUN', doc: 'only the runs of this comparison, which are not listed otherwise' },
      { name: 'since', value: 'WHEN', doc: 'only begun since: 30m, 12h, 7d, or a date' },
      { name: 'limit', value: 'N', doc: 'at most so many', fallback: '20' },
      shelf,
      json,
    ],
    load: async () => (await import('./runs.ts')).listRuns,
  },
  {
    name: 'runs show',
    summary: 'one run: how it was started, what it spent, and the path to its answer',
    args: [run],
    options: [shelf, json],
    load: async () => (await import('./runs.ts')).showRun,
  },
  {
    name: 'runs rm',
    summary: 'remove runs and all their files',
    args: [{ ...run, rest: true }],
    options: [shelf, json],
    load: async () => (await import('./runs.ts')).removeRuns,
  },
  {
    name: 'export',
    summary: 'runs as training data: preference pairs, steps with labels, answers to imitate, groups, or the whole tree',
    about: `Labels are read off the finished trees, not off the values that the search kept while it ran. Rows have the columns that TRL documents for their format; a file that ends in
.parquet is Parquet, any other is JSON Lines. Beside it a card says what is in it, where it came from and what it cost. A comparison stands for all of its runs.`,
    args: [{ ...run, rest: true }],
    options: [
      {
        name: 'format',
        value: 'WHICH',
        choices: ['sft', 'language-modeling', 'preference', 'unpaired', 'stepwise', 'group', 'ranking', 'critique', 'tree'],
        doc: 'what rows are; tree: one that reads back to the same tree',
        fallback: 'preference',
      },
      { name: 'out', value: 'FILE', doc: 'where to; its card is FILE.md. Several trees: a folder', fallback: 'standard output' },
      labels,
      ...exportPairs,
      { name: 'top', value: 'N', doc: 'of answers to imitate: at most so many of a run' },
      { name: 'steps', doc: 'of answers to imitate: each step at its own prompt' },
      { name: 'right', value: 'X', doc: 'reward from which an answer is right', fallback: '1' },
      { name: 'dialect', value: 'NAME', doc: 'how the world is put into words: text, or tokens for the seedling', fallback: 'text' },
      { name: 'chat', doc: 'messages in place of texts' },
      {
        name: 'more',
        doc: 'columns beside the documented ones: margins, values, advantages, who wrote what, token ids, logprobs, sources',
      },
      { name: 'dry', doc: 'only say what there would be' },
      shelf,
      json,
    ],
    examples: [
      { line: 'espalier export r-mwou18 --format preference --out pairs.jsonl', says: 'for a DPO trainer' },
      { line: 'espalier export r-mwou18 --format stepwise --labels distance --out steps.parquet', says: 'for a process reward model' },
    ],
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'methods',
    summary: 'the search methods; with an id: its paper, knobs and presets',
    args: [{ name: 'ID', doc: 'a method', optional: true }],
    options: [json],
    load: async () => (await import('./methods.ts')).methodsCommand,
  },
  {
    name: 'worlds',
    summary: 'the worlds; with an id: how its tasks are written, and what it knows',
    args: [{ name: 'ID', doc: 'a world', optional: true }],
    options: [json],
    load: async () => (await import('./worlds.ts')).worldsCommand,
  },
  {
    name: 'papers',
    summary: 'every published system that exists here: its paper, where it lives, and what its claim came to',
    about: 'Read off the parts themselves, so that nothing is listed that is not there.',
    args: [],
    options: [json],
    load: async () => (await import('./papers.ts')).papersCommand,
  },
  {
    name: 'claims',
    summary: 'one small experiment a paper: does what it says show here, at equal spend?',
    about: `Each experiment states its hypothesis before it runs, has a baseline, and gives effects with 95 % intervals; the verdict (reproduced, not reproduced,
inconclusive) follows from the intervals alone. Results of full runs are kept in claims/results/. Exit 0: every claim ran, whatever its verdict. It runs in a clone
of the repository; the package brings the results.`,
    args: [{ name: 'ID', doc: 'of the paper: espalier papers. None: all of them', optional: true, rest: true }],
    options: [
      { name: 'quick', doc: 'a smoke: each in a few seconds, too small to mean anything, and nothing is kept' },
      { name: 'seed', value: 'N', doc: 'of all that is drawn', fallback: '1' },
      { name: 'jobs', value: 'N', doc: 'how many at once, each in a process of its own', fallback: 'one a processor core' },
      { name: 'markdown', doc: 'docs/claims.md, from the results there are; nothing is run' },
      json,
    ],
    examples: [
      { line: 'espalier claims ets pav', says: 'two of them in full' },
      { line: 'espalier claims --quick', says: 'all of them, in small' },
    ],
    load: async () => (await import('./claims.ts')).claimsCommand,
  },
  {
    name: 'doctor',
    summary: 'check Node, the store, models and optional parts, and say what is missing',
    about: 'Exit 0: all that is needed is there. 5: the store cannot be used. Keys are looked for, never shown.',
    args: [],
    options: [shelf, json],
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'demo',
    summary: 'Game of 24 puzzles solved live by the seedling: what `npm start` runs',
    about: `Held-out puzzles (the test split), one after the other, by the small language model that ships with Espalier. It needs no network and no key, and
nothing is kept. At the end: answers, costs, and best-of-n, self-consistency, rest-mcts and auto on 100 such puzzles at equal spend, 100 calls each, with
intervals. All of it takes less than a minute on two cores. \`--model simulated\`: the same with a model that knows the truth and errs at a set rate.`,
    args: [],
    options: [
      { name: 'model', value: 'NAME', choices: ['seedling', 'simulated'], doc: 'who answers', fallback: 'seedling' },
      { name: 'count', value: 'N', doc: 'how many puzzles are shown', fallback: '12; simulated: 8' },
      { ...method, fallback: 'auto; simulated: gumbel-search' },
      { name: 'error', value: 'P', doc: 'how often the simulated model misjudges a state, from 0 to 1', fallback: '0.1' },
      { name: 'seed', value: 'N', doc: 'other seeds, other puzzles', fallback: '1' },
      { name: 'fast', doc: 'no simulated waiting' },
      json,
      plain,
    ],
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  {
    name: 'help',
    summary: 'all commands, or one in full',
    args: [{ name: 'COMMAND', doc: 'such as `solve` or `runs show`', optional: true, rest: true }],
    options: [{ name: 'markdown', doc: 'everything as one page: docs/cli.md' }],
    load: async () => (await import('./help.ts')).helpCommand,
  },
]
