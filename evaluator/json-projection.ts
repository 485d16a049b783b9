import { concatBytes } from '../util/bytes.ts'
import type { JsonNode, Span } from '../util/json-scan.ts'
import { memberOf, type ObjectShape, type Shape } from './json-shape.ts'

/** Writes the part of a JSON text that shapes know, in their order, each value byte for byte. */
export class JsonProjection {
  readonly #source: Uint8Array
  readonly #pieces: Uint8Array[] = []
  readonly #places = new Map<JsonNode, Span>()
  #length = 0

  constructor(source: Uint8Array) {
    this.#source = source
  }

  /** Writes a node that has the shape. */
  write(node: JsonNode, shape: Shape): void {
    const start = this.#length
    if (typeof shape === 'string') this.#append(this.#source.subarray(node.start, node.end))
    else this.#writeObject(node, shape)
    this.#places.set(node, { start, end: this.#length })
  }

  /** Where a node's value stands in the result. */
  spanOf(node: JsonNode | undefined): Span | undefined {
    return node && this.#places.get(node)
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#pieces)
  }

  #writeObject(node: JsonNode, shape: ObjectShape): void {
    let opening = '{'
    for (const [name, { shape: memberShape }] of Object.entries(shape)) {
      const member = memberOf(node, name)
      if (member === undefined) continue
      this.#append(Buffer.from(`${opening}"${name}":`))
      this.write(member, memberShape)
      opening = ','
    }
    this.#append(Buffer.from(opening === '{' ? '{}' : '}'))
  }

  #append(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    this.#length += bytes.length
  }
}
