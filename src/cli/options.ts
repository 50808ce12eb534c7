// Options that several commands share.
import type { ArgDef, OptionDef } from './definition.ts'

export const json: OptionDef = { name: 'json', doc: 'the result as JSON on standard output, errors as JSON on standard error' }
export const store: OptionDef = {
  name: 'store',
  value: 'DIR',
  doc: 'folder of the runs; `none`: keep nothing',
  fallback: 'ESPALIER_STORE, else .espalier',
}
export const shelf: OptionDef = { ...store, doc: 'folder of the runs' }
export const plain: OptionDef = { name: 'plain', doc: 'plain lines even in a terminal' }
export const method: OptionDef = { name: 'method', value: 'ID', doc: 'search method, or ./my-method.ts#name: espalier methods' }
export const knob: OptionDef = { name: 'knob', value: 'K=V', many: true, doc: 'a setting of the method: espalier methods ID' }
export const verify: OptionDef = {
  name: 'verify',
  value: 'COMMAND',
  doc: 'a program that checks answers: short for --reward verify:COMMAND. Gets the answer on standard input and the task as JSON in ESPALIER_TASK; exit 0 is right',
}
export const preset: OptionDef = {
  name: 'preset',
  value: 'NAME',
  doc: "settings by name: `published` (the paper's) or one of the method's own",
}
export const budgetDoc =
  'limits: calls, requests, tokens, input, output, usd, time, work, steps, tools, nodes; time and work take ms, s, m, h'
export const budget: OptionDef = { name: 'budget', value: 'K=V,...', many: true, doc: budgetDoc }
export const baseUrl: OptionDef = {
  name: 'base-url',
  value: 'URL',
  doc: 'where the API of openai:NAME is, such as http://127.0.0.1:8000/v1',
  fallback: 'OPENAI_BASE_URL, else OpenAI',
}
export const run: ArgDef = { name: 'RUN', doc: "the run's id, or as much of its beginning as is unique" }
export const durability: OptionDef = {
  name: 'durability',
  value: 'WHAT',
  choices: ['crash', 'power'],
  doc: 'what a committed call outlives: the end of the process, or a loss of power too (slower)',
  fallback: 'crash',
}
export const labels: OptionDef = {
  name: 'labels',
  value: 'WHICH',
  choices: ['distance', 'soft', 'hard', 'look-back', 'q'],
  doc: 'what states are labelled by',
  fallback: 'soft',
}
export const pairOptions: readonly OptionDef[] = [
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
