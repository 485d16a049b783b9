import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { WantedBinary } from '../../../../clusters/binaries/binary.ts'
import { PROGRAMS, type Program, type ProgramName, versionOf } from '../../../../clusters/binaries/programs.ts'
import { goBuildArguments, moduleFolder, modulesSource } from '../../../../clusters/binaries/sources/modules.ts'
import { ETCD_VERSION, KUBERNETES_PATCHES, NODE_KUBERNETES_VERSION } from '../../../../clusters/binaries/versions.ts'
import { writeProgram } from '../../../helpers/fake-program.ts'

t.test('every pinned version has a module that requires it, with its checksums', async (t) => {
  const pins: [WantedBinary, string][] = Object.values(KUBERNETES_PATCHES).map((version) => [
    { name: 'kube-apiserver', version, architecture: 'amd64' },
    `k8s.io/kubernetes ${version}`,
  ])
  pins.push([
    { name: 'etcd', version: ETCD_VERSION, architecture: 'arm64' },
    `go.etcd.io/etcd/server/v3 ${ETCD_VERSION}`,
  ])
  for (const [wanted, requirement] of pins) {
    const folder = moduleFolder(wanted) ?? ''
    t.match(await readFile(join(folder, 'go.mod'), 'utf8'), requirement)
    t.match(await readFile(join(folder, 'go.sum'), 'utf8'), `${requirement} h1:`)
  }
  t.equal(moduleFolder({ name: 'kube-apiserver', version: 'v1.37.1', architecture: 'amd64' }), undefined)
})

t.test('every program of a node has a module that names it as its tool', async (t) => {
  for (const [name, { goPackage }] of Object.entries(PROGRAMS) as [ProgramName, Program][]) {
    const version = versionOf(name, KUBERNETES_PATCHES[NODE_KUBERNETES_VERSION])
    const folder = moduleFolder({ name, version, architecture: 'amd64' }) ?? ''
    const text = await readFile(join(folder, 'go.mod'), 'utf8')
    t.match(text, goPackage)
    t.match(text, ` ${version}`, `${folder} requires ${version}`)
  }
  t.equal(moduleFolder({ name: 'kubelet', version: 'v1.36.3', architecture: 'amd64' }), undefined)
})

t.test('the program reports the version that it is built from', async (t) => {
  const args = goBuildArguments({ name: 'kube-apiserver', version: 'v1.36.3', architecture: 'amd64' }, '/out')
  t.match(args.join(' '), /-X k8s\.io\/component-base\/version\.gitVersion=v1\.36\.3 .*gitMajor=1 .*gitMinor=36 /)
  t.same(args.slice(-3), ['-o', '/out', 'k8s.io/kubernetes/cmd/kube-apiserver'])
})

t.test('a build shows its progress, runs in a copy of the module, and for the architecture asked for', async (t) => {
  const folder = t.testdir()
  const wanted: WantedBinary = { name: 'etcd', version: ETCD_VERSION, architecture: 'arm64' }
  await usePath(
    t,
    folder,
    'echo "$GOARCH $CGO_ENABLED $(ls)" >&2; while [ "$1" != -o ]; do shift; done; cp go.mod "$2"',
  )
  const details: string[] = []
  const answer = await modulesSource(folder).find(wanted, (text) => details.push(text))
  const path = join(folder, `binaries/etcd-${ETCD_VERSION}-linux-arm64/etcd`)
  t.same(answer, { path, version: ETCD_VERSION })
  t.match(await readFile(path, 'utf8'), /module gatehouse\.internal\/etcd/)
  t.match(details, [/^building, 1 packages in 0 s$/])
})

t.test('a build that fails says how, and a machine without Go that there is none', async (t) => {
  const folder = t.testdir()
  const wanted: WantedBinary = { name: 'etcd', version: ETCD_VERSION, architecture: 'amd64' }
  await usePath(t, folder, 'echo "go: no space left on device" >&2; exit 1')
  t.match(await modulesSource(folder).find(wanted, () => {}), { missing: /exit code 1.*no space left on device/s })
  process.env['PATH'] = join(folder, 'empty')
  t.same(await modulesSource(folder).find(wanted, () => {}), { missing: 'Go is not installed' })
})

async function usePath(t: Test, folder: string, goScript: string): Promise<void> {
  await writeProgram(join(folder, 'bin', 'go'), goScript)
  const before = process.env['PATH']
  t.teardown(() => {
    process.env['PATH'] = before
  })
  process.env['PATH'] = `${join(folder, 'bin')}:${before}`
}
