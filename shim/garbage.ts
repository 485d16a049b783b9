import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** V8's collector: of the young objects alone, or of all there are. */
type Collect = (options: { readonly type: 'minor' | 'major'; readonly flavor?: 'last-resort' }) => void

/**
 * Gives back what a start leaves behind, and the pages that it lay on, which V8 would keep: some 10 MB. It stops the thread for a
 * tenth of a second, so it is for a moment when nobody waits.
 */
export function giveBackGarbage(collect = findCollector()): void {
  collect({ type: 'major', flavor: 'last-resort' })
}

/** The collector of the calling thread. */
export function findCollector(): Collect {
  exposeCollector()
  // a thread that began when it was exposed has it; a context for it would be more memory
  return globalThis.gc === undefined ? runInNewContext('gc') : (globalThis.gc as Collect)
}

/**
 * V8 gives its collector to contexts that are made from now on, in all threads of the process. It is never taken back: another
 * thread may be about to look for its own.
 */
export function exposeCollector(): void {
  setFlagsFromString('--expose-gc')
}
