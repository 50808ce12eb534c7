// A client's tools: what is called is voted on, and what they give goes on with the same search.
import { OpenAI } from 'openai'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../../src/contract/index.ts'
import { replay } from '../../src/run/index.ts'
import { serve } from '../../src/serve/index.ts'
import { closeAfter, eventsOf, type Setting, says, setting } from './setting.ts'

type Params = OpenAI.ChatCompletionCreateParamsNonStreaming
type Messages = OpenAI.ChatCompletionMessageParam[]
const client = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
const extras = (x: unknown) => (x as { espalier: { run: string; spent: Usage; total?: Usage } }).espalier
const call = (name: string, args: object) => ({
  text: '',
  finish: 'tool_calls',
  tool_calls: [{ id: 'x', type: 'function', function: { name, arguments: JSON.stringify(args) } }],
})
const tool = (name: string) => ({ type: 'function' as const, function: { name, parameters: { type: 'object', properties: {} } } })
const tools = [tool('search')]

/** Votes for `search(b)`; then, with what it found, once more for `search(c)`; then for an answer. */
async function world(): Promise<Setting> {
  let drawn = 0
  return setting(r => {
    const n = r.body.n ?? 1
    const found = r.body.messages.filter((m: any) => m.role === 'tool').length
    if (found === 1) return { choices: Array(n).fill(call('search', { q: 'c', k: 1 })) }
    if (found === 2) return { choices: Array(n).fill('Answer: Paris') }
    const all = [
      call('search', { q: 'a' }),
      call('search', { q: 'b' }),
      call('search', { q: 'b' }),
      { text: 'no idea' },
      { text: 'no idea' },
    ]
    return { choices: Array.from({ length: n }, () => all[drawn++ % all.length]) }
  })
}
const ask = (url: string, messages: Messages, o: { budget?: string; more?: object } = {}) =>
  client(url).chat.completions.create(
    { model: 'self-consistency/m', messages, tools, espalier: { knobs: { n: 5 } }, ...o.more } as Params,
    o.budget === undefined ? {} : { headers: { 'x-espalier-budget': o.budget } },
  )
const callsOf = (r: OpenAI.ChatCompletion) => (r.choices[0].message.tool_calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[]
const told = (messages: Messages, r: OpenAI.ChatCompletion, content: string): Messages => [
  ...messages,
  r.choices[0].message,
  ...callsOf(r).map(c => ({ role: 'tool' as const, tool_call_id: c.id, content })),
]

test('calls are voted on by name, then by arguments', async () => {
  const s = await world()
  const r = await ask(s.serving.url, says('Where?'))
  expect(r.choices[0].finish_reason).toBe('tool_calls')
  const [made] = callsOf(r)
  expect([made.function.name, JSON.parse(made.function.arguments)]).toEqual(['search', { q: 'b' }])
  // Some servers take no longer ids.
  expect(made.id.length).toBeLessThanOrEqual(40)
  expect(s.upstream.requests[0].body.tools).toEqual(tools)
})

describe('methods that ask for several actions at a node take whole replies', () => {
  test.each(['uct', 'puct', 'best-first', 'tree-of-thoughts', 'gumbel-search', 'rest-mcts'])(
    '%s calls a tool, and goes on with what it gave',
    async method => {
      const s = await world()
      const more = { model: `${method}/m`, espalier: {} }
      const first = await ask(s.serving.url, says('Where?'), { budget: 'calls=20', more })
      expect(first.choices[0].finish_reason).toBe('tool_calls')
      expect(callsOf(first)[0].function.name).toBe('search')
      const second = await ask(s.serving.url, told(says('Where?'), first, 'in France'), { budget: 'calls=40', more })
      expect(extras(second).run).toBe(extras(first).run)
      expect(await replay(extras(first).run, { store: s.store })).toMatchObject({ holds: true })
    },
  )
  test('a reply of several lines is one reply', async () => {
    const text = 'It is 12 * 2.\n\nSo:\nAnswer: 24'
    const s = await setting(r => ({ choices: Array(r.body.n ?? 1).fill(text) }))
    for (const method of ['uct', 'puct']) {
      const r = await ask(s.serving.url, says('How much?'), {
        budget: 'calls=20',
        more: { model: `${method}/m`, espalier: {}, tools: undefined },
      })
      expect(r.choices[0].message.content).toBe(text)
    }
  })
})

describe('what they give', () => {
  test('goes on with the same run: one tree, one journal, one budget', async () => {
    const s = await world()
    const { url } = s.serving
    const first = await ask(url, says('Where?'), { budget: 'calls=20' })
    const one = told(says('Where?'), first, 'maybe in France')
    const second = await ask(url, one, { budget: 'calls=20' })
    // Clients write arguments in their own way.
    const again = structuredClone(second)
    for (const c of callsOf(again)) c.function.arguments = '{ "k": 1, "q": "c" }'
    const third = await ask(url, told(one, again, 'in Paris'), { budget: 'calls=20' })
    expect(third.choices[0].message.content).toBe('Answer: Paris')
    expect(new Set([first, second, third].map(r => extras(r).run)).size).toBe(1)
    const run = s.run(extras(first).run)
    expect([run.origin, run.limits.calls, run.status, s.runs().length]).toEqual([null, 20, 'done', 1])
    expect(run.spent.calls).toBe(15)
    expect(extras(third).total).toEqual(run.spent)
    for (const r of [second, third]) expect([extras(r).spent.calls, r.usage!.completion_tokens]).toEqual([5, extras(r).spent.outputTokens])
    // The model hears what the client heard.
    const last = s.upstream.requests.at(-1)!.body.messages
    expect(last.map((m: any) => [m.role, m.tool_call_id ?? m.tool_calls?.[0].id])).toEqual([
      ['user', undefined],
      ['assistant', callsOf(first)[0].id],
      ['tool', callsOf(first)[0].id],
      ['assistant', callsOf(second)[0].id],
      ['tool', callsOf(second)[0].id],
    ])
    expect(await replay(run.id, { store: s.store })).toMatchObject({ holds: true })
    await expect(ask(url, told(one, second, 'x'), { budget: 'calls=5' })).rejects.toThrow(/budget of this exchange is used up/)
  })
  test('where no budget is named, each turn has the usual one', async () => {
    const s = await setting(r => ({ choices: Array(r.body.n ?? 1).fill(call('search', {})) }), { budget: { calls: 3 } })
    const first = await ask(s.serving.url, says('Where?'))
    const second = await ask(s.serving.url, told(says('Where?'), first, 'x'))
    expect(extras(second).run).toBe(extras(first).run)
    expect([first, second].map(r => extras(r).spent.calls)).toEqual([3, 3])
    expect(s.run(extras(first).run).limits.calls).toBe(6)
  })
  test('goes on with it after the server was begun anew', async () => {
    const s = await world()
    const first = await ask(s.serving.url, says('Where?'))
    await s.serving.close(0)
    const other = await serve({ models: { m: `openai:m?base=${s.upstream.url},input=1,output=2` }, store: s.store, port: 0 })
    closeAfter(() => other.close(0))
    const before = s.upstream.requests.length
    const second = await ask(other.url, told(says('Where?'), first, 'in France'))
    expect(extras(second).run).toBe(extras(first).run)
    // Nothing of the first turn is asked again.
    expect(s.upstream.requests.slice(before).every(r => r.body.messages.length === 3)).toBe(true)
  })
  test('is narrated from where it goes on, and its way of sampling may change', async () => {
    const s = await world()
    const first = await ask(s.serving.url, says('Where?'), { more: { temperature: 0.9, tool_choice: 'required' } })
    const r = await s.post('/v1/chat/completions', {
      model: 'self-consistency/m',
      messages: told(says('Where?'), first, 'in France'),
      tools,
      espalier: { knobs: { n: 5 } },
      stream: true,
    })
    const events = eventsOf(await r.text())
    const thoughts = events.map(e => e.choices?.[0]?.delta?.reasoning_content ?? '').join('')
    expect(thoughts).toContain('"q":"c"')
    expect(thoughts).not.toContain('"q":"a"')
    expect(events.find(e => e.espalier)?.espalier.run).toBe(extras(first).run)
    expect(s.upstream.requests[0].body).toMatchObject({ tool_choice: 'required' })
    expect(s.upstream.requests.at(-1)!.body.tool_choice).toBeUndefined()
    expect(await replay(extras(first).run, { store: s.store })).toMatchObject({ holds: true })
  })
  test('of one of n replies: the search goes on below that one', async () => {
    const s = await world()
    const first = await ask(s.serving.url, says('Where?'), { more: { n: 3 } })
    const other = first.choices.find(c => (c.message.tool_calls?.[0] as any)?.function.arguments === '{"q":"a"}')!
    const [made] = other.message.tool_calls!
    const second = await ask(s.serving.url, [...says('Where?'), other.message, { role: 'tool', tool_call_id: made.id, content: 'x' }], {
      more: { n: 3 },
    })
    expect(extras(second).run).toBe(extras(first).run)
    expect(s.upstream.requests.at(-1)!.body.messages[1].tool_calls[0].function.arguments).toBe('{"q":"a"}')
  })
  test.each<[string, (m: Messages) => Messages, object]>([
    ['a question that was edited', m => [{ role: 'user', content: 'Where else?' }, ...m.slice(1)], {}],
    ['words put into its mouth', m => [m[0], { ...m[1], content: 'I know' } as Messages[number], m[2]], {}],
    ['another method', m => m, { model: 'best-of-n/m' }],
    ['other settings', m => m, { espalier: { knobs: { n: 4 } } }],
  ])('is a new run that knows the former: %s', async (_, edit, more) => {
    const s = await world()
    const first = await ask(s.serving.url, says('Where?'))
    const second = await ask(s.serving.url, edit(told(says('Where?'), first, 'in France')), { more })
    expect(extras(second).run).not.toBe(extras(first).run)
    expect(s.run(extras(second).run).origin).toBe(extras(first).run)
  })
  test('told twice: the second time is a new run, and the first is as it was', async () => {
    const s = await world()
    const first = await ask(s.serving.url, says('Where?'))
    const turn = told(says('Where?'), first, 'in France')
    const [a, b] = [await ask(s.serving.url, turn), await ask(s.serving.url, turn)]
    expect(extras(a).run).toBe(extras(first).run)
    expect(s.run(extras(b).run).origin).toBe(extras(first).run)
    expect(await replay(extras(first).run, { store: s.store })).toMatchObject({ holds: true })
  })
  test('by the newer form of the protocol', async () => {
    const s = await world()
    const c = client(s.serving.url)
    const body = {
      model: 'self-consistency/m',
      tools: [{ type: 'function' as const, name: 'search', parameters: {}, strict: null }],
      espalier: { knobs: { n: 5 } },
    }
    const first = await c.responses.create({ ...body, input: 'Where?' } as OpenAI.Responses.ResponseCreateParamsNonStreaming)
    const made = first.output.find(x => x.type === 'function_call')!
    const second = await c.responses.create({
      ...body,
      input: [{ role: 'user', content: 'Where?' }, made, { type: 'function_call_output', call_id: made.call_id, output: 'in France' }],
    } as OpenAI.Responses.ResponseCreateParamsNonStreaming)
    expect(extras(second).run).toBe(extras(first).run)
  })
})

describe('what a model cannot do is refused, not passed over', () => {
  test.each<[string, object, string]>([
    ['tools', { tools }, 'tools'],
    ['a choice of tools', { tools, tool_choice: 'required' }, 'tool_choice'],
    ['a form of the reply', { response_format: { type: 'json_object' } }, 'response_format'],
  ])('%s', async (_, more, param) => {
    const s = await setting()
    for (const model of ['seedling', 'best-of-n/seedling']) {
      const r = await s.post('/v1/chat/completions', { model, messages: says('game24: 4 9 10 13'), ...more })
      expect([r.status, ((await r.json()) as any).error]).toMatchObject([400, { code: 'unsupported', param }])
    }
  })
  test('tools that shall not be used are none', async () => {
    const s = await setting()
    const r = await s.post('/v1/chat/completions', { model: 'seedling', messages: says('game24: 4 9 10 13'), tools, tool_choice: 'none' })
    expect(r.status).toBe(200)
  })
})
test('a judge is not offered the tools, nor held to the form, of those whom it judges', async () => {
  const asked: any[] = []
  const s = await setting(
    r => {
      asked.push(r.body)
      return { choices: Array(r.body.n ?? 1).fill(r.body.messages.length > 1 ? 'sure' : 'Answer: 4') }
    },
    { judge: 'm' },
  )
  const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } }
  await s.post('/v1/chat/completions', {
    model: 'best-of-n/m',
    messages: says('?'),
    tools,
    tool_choice: 'required',
    response_format: format,
    espalier: { reward: 'judge', budget: 'calls=4', knobs: { n: 2 } },
  })
  const [judged, proposed] = [true, false].map(x => asked.filter(b => b.messages.length > 1 === x))
  expect([judged.length > 0, proposed.length > 0]).toEqual([true, true])
  for (const b of proposed) expect(b).toMatchObject({ tools, tool_choice: 'required', response_format: { type: 'json_schema' } })
  for (const b of judged) expect([b.tools, b.tool_choice, b.response_format]).toEqual([undefined, undefined, undefined])
})
