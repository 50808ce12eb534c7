// `gguf:PATH` on the command line.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Message, Provider } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { ModelKind } from '../kind.ts'
import { type ChatFormat, type LlamaModel, type LlamaSequence, llamaProvider, speaksTokens } from './provider.ts'

/** The part of the package node-llama-cpp that is used. */
export interface LlamaPackage {
  getLlama(o: { gpu: false | 'auto'; build: 'never'; logLevel: 'error' }): Promise<{
    loadModel(o: { modelPath: string }): Promise<LlamaModel>
    dispose(): Promise<void>
  }>
  resolveChatWrapper(model: LlamaModel): {
    generateContextState(o: { chatHistory: readonly unknown[] }): {
      contextText: Tokenizable
      stopGenerationTriggers: readonly Tokenizable[]
    }
  }
}
interface Tokenizable {
  tokenize(tokenizer: unknown): number[]
}
type WithContexts = LlamaModel & {
  createContext(o: object): Promise<{ getSequence(): LlamaSequence; dispose(): Promise<void> }>
}

const turnOf = (m: Message): object =>
  m.role === 'assistant' ? { type: 'model', response: [m.content] } : { type: m.role === 'system' ? 'system' : 'user', text: m.content }

/**
 * A GGUF file as a provider.
 * @param o.context most tokens of prompt and sample together; the model's own, at most 8,192, unless given
 * @param o.threads of llama.cpp; its own choice unless given
 * @param o.gpu let llama.cpp use what it finds; off by default, since results may then differ in the last bits
 * @param o.package stands in for node-llama-cpp
 * @throws Failure (usage) when the file or the package is missing
 */
export async function gguf(
  path: string,
  o: { id?: string; context?: number; gpu?: boolean; threads?: number; package?: LlamaPackage } = {},
): Promise<Provider> {
  if (!existsSync(path))
    throw new Failure('usage', `expected a GGUF file at ${path}, found none`, 'give the path of a model file: gguf:./model.gguf')
  const llamaCpp = o.package ?? (await load(path))
  const llama = await llamaCpp.getLlama({ gpu: o.gpu ? 'auto' : false, build: 'never', logLevel: 'error' })
  const model = (await llama.loadModel({ modelPath: path })) as WithContexts
  const context = o.context ?? Math.min(model.trainContextSize, 8192)
  const place = await model.createContext({
    contextSize: context,
    batchSize: Math.min(context, 512),
    flashAttention: false,
    ...(o.threads === undefined ? {} : { threads: o.threads }),
    // Unless told otherwise the cache rounds to 16 bits, and log-probabilities are off by hundredths.
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  })
  const wrapper = speaksTokens(model) ? null : llamaCpp.resolveChatWrapper(model)
  const chat: ChatFormat = messages => {
    const { contextText, stopGenerationTriggers } = wrapper!.generateContextState({
      chatHistory: [...messages.map(turnOf), { type: 'model', response: [] }],
    })
    return { prompt: contextText.tokenize(model.tokenizer), stops: stopGenerationTriggers.map(t => t.tokenize(model.tokenizer)) }
  }
  return llamaProvider({
    id: o.id ?? `gguf:${basename(path)}`,
    model,
    sequence: place.getSequence(),
    chat,
    context,
    async close() {
      await place.dispose()
      await model.dispose()
      await llama.dispose()
    },
  })
}

async function load(path: string): Promise<LlamaPackage> {
  // By a variable: the package is optional, and this file type-checks without it.
  const name = 'node-llama-cpp'
  try {
    return (await import(name)) as LlamaPackage
  } catch (cause) {
    throw new Failure(
      'usage',
      `expected the package ${name} to read ${basename(path)}, found none`,
      `npm install ${name} (725 MB with its binaries)`,
      { cause },
    )
  }
}

export const ggufKind: ModelKind = {
  kind: 'gguf',
  describe: 'A model file run by llama.cpp on this machine; needs the package node-llama-cpp',
  example: 'gguf:./model.gguf',
  rest: 'name',
  create: ({ name, text }) => gguf(name, { id: text }),
}
