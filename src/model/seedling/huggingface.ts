// A folder as Hugging Face's transformers load it: weights, config.json, tokenizer.json.
import { llamaConfig, writeModel } from './llama.ts'
import type { DType } from './safetensors.ts'
import type { Shape, Weights } from './shape.ts'
import { token, words } from './vocabulary.ts'

const json = (x: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(x, null, 2)}\n`)

/** Words split at spaces and looked up whole: tokenizers' WordLevel. */
const tokenizer = (size: number) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: words
    .slice(0, size)
    .map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }))
    .filter(w => w.content.startsWith('<')),
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: Object.fromEntries(words.slice(0, size).map((w, id) => [w, id])), unk_token: words[token.pad] },
})

/** The files of an export by name. */
export function huggingFaceFiles(
  shape: Shape,
  weights: Weights,
  about: Record<string, string> = {},
  dtype: DType = 'F32',
): Map<string, Uint8Array> {
  return new Map([
    ['model.safetensors', writeModel(shape, weights, about, dtype)],
    ['config.json', json({ ...llamaConfig(shape, dtype), bos_token_id: null, eos_token_id: token.end, pad_token_id: token.pad })],
    ['generation_config.json', json({ eos_token_id: token.end, pad_token_id: token.pad })],
    ['tokenizer.json', json(tokenizer(shape.vocabulary))],
    [
      'tokenizer_config.json',
      json({
        tokenizer_class: 'PreTrainedTokenizerFast',
        model_max_length: shape.context,
        pad_token: words[token.pad],
        eos_token: words[token.end],
        unk_token: words[token.pad],
        clean_up_tokenization_spaces: false,
      }),
    ],
  ])
}
