export * from './data.ts'
export * from './train.ts'
