import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { askVersion } from '../../clusters/binaries/ask-version.ts'
import { type Architecture, architectureOf } from '../../clusters/binaries/binary.ts'
import { modulesSource } from '../../clusters/binaries/sources/modules.ts'
import { ETCD_VERSION } from '../../clusters/binaries/versions.ts'

/** `e_machine` in the header of an ELF file. */
const ELF_MACHINES: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183 }
const isLongRun = (process.env['GATEHOUSE_TEST_VERSIONS'] ?? '').includes('1.35')

t.test('etcd is built from its committed module, as the version that it claims to be', async (t) => {
  const answer = await build(t.testdir(), architectureOf())
  t.equal(await askVersion(answer.path, 'etcd'), ETCD_VERSION)
})

const SKIP = isLongRun ? false : 'compiles for minutes: scripts/test --all-versions'
t.test('etcd is built for the other architecture', { skip: SKIP, timeout: 1_200_000 }, async (t) => {
  const other = architectureOf() === 'arm64' ? 'amd64' : 'arm64'
  const { path } = await build(t.testdir(), other)
  t.equal((await readFile(path)).readUInt16LE(18), ELF_MACHINES[other])
  t.equal((await stat(path)).mode & 0o111, 0o111)
})

async function build(folder: string, architecture: Architecture) {
  const wanted = { name: 'etcd', version: ETCD_VERSION, architecture } as const
  const answer = await modulesSource(join(folder, 'cache')).find(wanted, () => {})
  if ('path' in answer) return answer
  throw new Error(answer.missing)
}
