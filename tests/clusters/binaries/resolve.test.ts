import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { architectureOf, type WantedBinary } from '../../../clusters/binaries/binary.ts'
import { cachePath } from '../../../clusters/binaries/cache.ts'
import { type ResolveOptions, resolveBinaries } from '../../../clusters/binaries/resolve.ts'
import { createSteps } from '../../../util/steps.ts'
import { writeProgram } from '../../helpers/fake-program.ts'

const NOWHERE = {
  kubernetes: 'http://localhost',
  etcd: 'http://localhost',
  coredns: 'http://localhost',
  kind: 'http://localhost',
}
const architecture = architectureOf()
const etcd: WantedBinary = { name: 'etcd', version: 'v3.7.3', architecture }
const apiServer: WantedBinary = { name: 'kube-apiserver', version: 'v1.37.2', architecture }

t.test('--assets comes before KUBEBUILDER_ASSETS, that before the cache, and that before PATH', async (t) => {
  const folder = t.testdir()
  const cacheFolder = join(folder, 'cache')
  const options: ResolveOptions = {
    kubernetesVersion: '1.37',
    cacheFolder,
    kubebuilderAssets: join(folder, 'ambient'),
    programFolders: ['/nowhere', join(folder, 'other'), join(folder, 'bin')],
    releaseSites: NOWHERE,
  }
  await writeBinaries(join(folder, 'bin'), 'v1.37.2')
  await writeBinaries(join(folder, 'other'), 'v1.37.1')
  t.match(await resolveBinaries(options), {
    etcd: { path: join(folder, 'other', 'etcd'), source: 'PATH', version: 'v3.7.3' },
    kubeApiServer: { path: join(folder, 'bin', 'kube-apiserver'), source: 'PATH', version: 'v1.37.2' },
  })
  await writeProgram(cachePath(cacheFolder, etcd), '')
  await writeProgram(cachePath(cacheFolder, apiServer), '')
  t.match(await resolveBinaries(options), {
    etcd: { path: cachePath(cacheFolder, etcd), source: 'the cache' },
    kubeApiServer: { path: cachePath(cacheFolder, apiServer), source: 'the cache' },
  })
  await writeBinaries(join(folder, 'ambient'), 'v1.37.0')
  t.match(await resolveBinaries(options), {
    kubeApiServer: { source: `KUBEBUILDER_ASSETS ${folder}/ambient`, version: 'v1.37.0' },
  })
  await writeBinaries(join(folder, 'named'), 'v1.37.9')
  t.match(await resolveBinaries({ ...options, assets: join(folder, 'named') }), {
    kubeApiServer: { source: `--assets ${folder}/named`, version: 'v1.37.9' },
  })
})

t.test(
  'a folder of another version is refused when named, and passed over when it is in the environment',
  async (t) => {
    const folder = t.testdir()
    const cacheFolder = join(folder, 'cache')
    const assets = join(folder, 'assets')
    await writeBinaries(assets, 'v1.36.0')
    await writeProgram(cachePath(cacheFolder, etcd), '')
    await writeProgram(cachePath(cacheFolder, apiServer), '')
    const options: ResolveOptions = {
      kubernetesVersion: '1.37',
      cacheFolder,
      kubebuilderAssets: assets,
      programFolders: [],
      releaseSites: NOWHERE,
    }
    t.match(await resolveBinaries(options), { kubeApiServer: { source: 'the cache' } })
    await t.rejects(resolveBinaries({ ...options, assets }), {
      code: 'ERR_BINARIES_MISSING',
      message: `--assets ${assets}: kube-apiserver is v1.36.0, not 1.37`,
    })
    await t.rejects(resolveBinaries({ ...options, assets: cacheFolder }), {
      message: `--assets ${cacheFolder}: holds no program etcd`,
    })
  },
)

t.test('when no source has it, the error says what each of them said, and the way out', async (t) => {
  const folder = t.testdir()
  const cacheFolder = join(folder, 'cache')
  await mkdir(join(folder, 'ambient'))
  await writeProgram(cachePath(cacheFolder, etcd), '')
  const resolving = resolveBinaries({
    kubernetesVersion: '1.37.1',
    cacheFolder,
    kubebuilderAssets: join(folder, 'ambient'),
    programFolders: [],
    releaseSites: NOWHERE,
  })
  const lines = [
    `kube-apiserver v1.37.1 for linux/${architecture} is nowhere to be had:`,
    `    KUBEBUILDER_ASSETS ${folder}/ambient: holds no program kube-apiserver`,
    `    the cache: ${cachePath(cacheFolder, { ...apiServer, version: 'v1.37.1' })} does not exist`,
    '    PATH: no kube-apiserver in any of its folders',
    `    the official release: http://localhost/v1.37.1/bin/linux/${architecture}/kube-apiserver.sha256: `,
    '    a build from its Go module: the modules in this package pin v1.37.2, v1.36.3, v1.35.4',
  ]
  const error = await resolving.then(
    () => t.fail('nothing has that version'),
    (error) => error,
  )
  t.equal(error.code, 'ERR_BINARIES_MISSING')
  t.match(error.hint, /--assets/)
  const actual = error.message.split('\n')
  t.equal(actual.length, lines.length)
  for (const [index, line] of lines.entries()) t.ok(actual[index].startsWith(line), actual[index])
})

t.test('the steps say which version came from where', async (t) => {
  const folder = t.testdir()
  await writeBinaries(folder, 'v1.37.2')
  const lines: string[] = []
  const steps = createSteps({ isTerminal: false, write: (line) => lines.push(line) })
  await resolveBinaries({ kubernetesVersion: '1.37', assets: folder, steps, kubebuilderAssets: undefined })
  t.match(lines.join(''), `Finding kube-apiserver v1.37.2 …\n     v1.37.2 from --assets ${folder}\n`)
})

t.test('an architecture that no release is made for is refused by name', async (t) => {
  t.equal(architectureOf('x64'), 'amd64')
  t.equal(architectureOf('arm64'), 'arm64')
  t.throws(() => architectureOf('s390x'), { code: 'ERR_BINARIES_MISSING', message: /s390x/ })
})

async function writeBinaries(folder: string, version: string): Promise<void> {
  await writeProgram(join(folder, 'etcd'), 'echo "etcd Version: 3.7.3"; echo "Git SHA: x"')
  await writeProgram(join(folder, 'kube-apiserver'), `echo "Kubernetes ${version}"`)
}
