export * from './kind.ts'
export * from './provider.ts'
