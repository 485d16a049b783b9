import type { Test } from 'tap'
import { GenericContainer, Wait } from 'testcontainers'
import { startRegistry } from '../registry.ts'
import { buildRegistry } from '../registry-program.ts'
import { loadProgramImage, type Place } from './test-engine.ts'

const PORT = 5000
const CONFIG = {
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory: '/data' } },
  http: { addr: `:${PORT}` },
}

/** Starts an empty registry, in a container where there can be one; `localhost:<port>`. The test's end stops it. */
export async function startPlacedRegistry(t: Test, place: Place): Promise<string> {
  if ('missing' in place) return (await startRegistry(t)).host
  const container = await registryContainer(await loadRegistryImage(place)).start()
  t.teardown(() => container.stop())
  return `${container.getHost()}:${container.getMappedPort(PORT)}`
}

/** Makes the image of a registry; returns its name. */
export async function loadRegistryImage({ engine }: Extract<Place, { engine: unknown }>): Promise<string> {
  const data = { path: '/data', isFolder: true, mode: 0o1777 } as const
  return loadProgramImage(engine, await buildRegistry(), { files: [data], user: '65532:65532' })
}

export function registryContainer(image: string): GenericContainer {
  return (
    new GenericContainer(image)
      // JSON is YAML
      .withCopyContentToContainer([{ content: JSON.stringify(CONFIG), target: '/etc/registry.yml' }])
      .withCommand(['serve', '/etc/registry.yml'])
      .withEnvironment({ OTEL_TRACES_EXPORTER: 'none' })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/v2/', PORT))
  )
}
