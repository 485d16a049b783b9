import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { LocalProvider } from '../../clusters/local/local-provider.ts'
import { SILENT_STEPS } from '../../util/steps.ts'

export interface ClusterFolders {
  /** Clusters in folders of the test's own. */
  readonly provider: LocalProvider
  readonly stateFolder: string
  readonly runtimeFolder: string
  /** The same folders for a `gatehouse` that is run as a program. */
  readonly environment: Readonly<Record<string, string>>
}

/** Folders for clusters that nobody else sees; what is left in them goes with the test. */
export async function createClusterFolders(t: Test): Promise<ClusterFolders> {
  const folder = await mkdtemp(join(tmpdir(), 'gh-'))
  const [stateFolder, runtimeFolder] = [join(folder, 'state', 'gatehouse'), join(folder, 'run', 'gatehouse')]
  const provider = new LocalProvider({ stateFolder, runtimeFolder })
  t.teardown(async () => {
    for (const { name } of await provider.list()) await provider.down(name, SILENT_STEPS)
    await rm(folder, { recursive: true, force: true })
  })
  const environment = { XDG_STATE_HOME: join(folder, 'state'), XDG_RUNTIME_DIR: join(folder, 'run') }
  return { provider, stateFolder, runtimeFolder, environment }
}
