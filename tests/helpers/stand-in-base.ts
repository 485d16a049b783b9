import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { ContainerEngine } from '../../containers/engine.ts'
import { hostArchitecture } from '../../image/architecture.ts'
import { ownAptState } from '../../image/debian-packages.ts'

/** What is needed of an image of Node on Debian: a shell, apt, dpkg. */
const PACKAGES = ['apt', 'dash', 'dpkg', 'coreutils', 'tar', 'sed', 'grep', 'gzip', 'debian-archive-keyring']
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'
const SOURCES = ['sources.list', 'sources.list.d/debian.sources']

/** Makes an image that can do what `node:…-bookworm-slim` can, from packages of Debian, our Node and this machine's npm. */
export async function makeStandInBase(engine: ContainerEngine, folder: string, tag: string): Promise<void> {
  const root = join(folder, 'root')
  await unpackDebian(join(folder, 'apt'), root)
  for (const path of ['etc/apt/sources.list.d', 'etc/ssl/certs', 'usr/local/bin', 'usr/local/lib/node_modules', 'root'])
    await mkdir(join(root, path), { recursive: true })
  for (const file of SOURCES.map((name) => join('/etc/apt', name)))
    if (existsSync(file)) await copyFile(file, join(root, file))
  await copyFile(AUTHORITIES, join(root, AUTHORITIES))
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'))
  await copyNpm(root)
  const archive = join(folder, 'base.tar')
  await execa('tar', ['--create', '--file', archive, '--directory', root, '--numeric-owner', '.'])
  const { stdout: registry } = await execa('npm', ['config', 'get', 'registry'])
  const changes = [
    'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `ENV NODE_EXTRA_CA_CERTS=${AUTHORITIES}`,
    `ENV npm_config_registry=${registry}`,
  ].flatMap((change) => ['--change', change])
  await engine.run(['import', ...changes, archive, tag])
}

async function unpackDebian(state: string, root: string): Promise<void> {
  const settings = await ownAptState(state, hostArchitecture())
  await mkdir(root, { recursive: true })
  await execa('apt-get', [...settings, '-q', 'update'])
  const flags = ['-q', '--yes', '--no-install-recommends', '--download-only', 'install']
  await execa('apt-get', [...settings, ...flags, ...PACKAGES])
  const archives = join(state, 'cache/archives')
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  for (const file of files) await execa('dpkg-deb', ['--extract', join(archives, file), root])
}

async function copyNpm(root: string): Promise<void> {
  const { stdout } = await execa('sh', ['-c', 'command -v npm'])
  const npm = dirname(dirname(await realpath(stdout)))
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, verbatimSymlinks: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
}
