export * from './data.ts'
export * from './train.ts'
export * from './tree.ts'
