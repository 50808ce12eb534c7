// What runs there are, and what becomes of them.
import type { CommandDef, OptionDef } from './definition.ts'
import { budget, budgetDoc, durability, json, knob, labels, method, pairOptions, plain, preset, run, shelf } from './options.ts'

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

export const runs: readonly CommandDef[] = [
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
]
