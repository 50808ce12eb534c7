// Searching, and measuring it.
import type { CommandDef } from './definition.ts'
import { baseUrl, budget, durability, json, knob, method, plain, preset, store, verify } from './options.ts'

export const searching: readonly CommandDef[] = [
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
]
