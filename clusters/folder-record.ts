import { readFile } from 'node:fs/promises'
import { makeFolder } from '../util/make-folder.ts'
import { replaceFile } from '../util/replace-file.ts'

interface RecordLayout {
  readonly folder: string
  /** The file of what is remembered. */
  readonly state: string
}

interface RecordState {
  /** Files of the user's that hold our entries. */
  readonly kubeconfigs: readonly string[]
}

/** A cluster's folder, and what it remembers between two commands. */
export class FolderRecord<L extends RecordLayout, S extends RecordState> {
  readonly layout: L
  #state: S
  #written: Promise<void> = Promise.resolve()

  constructor(layout: L, state: S) {
    this.layout = layout
    this.#state = state
  }

  get state(): S {
    return this.#state
  }

  /** Makes the folder and writes the state into it for the first time. */
  async write(): Promise<this> {
    await makeFolder(this.layout.folder, 0o700)
    await this.update({})
    return this
  }

  /** Whoever brings a cluster up may change several things at the same time: the writes follow one another. */
  update(changes: Partial<S>): Promise<void> {
    this.#state = { ...this.#state, ...changes }
    const write = () => replaceFile(this.layout.state, `${JSON.stringify(this.#state, undefined, 2)}\n`)
    // a failure is told to whoever wanted that write, and the next one may succeed
    this.#written = this.#written.then(write, write)
    return this.#written
  }

  /** Before our entry is written into it, so that `down` takes it out even if we are ended in between. */
  async rememberKubeconfig(file: string | undefined): Promise<void> {
    const { kubeconfigs } = this.#state
    if (file === undefined || kubeconfigs.includes(file)) return
    await this.update({ kubeconfigs: [...kubeconfigs, file] } as unknown as Partial<S>)
  }
}

/** The state in the folder, or nothing: there is no cluster, or its creation was cut off at its very beginning. */
export async function readState<S>({ state }: RecordLayout): Promise<S | undefined> {
  try {
    return JSON.parse(await readFile(state, 'utf8')) as S
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
