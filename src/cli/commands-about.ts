// What there is, and whether it works here.
import type { CommandDef } from './definition.ts'
import { json, method, plain, shelf } from './options.ts'

export const about: readonly CommandDef[] = [
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
