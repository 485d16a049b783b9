import { concatBytes } from '../util/bytes.ts'
import type { JsonNode, Span } from '../util/json-scan.ts'
import { memberOf, type ObjectShape, type Shape } from './json-shape.ts'

/**
 * Writes the part of a JSON text that shapes know, in their order, each value byte for byte. Most of the time that is the text
 * itself but for a member or two, so that it is copied in runs as long as can be.
 */
export class JsonProjection {
  readonly #source: Uint8Array
  readonly #pieces: Uint8Array[] = []
  readonly #places = new Map<JsonNode, Span>()
  /** How much has been written, the run included. */
  #length = 0
  // the part of the source that is to be written next
  #runStart = 0
  #runEnd = 0

  constructor(source: Uint8Array) {
    this.#source = source
  }

  /** Writes a node that has the shape. */
  write(node: JsonNode, shape: Shape): void {
    if (typeof shape !== 'string') {
      this.#writeObject(node, shape)
      return
    }
    const start = this.#length
    this.#copy(node.start, node.end)
    if (shape === 'any') this.#places.set(node, { start, end: this.#length })
  }

  /** Where the value of a node of the shape `any` stands in the result. */
  spanOf(node: JsonNode | undefined): Span | undefined {
    return node && this.#places.get(node)
  }

  /** Where a node within such a value stands. */
  spanWithin(outer: JsonNode | undefined, inner: JsonNode | undefined): Span | undefined {
    const place = this.spanOf(outer)
    if (outer === undefined || inner === undefined || place === undefined) return undefined
    const moved = place.start - outer.start
    return { start: inner.start + moved, end: inner.end + moved }
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#endRun()
    return concatBytes(this.#pieces)
  }

  #writeObject(node: JsonNode, shape: ObjectShape): void {
    let opening = '{'
    // behind what is written already
    let from = node.start
    for (const name in shape) {
      const member = memberOf(node, name)
      if (member === undefined) continue
      const { shape: memberShape } = shape[name] as { readonly shape: Shape }
      this.#writeText(`${opening}"${name}":`, from, member.start)
      this.write(member, memberShape)
      opening = ','
      from = member.end
    }
    this.#writeText(opening === '{' ? '{}' : '}', from, node.end)
  }

  /**
   * Writes what belongs between two values.
   * @param text the shortest that can stand there; if the source has no more bytes from `start` to `end`, it is just this text
   */
  #writeText(text: string, start: number, end: number): void {
    if (end - start === text.length) this.#copy(start, end)
    else this.#append(Buffer.from(text))
  }

  #copy(start: number, end: number): void {
    if (start !== this.#runEnd) {
      this.#endRun()
      this.#runStart = start
    }
    this.#runEnd = end
    this.#length += end - start
  }

  #append(text: Uint8Array): void {
    this.#endRun()
    this.#pieces.push(text)
    this.#length += text.length
  }

  #endRun(): void {
    if (this.#runEnd > this.#runStart) this.#pieces.push(this.#source.subarray(this.#runStart, this.#runEnd))
    this.#runStart = this.#runEnd
  }
}
