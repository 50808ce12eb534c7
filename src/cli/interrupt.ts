// Ctrl-C and its kin: once asks a run to stop softly, twice to cancel what is under way.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const clock = performance.now.bind(performance)
/** Milliseconds in which two signals are one: a terminal sends Ctrl-C to a whole group, and bin/espalier.mjs passes on what it gets. */
const together = 150

/**
 * Calls `on` at every interrupt until the returned function is called. After a third one the process ends at once.
 * @param on told how many there were, from 1
 */
export function onInterrupt(on: (times: number) => void): () => void {
  let times = 0
  let last = Number.NEGATIVE_INFINITY
  const handle = (): void => {
    if (clock() - last < together) return
    last = clock()
    if (++times > 2) process.exit(130)
    on(times)
  }
  for (const s of signals) process.on(s, handle)
  // The process that started this one is gone: bin/espalier.mjs was killed.
  process.on('disconnect', handle)
  return () => {
    for (const s of signals) process.off(s, handle)
    process.off('disconnect', handle)
  }
}
