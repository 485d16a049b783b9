import { CelObject, Uint, type Value } from './values.ts'

/** Under what a key is found: numbers that are equal find each other, whichever type they have; a list only itself. */
type KeyImage = Exclude<Value, Uint | Uint8Array>

interface Entry {
  readonly key: Value
  readonly value: Value
}

/** A map of CEL. Keys keep their type; lookup goes across numeric types, as in Go's CEL. */
export class CelMap extends CelObject {
  readonly typeName = 'map'
  readonly #entries = new Map<KeyImage, Entry>()

  static of(entries: Iterable<readonly [Value, Value]>): CelMap {
    const map = new CelMap()
    for (const [key, value] of entries) map.set(key, value)
    return map
  }

  /** Adds an entry; false for bytes, which alone can be no key. */
  set(key: Value, value: Value): boolean {
    const image = imageOf(key)
    if (image === undefined) return false
    this.entries().set(image, { key, value })
    return true
  }

  delete(key: Value): void {
    const image = imageOf(key)
    if (image !== undefined) this.entries().delete(image)
  }

  get(key: Value): Value | undefined {
    const image = imageOf(key)
    return image === undefined ? undefined : this.entries().get(image)?.value
  }

  override get size(): number {
    return this.entries().size
  }

  keys(): Value[] {
    return Array.from(this.entries().values(), ({ key }) => key)
  }

  pairs(): [Value, Value][] {
    return Array.from(this.entries().values(), ({ key, value }) => [key, value])
  }

  protected entries(): Map<KeyImage, Entry> {
    return this.#entries
  }
}

/** A map that is filled when somebody first looks into it: of an object, few fields are ever asked for. */
export class LazyMap extends CelMap {
  #fill: (() => Iterable<readonly [Value, Value]>) | undefined

  constructor(fill: () => Iterable<readonly [Value, Value]>) {
    super()
    this.#fill = fill
  }

  protected override entries(): Map<KeyImage, Entry> {
    const fill = this.#fill
    this.#fill = undefined
    if (fill !== undefined) for (const [key, value] of fill()) this.set(key, value)
    return super.entries()
  }
}

function imageOf(key: Value): KeyImage | undefined {
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key
  if (key instanceof Uint) return key.value
  return key instanceof Uint8Array ? undefined : key
}
