import { isKubeError } from '../../kube/requests/kube-error.ts'
import { until } from '../until.ts'
import type { WebhookPlace } from '../webhook-way.ts'
import type { K3sStage } from './k3s-stage.ts'

const SERVICE = { namespace: 'gatehouse', name: 'policies' }
const NAMESPACES_PATH = '/api/v1/namespaces'
const NAMESPACE_PATH = `${NAMESPACES_PATH}/${SERVICE.namespace}`
const GONE_SECONDS = 60

/** A Service that is a name for this machine, as k3s's container sees it, whatever the port; also where no proxy of Services runs. */
export class K3sPlace implements WebhookPlace {
  readonly address: string
  readonly service = SERVICE
  readonly #stage: K3sStage
  #isOpen = false

  constructor(stage: K3sStage, address: string) {
    this.#stage = stage
    this.address = address
  }

  async open(): Promise<void> {
    if (this.#isOpen) return
    this.#isOpen = true
    const { api } = this.#stage
    const { namespace, name } = SERVICE
    await api.call({ method: 'POST', path: NAMESPACES_PATH, body: { metadata: { name: namespace } } })
    const body = { metadata: { name }, spec: { type: 'ExternalName', externalName: this.address } }
    await api.call({ method: 'POST', path: `${NAMESPACE_PATH}/services`, body })
  }

  async remove(): Promise<void> {
    const { api } = this.#stage
    await api.call({ method: 'DELETE', path: NAMESPACE_PATH })
    await until('the namespace is gone', GONE_SECONDS, async () =>
      api.call({ path: NAMESPACE_PATH }).then(
        () => undefined,
        (error) => isKubeError(error, 404) || undefined,
      ),
    )
    this.#isOpen = false
  }
}
