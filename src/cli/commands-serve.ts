// Serving searches to others.
import type { CommandDef } from './definition.ts'
import { baseUrl, budget, budgetDoc, json, store } from './options.ts'

export const serving: readonly CommandDef[] = [
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
]
