import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { GenericContainer } from 'testcontainers'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { findFreePorts } from '../local/ports.ts'
import { API_PORT, endOf, removeContainer } from './container.ts'
import { mountsOf } from './prepare-files.ts'
import type { K3sRecord } from './record.ts'

/** An optional peer, which not everybody has who checks or builds this: not a literal, since its types are not needed. */
const LIBRARY: string = '@testcontainers/k3s'

/** What it exports, as far as we use it: a container that is told all that k3s needs of an engine. */
interface Library {
  readonly K3sContainer: new (image: string) => GenericContainer
}

/** Creates k3s's container and returns once k3s has its node. @throws ERR_CLUSTER_START, or the signal's reason */
export async function createContainer(record: K3sRecord, signal?: AbortSignal): Promise<void> {
  const { layout, state } = record
  const { K3sContainer } = await loadLibrary()
  const [port = 0] = await findFreePorts(1)
  signal?.throwIfAborted()
  const container = new K3sContainer(state.image)
    .withName(layout.container)
    .withBindMounts(mountsOf(record))
    // one of its own: the engine would choose another each time the container starts
    .withExposedPorts({ container: API_PORT, host: port })
    // it is to outlive this process: `cluster down` removes it
    .withAutoCleanup(false)
  await using _log = keepLog(container, layout.k3sLog)
  const start = container.start()
  try {
    await (signal === undefined ? start : Promise.race([start, rejectOn(signal)]))
    await record.update({ isCreated: true })
  } catch (cause) {
    // the library goes on: it is to be over before anybody cleans up
    if (signal?.aborted) await Promise.all([removeContainer(record), start.catch(() => {})])
    signal?.throwIfAborted()
    throw new GatehouseError(
      'ERR_CLUSTER_START',
      `k3s did not start: ${messageOf(cause)}${endOf(await readFile(layout.k3sLog, 'utf8').catch(() => ''))}`,
      {
        cause,
        hint: 'k3s runs as a privileged container with an agent: its machine has to allow both. The image is named by --node-image.',
      },
    )
  }
}

/** The library, which only those have who start k3s. */
async function loadLibrary(): Promise<Library> {
  try {
    return (await import(LIBRARY)) as Library
  } catch (cause) {
    throw new GatehouseError('ERR_CLUSTER_OPTIONS', 'clusters of k3s need the package @testcontainers/k3s', {
      cause,
      hint: 'Install it beside this program: npm install @testcontainers/k3s testcontainers, with --global if this is installed so.',
    })
  }
}

/** Writes what k3s says into a file while it starts: the library removes a container that does not become ready. */
function keepLog(container: GenericContainer, path: string): AsyncDisposable {
  const file = createWriteStream(path)
  let source: Readable | undefined
  container.withLogConsumer((stream) => {
    source = stream
    // k3s's end is not the file's: that is closed once, below
    stream.pipe(file, { end: false })
  })
  return {
    async [Symbol.asyncDispose]() {
      source?.unpipe(file)
      // it would keep this process alive
      source?.destroy()
      file.end()
      await once(file, 'close')
    },
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
