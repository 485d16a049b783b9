import type { WebhookPlace } from '../webhook-way.ts'
import type { LocalStage } from './local-stage.ts'

const SERVICE = { namespace: 'gatehouse', name: 'policies' }
const NAMESPACE_PATH = `/api/v1/namespaces/${SERVICE.namespace}`

/** There is no network of Pods here: the Service is a name for this machine, whatever the port. */
export class LocalPlace implements WebhookPlace {
  readonly address = '127.0.0.1'
  readonly service = SERVICE
  readonly #stage: LocalStage
  #isOpen = false

  constructor(stage: LocalStage) {
    this.#stage = stage
  }

  async open(): Promise<void> {
    if (this.#isOpen) return
    this.#isOpen = true
    const { api } = this.#stage
    const { namespace, name } = SERVICE
    await api.call({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } })
    const body = { metadata: { name }, spec: { type: 'ExternalName', externalName: 'localhost' } }
    await api.call({ method: 'POST', path: `${NAMESPACE_PATH}/services`, body })
  }

  // Where no controller runs, nobody but us takes the last step of a namespace's removal.
  async remove(): Promise<void> {
    const { api } = this.#stage
    await api.call({ method: 'DELETE', path: `${NAMESPACE_PATH}/services/${SERVICE.name}` })
    const namespace = await api.call<object>({ method: 'DELETE', path: NAMESPACE_PATH })
    const body = { ...namespace, spec: { finalizers: [] } }
    await api.call({ method: 'PUT', path: `${NAMESPACE_PATH}/finalize`, body })
  }
}
