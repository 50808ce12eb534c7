export * from './data.ts'
export * from './make.ts'
export * from './train.ts'
