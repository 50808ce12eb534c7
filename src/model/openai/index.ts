export { openaiKind } from './kind.ts'
export { type Endpoint, type OpenAIOptions, openai } from './openai.ts'
export { publishedPrice } from './prices.ts'
export type { Prefill } from './request.ts'
