import type { KubeObject } from '../requests/kube-client.ts'

/** What changed for one key; no value: it is gone. */
export interface StoreChange<T> {
  readonly key: string
  readonly value: T | undefined
}

/** What is known of a collection, under `name` or `namespace/name`; of each object only what somebody reads from it. */
export class Store<T> {
  readonly #items = new Map<string, T>()
  readonly #read: (object: KubeObject) => T
  readonly #onChange: (change: StoreChange<T>) => void

  constructor(read: (object: KubeObject) => T, onChange: (change: StoreChange<T>) => void) {
    this.#read = read
    this.#onChange = onChange
  }

  get items(): ReadonlyMap<string, T> {
    return this.#items
  }

  set(object: KubeObject): void {
    const [key, value] = [keyOf(object), this.#read(object)]
    this.#items.set(key, value)
    this.#onChange({ key, value })
  }

  delete(object: KubeObject): void {
    const key = keyOf(object)
    if (this.#items.delete(key)) this.#onChange({ key, value: undefined })
  }

  /** Makes these the only ones there are. */
  replace(objects: readonly KubeObject[]): void {
    const keys = new Set(objects.map(keyOf))
    for (const key of [...this.#items.keys()].filter((candidate) => !keys.has(candidate))) {
      this.#items.delete(key)
      this.#onChange({ key, value: undefined })
    }
    for (const object of objects) this.set(object)
  }
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}
