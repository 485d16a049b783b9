import { ListWatch } from '../../kube/list-watch/list-watch.ts'
import type { KubeClient, KubeObject } from '../../kube/requests/kube-client.ts'
import { WEBHOOK_CONFIGURATION_NAME, type WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import type { Log } from '../../util/log.ts'
import { KeptObject, type KeptObjectChange } from './kept-object.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
const KINDS = ['validating', 'mutating'] as const
type Kind = (typeof KINDS)[number]

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
  readonly objects: Readonly<Record<Kind, KubeObject | undefined>>
  /** The digest of the set that they register. */
  readonly registered: string | undefined
}

/** The two webhook configurations in the API: watched, read, and kept as they are desired. */
export class WebhookObjects implements AsyncDisposable {
  readonly #kept: Readonly<Record<Kind, KeptObject>>
  readonly #watches: readonly AsyncDisposable[]

  constructor({ client, onChange, log }: WebhookObjectsOptions) {
    const name = WEBHOOK_CONFIGURATION_NAME
    this.#kept = {
      validating: new KeptObject({ client, collection: pathOf('validating'), name }),
      mutating: new KeptObject({ client, collection: pathOf('mutating'), name }),
    }
    this.#watches = KINDS.map((kind) => {
      const collection = { path: pathOf(kind), fieldSelector: `metadata.name=${name}` }
      return new ListWatch({ client, collection, read: () => true, onChange, log }).start()
    })
  }

  async read(): Promise<ReadObjects> {
    const [validating, mutating] = await Promise.all([this.#kept.validating.read(), this.#kept.mutating.read()])
    const digestOf = (object: KubeObject | undefined) => object?.metadata.annotations?.[SET]
    return { objects: { validating, mutating }, registered: digestOf(validating) ?? digestOf(mutating) }
  }

  /** Makes one of them the desired one, which then says which set it registers. */
  async keep(
    kind: Kind,
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

export { KINDS as WEBHOOK_KINDS }

function pathOf(kind: Kind): string {
  return `${GROUP}/${kind}webhookconfigurations`
}

function toObject(desired: WebhookConfigurations[Kind], digest: string): KubeObject | undefined {
  if (desired === undefined) return undefined
  const { name = WEBHOOK_CONFIGURATION_NAME, labels = {} } = desired.metadata ?? {}
  return { ...desired, metadata: { name, labels, annotations: { [SET]: digest } } }
}
