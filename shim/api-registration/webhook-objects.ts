import { ListWatch } from '../../kube/list-watch/list-watch.ts'
import type { KubeClient, KubeObject } from '../../kube/requests/kube-client.ts'
import { WEBHOOK_CONFIGURATION_NAME, type WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import type { Log } from '../../util/log.ts'
import type { WebhookForm } from './decide-form.ts'
import { KeptObject, type KeptObjectChange } from './kept-object.ts'
import { collectionOf, WEBHOOK_KINDS, type WebhookKind } from './webhook-kinds.ts'

/** Names the set that the object registers. */
const SET = 'gatehouse.internal/set'

export interface WebhookObjectsOptions {
  readonly client: KubeClient
  /** Called when one of the objects may have changed, whoever changed it. */
  readonly onChange: () => void
  readonly log: Log
}

/** Both objects as they were read. */
export interface ReadObjects {
  readonly objects: Readonly<Record<WebhookKind, KubeObject | undefined>>
  /** The digest of the set that they register. */
  readonly registered: string | undefined
  readonly form: WebhookForm | undefined
}

/** The two webhook configurations in the API: watched, read, and kept as they are desired. */
export class WebhookObjects implements AsyncDisposable {
  readonly #kept: Readonly<Record<WebhookKind, KeptObject>>
  readonly #watches: readonly AsyncDisposable[]

  constructor({ client, onChange, log }: WebhookObjectsOptions) {
    const name = WEBHOOK_CONFIGURATION_NAME
    this.#kept = {
      validating: new KeptObject({ client, collection: collectionOf('validating'), name }),
      mutating: new KeptObject({ client, collection: collectionOf('mutating'), name }),
    }
    this.#watches = WEBHOOK_KINDS.map((kind) => {
      const collection = { path: collectionOf(kind), fieldSelector: `metadata.name=${name}` }
      return new ListWatch({ client, collection, read: () => true, onChange, log }).start()
    })
  }

  async read(): Promise<ReadObjects> {
    const [validating, mutating] = await Promise.all([this.#kept.validating.read(), this.#kept.mutating.read()])
    const digestOf = (object: KubeObject | undefined) => object?.metadata.annotations?.[SET]
    return {
      objects: { validating, mutating },
      registered: digestOf(validating) ?? digestOf(mutating),
      form: readForm(validating) ?? readForm(mutating),
    }
  }

  /** Makes one of them the desired one, which then says which set it registers. */
  async keep(
    kind: WebhookKind,
    { objects }: ReadObjects,
    desired: WebhookConfigurations,
    digest: string,
  ): Promise<KeptObjectChange> {
    return this.#kept[kind].keep(objects[kind], toObject(desired[kind], digest))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch[Symbol.asyncDispose]()))
  }
}

function readForm(object: KubeObject | undefined): WebhookForm | undefined {
  const { webhooks: [first] = [] } = (object ?? {}) as { webhooks?: { clientConfig?: { service?: unknown } }[] }
  if (first === undefined) return undefined
  return first.clientConfig?.service === undefined ? 'url' : 'service'
}

function toObject(desired: WebhookConfigurations[WebhookKind], digest: string): KubeObject | undefined {
  if (desired === undefined) return undefined
  const { name = WEBHOOK_CONFIGURATION_NAME, labels = {} } = desired.metadata ?? {}
  return { ...desired, metadata: { name, labels, annotations: { [SET]: digest } } }
}
