import { isKubeError } from '../../kube/requests/kube-error.ts'
import { until } from '../until.ts'
import type { WebhookPlace } from '../webhook-way.ts'
import type { KindStage } from './kind-stage.ts'

const SERVICE = { namespace: 'gatehouse', name: 'policies' }
const NAMESPACE_PATH = `/api/v1/namespaces/${SERVICE.namespace}`
const SLICES_PATH = `/apis/discovery.k8s.io/v1/namespaces/${SERVICE.namespace}/endpointslices`
const ROUTED_SECONDS = 60
const APPLY = { contentType: 'application/apply-patch+yaml', method: 'PATCH' } as const

interface Applied {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** A Service of the cluster without Pods: its endpoint is this machine, as the nodes' network sees it. */
export class KindPlace implements WebhookPlace {
  readonly address: string
  readonly service = SERVICE
  readonly #stage: KindStage
  readonly #ports: number[] = []

  constructor(stage: KindStage, address: string) {
    this.#stage = stage
    this.address = address
  }

  async open(port: number): Promise<void> {
    this.#ports.push(port)
    const ports = this.#ports.map((number) => ({ name: `p${number}`, port: number, protocol: 'TCP' }))
    const metadata = { name: SERVICE.namespace }
    await this.#apply('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
    const service = await this.#apply(`${NAMESPACE_PATH}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: SERVICE,
      spec: { ports },
    })
    await this.#apply(SLICES_PATH, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...SERVICE, labels: { 'kubernetes.io/service-name': SERVICE.name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [this.address] }],
      ports,
    })
    // the rules of a node follow a moment later
    const { clusterIP } = service['spec'] as { clusterIP: string }
    await until(`the Service leads to port ${port}`, ROUTED_SECONDS, async () => {
      // no mere connection: networks may accept one for whatever address, and forward it to nobody
      const server = [`--server=https://${clusterIP}:${port}`, '--insecure-skip-tls-verify', '--request-timeout=2s']
      return this.#stage.node.exec('kubectl', ...server, 'get', '--raw', '/livez').then(
        () => true,
        () => undefined,
      )
    })
  }

  async remove(): Promise<void> {
    const { api } = this.#stage
    await api.call({ method: 'DELETE', path: NAMESPACE_PATH })
    await until('the namespace is gone', ROUTED_SECONDS, async () =>
      api.call({ path: NAMESPACE_PATH }).then(
        () => undefined,
        (error) => isKubeError(error, 404) || undefined,
      ),
    )
  }

  #apply(path: string, object: Applied): Promise<Record<string, unknown>> {
    const query = new URLSearchParams({ fieldManager: 'gatehouse-e2e', force: 'true' })
    const body = JSON.stringify(object)
    return this.#stage.api.call({ ...APPLY, path: `${path}/${object.metadata.name}?${query}`, body })
  }
}
