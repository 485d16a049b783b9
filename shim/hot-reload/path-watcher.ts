import { type FSWatcher, watch } from 'node:fs'
import { basename } from 'node:path'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { ANY_NAME, findWatchedNames } from './watched-names.ts'

export interface PathWatcherOptions {
  readonly onChange: () => void
  readonly log: Log
}

/** Hears of changes on the way to some paths. A hint and no more: file systems lose events, or have none to give. */
export class PathWatcher implements Disposable {
  readonly #options: PathWatcherOptions
  #watchers: readonly FSWatcher[] = []
  #isClosed = false

  constructor(options: PathWatcherOptions) {
    this.#options = options
  }

  /** Watches these paths from now on, wherever they lead now. */
  async watch(paths: readonly string[]): Promise<void> {
    const watched = await findWatchedNames(paths)
    if (this.#isClosed) return
    const previous = this.#watchers
    this.#watchers = [...watched].flatMap(([folder, names]) => this.#watchFolder(folder, names))
    // after the new ones, so that nothing happens unseen
    for (const watcher of previous) watcher.close()
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    for (const watcher of this.#watchers) watcher.close()
  }

  #watchFolder(folder: string, names: ReadonlySet<string>): FSWatcher[] {
    const { onChange, log } = this.#options
    // a folder's own end is told under its own name
    const concerns = (name: string | null) =>
      name === null || names.has(ANY_NAME) || names.has(name) || name === basename(folder)
    const giveUp = (error: unknown) => log.debug({ folder, error: messageOf(error) }, 'cannot watch a folder')
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => concerns(name) && onChange())
      return [watcher.on('error', giveUp)]
    } catch (error) {
      // no right to read it, none left of inotify's watches, or gone: the poll will notice
      giveUp(error)
      return []
    }
  }
}
