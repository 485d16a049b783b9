import { isDeepStrictEqual } from 'node:util'
import type { KubeClient, KubeMetadata, KubeObject } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'

export interface KeptObjectOptions {
  readonly client: KubeClient
  /** Such as `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations`. */
  readonly collection: string
  readonly name: string
}

export type KeptObjectChange = 'created' | 'replaced' | 'removed' | 'none'

/** What we wrote last, and what the API server made of it. */
interface Written {
  readonly desired: KubeObject
  readonly uid: string | undefined
  readonly generation: number | undefined
}

/**
 * One object of the API that is kept as it is desired. The API server fills in defaults, so objects are not compared with what
 * was written: an object is unchanged as long as it is the one that we wrote, in the generation that our writing made.
 */
export class KeptObject {
  readonly #options: KeptObjectOptions
  #written: Written | undefined

  constructor(options: KeptObjectOptions) {
    this.#options = options
  }

  /** As it is now; undefined when it is not there. */
  async read(): Promise<KubeObject | undefined> {
    try {
      return await this.#options.client.call({ path: this.#path })
    } catch (error) {
      if (isKubeError(error, 404)) return undefined
      throw error
    }
  }

  /** Makes the object that was read the desired one. @throws KubeError, with 409 when somebody was quicker */
  async keep(actual: KubeObject | undefined, desired: KubeObject | undefined): Promise<KeptObjectChange> {
    if (desired === undefined) return actual === undefined ? 'none' : this.#remove(actual)
    if (actual === undefined) return this.#write('POST', desired)
    if (this.#isAsWritten(actual, desired)) return 'none'
    return this.#write('PUT', desired, actual.metadata.resourceVersion)
  }

  get #path(): string {
    return `${this.#options.collection}/${this.#options.name}`
  }

  #isAsWritten({ metadata }: KubeObject, desired: KubeObject): boolean {
    const written = this.#written
    return (
      written !== undefined &&
      written.uid === metadata.uid &&
      written.generation === metadata.generation &&
      isDeepStrictEqual(written.desired, desired) &&
      holds(metadata.labels, desired.metadata.labels) &&
      holds(metadata.annotations, desired.metadata.annotations)
    )
  }

  async #write(method: 'POST' | 'PUT', desired: KubeObject, resourceVersion?: string): Promise<KeptObjectChange> {
    const { client, collection } = this.#options
    const metadata = { ...desired.metadata, ...(resourceVersion !== undefined && { resourceVersion }) }
    const path = method === 'POST' ? collection : this.#path
    const { metadata: made } = await client.call({ method, path, body: { ...desired, metadata } })
    const wasAsDesired = resourceVersion !== undefined && made.resourceVersion === resourceVersion
    this.#written = { desired, uid: made.uid, generation: made.generation }
    if (wasAsDesired) return 'none'
    return method === 'POST' ? 'created' : 'replaced'
  }

  async #remove({ metadata: { uid, resourceVersion } }: KubeObject): Promise<KeptObjectChange> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } }
    await this.#options.client.call({ method: 'DELETE', path: this.#path, body })
    return 'removed'
  }
}

function holds(actual: KubeMetadata['labels'] = {}, desired: KubeMetadata['labels'] = {}): boolean {
  return Object.entries(desired).every(([key, value]) => actual[key] === value)
}
