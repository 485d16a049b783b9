import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** V8's collector: of the young objects alone, or of all there are. */
type Collect = (options: { readonly type: 'minor' | 'major'; readonly flavor?: 'last-resort' }) => void

/**
 * Gives back what a start leaves behind, and the pages that it lay on, which V8 would keep: some 10 MB. It stops the thread for a
 * tenth of a second, so it is for a moment when nobody waits.
 */
export function giveBackGarbage(): void {
  findCollector()({ type: 'major', flavor: 'last-resort' })
}

export function findCollector(): Collect {
  // V8 gives it to contexts that are made while the flag is set
  setFlagsFromString('--expose-gc')
  const collect: Collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return collect
}
