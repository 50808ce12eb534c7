/** Milliseconds of work after which others have their turn. */
const slice = 10

/** Takes the steps of a long work in slices, so that the server answers others meanwhile. */
export async function gently<T>(steps: Iterator<void, T>): Promise<T> {
  for (;;) {
    for (const until = performance.now() + slice; performance.now() < until; ) {
      const step = steps.next()
      if (step.done === true) return step.value
    }
    await new Promise(setImmediate)
  }
}
