import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import type { ContainerEngine } from '../../containers/engine.ts'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { packageRoot } from '../../util/package-root.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { loadShimImage } from '../helpers/shim-image.ts'
import { makeStandInBase } from '../helpers/stand-in-base.ts'

t.setTimeout(900_000)

const engine = await ensureContainerEngine(SILENT_STEPS).catch(() => undefined)
const hasDebian = (await execa('apt-get', ['--version'], { reject: false })).exitCode === 0
const skip = engine === undefined ? 'no container engine answers' : !hasDebian && 'apt-get is missing'

// The base image itself may be out of reach; the first stage only needs Node, npm, apt and a shell from it.
t.test('what the Dockerfile builds is what is laid out without Docker, file by file', { skip }, async (t) => {
  if (engine === undefined) return
  const [base, built] = ['gatehouse-test-base:node', 'gatehouse-test:dockerfile']
  t.teardown(() => engine.run(['image', 'rm', '--force', built, base]))
  await makeStandInBase(engine, makeFolder(t), base)
  const build = [
    'build',
    '--network',
    'host',
    '--build-arg',
    `BASE=${base}`,
    '--file',
    'image/Dockerfile',
    '--tag',
    built,
  ]
  const { stdout } = await execa(engine.name, [...build, '.'], { cwd: packageRoot(), env: { DOCKER_BUILDKIT: '0' } })
  t.teardown(() => removeStages(engine, stdout))
  const image = await loadShimImage(t, engine)

  t.strictSame(await describe(t, engine, built), await describe(t, engine, image))
  const inspect = [
    'image',
    'inspect',
    '--format',
    '{{json .Config.User}} {{json .Config.Env}} {{json .Config.Entrypoint}}',
  ]
  t.equal(await engine.run([...inspect, built]), await engine.run([...inspect, image]))
})

// The old builder leaves the first stage behind, without a name.
async function removeStages(engine: ContainerEngine, log: string): Promise<void> {
  const stages = [...log.matchAll(/^ ---> ([0-9a-f]{12})$/gm)].map(([, id = '']) => id)
  for (const id of stages.toReversed()) await engine.succeeds(['image', 'rm', id])
}

/** Every path of an image: its kind, rights, owner and content. */
async function describe(t: Test, engine: ContainerEngine, image: string): Promise<Record<string, string>> {
  const folder = makeFolder(t)
  const container = await engine.run(['create', image])
  t.teardown(() => engine.run(['rm', container]))
  await engine.run(['export', '--output', join(folder, 'files.tar'), container])
  const root = join(folder, 'root')
  await execa('mkdir', [root])
  await execa('tar', [
    '--extract',
    '--file',
    join(folder, 'files.tar'),
    '--directory',
    root,
    '--same-permissions',
    '--numeric-owner',
  ])
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  )
  return Object.fromEntries(paths.sort().map((path) => [relative(root, path), describePath(path)]))
}

function describePath(path: string): string {
  const found = lstatSync(path)
  const rights = `${found.mode.toString(8)} ${found.uid}:${found.gid}`
  if (found.isSymbolicLink()) return `${rights} -> ${readlinkSync(path)}`
  return found.isFile() ? `${rights} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : rights
}

function makeFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dockerfile-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
