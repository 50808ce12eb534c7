export * from './train.ts'
export * from './examples.ts'
export * from './step.ts'
export * from './table.ts'
