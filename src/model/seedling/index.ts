export * from './safetensors.ts'
export * from './shape.ts'
export * from './vocabulary.ts'
