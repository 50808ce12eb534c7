interface Task<R> {
  id: string
  question: string
  parents: readonly string[]
  started: boolean
  result?: { value: R }
}

/** A task that may begin now, with what its parents were asked and what they answered. */
export interface Startable<R> {
  id: string
  question: string
  parents: [question: string, answer: R][]
}

/**
 * Tasks that need each other's answers. A parent may be named before it is added: its child then waits for it. Everything comes in the order
 * of adding, never in the order of finishing.
 */
export class TaskDag<R> {
  readonly #tasks = new Map<string, Task<R>>()

  /** added; same: a task of that id is there already, and stays as it is; cycle: it would wait for itself, and is not added. */
  add(id: string, question: string, parents: readonly string[]): 'added' | 'same' | 'cycle' {
    if (this.#tasks.has(id)) return 'same'
    const seen = new Set<string>()
    for (const todo = [...parents]; todo.length > 0; ) {
      const p = todo.pop()!
      if (p === id) return 'cycle'
      if (seen.has(p)) continue
      seen.add(p)
      todo.push(...(this.#tasks.get(p)?.parents ?? []))
    }
    this.#tasks.set(id, { id, question, parents: [...new Set(parents)], started: false })
    return 'added'
  }

  /** Takes the tasks whose parents are answered; each is given once. */
  start(): Startable<R>[] {
    const out: Startable<R>[] = []
    for (const task of this.#tasks.values()) {
      if (!this.#ready(task)) continue
      task.started = true
      out.push({
        id: task.id,
        question: task.question,
        parents: task.parents.map(p => [this.#tasks.get(p)!.question, this.#tasks.get(p)!.result!.value]),
      })
    }
    return out
  }

  /** How many tasks `start` would give. */
  get startable(): number {
    let n = 0
    for (const task of this.#tasks.values()) if (this.#ready(task)) n++
    return n
  }

  /** Gives a task its answer. A second answer, and one to an unknown task, are ignored: the first stands. */
  finish(id: string, r: R): void {
    const task = this.#tasks.get(id)
    if (task !== undefined) task.result ??= { value: r }
  }

  /** How many are not answered yet. */
  get open(): number {
    let n = 0
    for (const task of this.#tasks.values()) if (task.result === undefined) n++
    return n
  }

  get answered(): { id: string; question: string; answer: R }[] {
    const out: { id: string; question: string; answer: R }[] = []
    for (const { id, question, result } of this.#tasks.values()) if (result !== undefined) out.push({ id, question, answer: result.value })
    return out
  }

  #ready(task: Task<R>): boolean {
    return !task.started && task.result === undefined && task.parents.every(p => this.#tasks.get(p)?.result !== undefined)
  }
}
