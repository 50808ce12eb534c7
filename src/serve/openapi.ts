// The OpenAPI document, its request schemas made from those that check the requests.
import { z } from 'zod'
import type { Described } from './api/api.ts'
import { requestSchemas } from './request.ts'

const ok = (description: string, type = 'application/json', schema: object = { type: 'object' }) => ({
  200: { description, content: { [type]: { schema } } },
})
const errors = {
  400: { description: 'the request is wrong: `error.param` names the field' },
  401: { description: 'an API key is needed' },
  403: { description: 'the host or the origin is refused' },
  404: { description: 'no such model' },
  413: { description: 'the body is too large' },
  429: { description: 'too many requests, or a budget is used up: see Retry-After' },
  502: { description: 'the model behind the server refused or failed' },
}
const headers = [
  ['x-espalier-budget', 'limits of the search, such as `usd=0.02,time=20s,calls=50`'],
  ['x-espalier-knobs', 'settings of the method, such as `c=0.7;width=4`'],
  ['x-espalier-preset', 'settings of the method by name'],
  ['x-espalier-seed', 'the same seed, the same search'],
  ['x-espalier-verifier', 'a verifier of the configuration, by name'],
  ['x-espalier-reward', 'what the search is paid for'],
  ['x-espalier-world', 'the world of the task; default: the conversation itself'],
].map(([name, description]) => ({ name, in: 'header', required: false, description, schema: { type: 'string' } }))
const post = (summary: string, schema: string) => ({
  post: {
    summary,
    parameters: headers,
    requestBody: { required: true, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } },
    responses: { ...ok('the answer, or with `stream` its parts as server-sent events'), ...errors },
  },
})

/** @param more what the API of runs adds: paths and schemas of its own */
export const openApi = (more: Described): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Espalier',
    version: '1',
    description:
      'Reward-guided search behind the protocol of OpenAI. `model` is `<method>/<model>`, or a model alone, which passes through.',
  },
  paths: {
    '/v1/models': { get: { summary: 'every name that `model` may have', responses: ok('a list') } },
    '/v1/models/{id}': {
      get: {
        summary: 'one of them',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { ...ok('the model'), 404: errors[404] },
      },
    },
    '/v1/chat/completions': post('the next reply of a conversation', 'ChatCompletionRequest'),
    '/v1/completions': post('a text that goes on', 'CompletionRequest'),
    '/v1/responses': post('the next reply, in the newer form', 'ResponseRequest'),
    '/mcp': {
      post: {
        summary: 'the Model Context Protocol (streamable HTTP): solve, compare, resume, explain_run',
        responses: { ...ok('a message'), ...errors },
      },
    },
    '/healthz': {
      get: { summary: 'is the server taking requests?', responses: { ...ok('it is'), 503: { description: 'it is shutting down' } } },
    },
    '/metrics': { get: { summary: 'figures for Prometheus', responses: ok('text', 'text/plain', { type: 'string' }) } },
    '/openapi.json': { get: { summary: 'this document', responses: ok('this document') } },
    ...more.paths(errors),
  },
  components: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    schemas: {
      ...Object.fromEntries(
        Object.entries(requestSchemas).map(([name, s]) => [name, z.toJSONSchema(s, { io: 'input', unrepresentable: 'any' })]),
      ),
      ...more.schemas(),
    },
  },
  security: [{}, { key: [] }],
})
