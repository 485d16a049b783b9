import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Test } from 'tap'
import { type DockerArchive, writeDockerArchive } from '../../../containers/docker-archive.ts'
import type { ContainerEngine } from '../../../containers/engine.ts'
import { ensureContainerEngine } from '../../../containers/ensure-engine.ts'
import { messageOf } from '../../../util/errors.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'
import { buildReaper } from '../reaper-program.ts'

/** Where programs that tests need run: in containers, or as processes, and why. */
export type Place = { readonly engine: ContainerEngine } | { readonly missing: string }

/** By it testcontainers, and the reaper itself, know a reaper. */
const RYUK = { 'org.testcontainers.ryuk': 'true' }

/**
 * The machine's container engine, made ready for testcontainers: our reaper takes the place of Ryuk, whose image not every
 * machine can pull, and is shared with nobody. Without an engine, programs run as processes, and the report of the tests says so.
 */
export async function choosePlace(t: Test): Promise<Place> {
  try {
    const engine = await ensureContainerEngine(SILENT_STEPS)
    process.env['RYUK_CONTAINER_IMAGE'] = await loadProgramImage(engine, await buildReaper(), { labels: RYUK })
    // that reapers of other processes are not joined: they would wait for those, too
    process.env['TESTCONTAINERS_RYUK_TEST_LABEL'] = 'true'
    process.env['TESTCONTAINERS_RYUK_RECONNECTION_TIMEOUT'] = '1s'
    const { getContainerRuntimeClient } = await import('testcontainers')
    await getContainerRuntimeClient()
    return { engine }
  } catch (error) {
    const missing = messageOf(error).split('\n')[0]?.replace(/:$/, '') ?? ''
    t.test('programs run in containers', { skip: `${missing}; they run as processes` }, async () => {})
    return { missing }
  }
}

/** Makes an image of one static program, and loads it unless it is there; returns its name. */
export async function loadProgramImage(
  engine: ContainerEngine,
  program: string,
  { files = [], ...more }: Partial<Pick<DockerArchive, 'files' | 'user' | 'labels'>>,
): Promise<string> {
  // programs lie in the cache as registry-v3.1.2-linux-amd64/registry
  const tag = `gatehouse.internal/${basename(dirname(program))}:test`
  if (await engine.succeeds(['image', 'inspect', tag])) return tag
  const inImage = `/${basename(program)}`
  const file = join(dirname(program), `image-${process.pid}.tar`)
  const own = [{ path: inImage, from: program }]
  try {
    await writeDockerArchive({ file, tag, files: [...own, ...files], entrypoint: [inImage], ...more })
    await engine.run(['load', '--input', file])
    return tag
  } finally {
    await rm(file, { force: true })
  }
}
