export { type AISDKModel, type AISDKOptions, fromAISDK } from './ai-sdk.ts'
export { Cancelled, ModelFault } from './fault.ts'
export type { ModelContext, ModelKind, ModelSpec, Option } from './kind.ts'
export { parseOptions } from './kind.ts'
export { gguf } from './llama-cpp/index.ts'
export {
  type Endpoint,
  type FineTuning,
  fineTuning,
  type OpenAIOptions,
  openai,
  publishedPrice,
  type RemoteEvent,
  type RemoteJob,
  type RemoteWish,
  type TuneHost,
} from './openai/index.ts'
export { type Reply, type Scripted, scripted } from './scripted.ts'
export {
  type Fork,
  loadSeedling,
  processCritic,
  type Seedling,
  type SeedlingOptions,
  seedling,
  seedlingProvider,
} from './seedling/index.ts'
export { type Simulated, simulated } from './simulated.ts'
export { createModel, modelKinds, parseModel } from './spec.ts'
export { type Speculation, type Speculative, speculative } from './speculative.ts'
