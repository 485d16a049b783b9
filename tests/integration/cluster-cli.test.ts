import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

const GATEHOUSE = join(import.meta.dirname, '../../cli/gatehouse')
const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

t.test('a cluster with policies, from the command line', async (t) => {
  const { environment } = await createClusterFolders(t)
  const gatehouse = execa({ env: environment, reject: false })
  const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: CONFIG_MAPS } })
  const up = ['cluster', 'up', '--name=cli', '--feature-gates=WasmPolicies=true', `--policies=${policies}`]
  const started = await gatehouse(GATEHOUSE, [...up, '--shim-arg=--log-level=debug', '--api-server-arg=v=1'])
  t.match(started, {
    exitCode: 0,
    stdout: /^cluster 'cli' runs Kubernetes v1\.37\.\d+ at https:\/\/127\.0\.0\.1:\d+$/m,
  })
  t.match(started.stderr, / ✓ Starting kube-apiserver v1\.37\.\d+ \(from .*\) and its shim \(\d+\.\d s\)\n/)

  const list = await gatehouse(GATEHOUSE, ['cluster', 'list', '-o', 'json'])
  t.match(JSON.parse(list.stdout), [{ name: 'cli', apiServers: 1, state: 'running' }])
  t.match(await gatehouse(GATEHOUSE, ['cluster', 'list']), { stdout: /\ncli +local +v1\.37\.\d+ +1 +running$/ })

  const kubeconfig = await gatehouse(GATEHOUSE, ['cluster', 'kubeconfig', '--name=cli'])
  t.match(kubeconfig.stdout, 'current-context: gatehouse-cli')
  t.match(await gatehouse(GATEHOUSE, ['cluster', 'kubeconfig', '--name=cli', '--api-server=2']), {
    exitCode: 2,
    stderr: /cluster 'cli' has no API server 2\n {2}Choose a number from 1 to 1\./,
  })

  const shimLog = await gatehouse(GATEHOUSE, ['cluster', 'logs', '--name=cli', 'shim-1'])
  t.match(shimLog.stdout, 'policy loaded policyId=deny')
  const logs = await gatehouse(GATEHOUSE, ['cluster', 'logs', '--name=cli'])
  t.match(logs.stdout, /^==> etcd <==\n.*^==> kube-apiserver-1 <==\n.*^==> shim-1 <==\n/ms)
  t.match(await gatehouse(GATEHOUSE, ['cluster', 'logs', '--name=cli', 'x']), {
    exitCode: 2,
    stderr: /no process 'x'\n {2}Choose one of etcd, kube-apiserver-1, shim-1\./,
  })

  t.match(await gatehouse(GATEHOUSE, ['cluster', 'down', '--all']), { exitCode: 0, stdout: "cluster 'cli' is gone" })
  t.match(await gatehouse(GATEHOUSE, ['cluster', 'list', '-o', 'json']), { stdout: '[]' })
})
