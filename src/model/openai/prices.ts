import type { Price } from '../../contract/index.ts'

/** US dollars per million tokens at api.openai.com, as published in autumn 2025: a convenience, overridden by any price one gives. */
const published: Readonly<Record<string, Price>> = {
  'gpt-5': { input: 1.25, cached: 0.125, output: 10 },
  'gpt-5-mini': { input: 0.25, cached: 0.025, output: 2 },
  'gpt-5-nano': { input: 0.05, cached: 0.005, output: 0.4 },
  'gpt-4.1': { input: 2, cached: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cached: 0.1, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, cached: 0.025, output: 0.4 },
  'gpt-4o': { input: 2.5, cached: 1.25, output: 10 },
  'gpt-4o-mini': { input: 0.15, cached: 0.075, output: 0.6 },
  o3: { input: 2, cached: 0.5, output: 8 },
  'o4-mini': { input: 1.1, cached: 0.275, output: 4.4 },
}

/** The price of a model there, its dated versions included; undefined: not known. */
export const publishedPrice = (model: string): Price | undefined => published[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')]
