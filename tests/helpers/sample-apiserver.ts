import { get } from 'node:https'
import { join } from 'node:path'
import { architectureOf } from '../../clusters/binaries/binary.ts'
import { fillCache } from '../../clusters/binaries/cache.ts'
import { buildFromModule } from '../../clusters/binaries/go-build.ts'
import { ensureProcess } from '../../clusters/local/cluster-processes.ts'
import type { ClusterLayout } from '../../clusters/local/layout.ts'
import { findFreePorts } from '../../clusters/local/ports.ts'
import { cacheFolder } from '../../util/config.ts'
import { packageRoot } from '../../util/package-root.ts'
import type { Api } from './api.ts'
import { until } from './until.ts'

/** As `tests/fixtures/sample-apiserver/go.mod` pins it; of Kubernetes 1.37.2. */
const VERSION = 'v0.37.2'
const GROUP = 'wardle.example.com'
export const FLUNDERS = `/apis/${GROUP}/v1alpha1/namespaces/default/flunders`

/** The flags that a kube-apiserver needs in order to pass requests on, signed as the admin, whom everybody here trusts. */
export function aggregatorFlags({ pki }: ClusterLayout): string[] {
  return [
    `requestheader-client-ca-file=${pki.ca}`,
    'requestheader-allowed-names=kubernetes-admin',
    'requestheader-username-headers=X-Remote-User',
    'requestheader-group-headers=X-Remote-Group',
    'requestheader-extra-headers-prefix=X-Remote-Extra-',
    `proxy-client-cert-file=${pki.admin}`,
    `proxy-client-key-file=${pki.adminKey}`,
  ]
}

/** Starts Kubernetes' own sample of an aggregated API server as a process of the cluster, and lets it answer for its group. */
export async function startSampleApiServer(layout: ClusterLayout, kubeconfig: string, api: Api): Promise<void> {
  const [port = 0] = await findFreePorts(1)
  await ensureProcess(layout, {
    name: 'sample-apiserver',
    command: await buildSampleApiServer(),
    args: [
      `--etcd-servers=unix://${layout.etcdSocket}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(layout.folder, 'sample-apiserver')}`,
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
    ],
    environment: {},
    readiness: { isReady: (signal) => isReady(port, signal), timeoutMs: 120_000 },
  })
  await register(api, port)
}

async function register(api: Api, port: number): Promise<void> {
  // endpoints on loopback are refused, names are not
  const spec = { type: 'ExternalName', externalName: 'localhost' }
  await api.must('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'wardle' }, spec })
  await api.must('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: `v1alpha1.${GROUP}` },
    spec: {
      group: GROUP,
      version: 'v1alpha1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'wardle', port },
    },
  })
  await until(async () => (await api.call('GET', FLUNDERS)).status === 200)
}

async function buildSampleApiServer(): Promise<string> {
  const architecture = architectureOf()
  const path = join(cacheFolder(), 'binaries', `sample-apiserver-${VERSION}-linux-${architecture}`, 'sample-apiserver')
  const module = join(packageRoot(), 'tests', 'fixtures', 'sample-apiserver')
  const silent = () => {}
  await fillCache(path, silent, async (workFolder) => {
    const product = join(workFolder, 'sample-apiserver')
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w']
    const args = ['build', '-v', ...flags, '-o', product, 'k8s.io/sample-apiserver']
    await buildFromModule({ module, architecture, args }, workFolder, silent)
    return product
  })
  return path
}

function isReady(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, agent: false, signal }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    }).on('error', reject)
  })
}
