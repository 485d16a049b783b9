import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { resolveBinaries } from '../../../clusters/binaries/resolve.ts'
import { KUBERNETES_PATCHES } from '../../../clusters/binaries/versions.ts'
import { startLocalCluster } from '../../../clusters/local/start-local-cluster.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { connectApi } from '../../helpers/api.ts'

const timeout = 30 * 60_000
t.setTimeout(timeout)

t.test(
  'with the gate off the API server is the stock one: tests of the socket path pass on it',
  { timeout },
  async (t) => {
    const binaries = await resolveBinaries({ kubernetesVersion: KUBERNETES_PATCHES['1.37'], inProcess: true })
    const folder = t.testdir()
    symlinkSync(binaries.kubeApiServer.path, join(folder, 'kube-apiserver'))
    symlinkSync(binaries.etcd.path, join(folder, 'etcd'))
    // else the tests below would look at another one
    const found = await resolveBinaries({ kubernetesVersion: '1.37', kubebuilderAssets: folder })
    t.equal(found.kubeApiServer.path, join(folder, 'kube-apiserver'))
    for (const file of ['samples', 'verbs', 'static-manifests']) {
      const { exitCode, stdout } = await execa(process.execPath, [join('tests/integration', `${file}.test.ts`)], {
        cwd: packageRoot(),
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBEBUILDER_ASSETS: folder },
        extendEnv: false,
        reject: false,
      })
      t.equal(
        exitCode,
        0,
        `${file}: ${stdout
          .split('\n')
          .filter((line) => /^ *not ok/.test(line))
          .join('\n')}`,
      )
    }
  },
)

t.test('with the gate off nobody asks our plugin', { timeout }, async (t) => {
  await using cluster = await startLocalCluster({ apiServer: 'in-process' })
  const api = await connectApi(cluster.kubeconfig)
  const { text } = await api.call('GET', '/metrics')
  t.match(text, /apiserver_admission_controller_admission_duration_seconds_count\{name="NamespaceLifecycle"/)
  t.notMatch(text, /WasmPolicy"/)
  t.match(text, /kubernetes_feature_enabled\{name="WasmPolicies",stage="ALPHA"\} 0/)
})
