// Files that are named on the command line.
import { readFileSync } from 'node:fs'
import { Failure } from '../kernel/index.ts'

/** As it is called in messages; `-` is standard input. */
export const fileName = (file: string): string => (file === '-' ? 'standard input' : file)

/** @param what stands in it, for the message @throws Failure (usage) where it cannot be read */
export function fileText(file: string, what: string, hint: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (e) {
    throw new Failure('usage', `the ${what} of ${fileName(file)} cannot be read: ${(e as Error).message}`, hint, { cause: e })
  }
}
export const taskText = (file: string): string => fileText(file, 'tasks', 'give a file with a task a line')
export const noTask = (file: string): Failure =>
  new Failure('usage', `there is no task in ${fileName(file)}`, 'a task a line, or JSON Lines {"id", "task"}')
