import type { RequestAttributes } from '../../evaluator/request-attributes.ts'
import { decodeString, type JsonNode, scanJson } from '../../util/json-scan.ts'

const METADATA = { metadata: { name: {}, generateName: {} } }
const OUTLINE = { userInfo: { groups: {} }, object: METADATA, oldObject: METADATA }

/** The API server cuts a `generateName` to so many characters before it appends five of its own. */
const MAX_GENERATED_BASE = 58

/** What an exemption may look at of one request. What attributes do not hold is read from its bytes, once, when asked for. */
export class ExemptedRequest {
  readonly attributes: RequestAttributes
  readonly #json: Uint8Array
  #root: JsonNode | undefined

  constructor(attributes: RequestAttributes, json: Uint8Array) {
    this.attributes = attributes
    this.#json = json
  }

  /** A Namespace counts as in itself, as under a `namespaceSelector`. */
  get namespace(): string | undefined {
    const { resource, name, namespace } = this.attributes
    return resource.group === '' && resource.resource === 'namespaces' ? (this.#named(name) ?? this.name) : namespace
  }

  get groups(): readonly string[] {
    const groups = this.#scan().members.get('userInfo')?.members.get('groups')
    if (groups?.type !== 'array') return []
    const { start, end } = groups
    return JSON.parse(new TextDecoder().decode(this.#json.subarray(start, end))) as string[]
  }

  /**
   * The object's name. The request names none when the API server is to generate it, and when a collection is deleted:
   * there each object is asked about with its own old state.
   */
  get name(): string | undefined {
    return this.#named(this.attributes.name) ?? this.#metadata('object', 'name') ?? this.#metadata('oldObject', 'name')
  }

  /** What the generated name will begin with. */
  get generatedBase(): string | undefined {
    return this.#metadata('object', 'generateName')?.slice(0, MAX_GENERATED_BASE)
  }

  #metadata(object: 'object' | 'oldObject', field: 'name' | 'generateName'): string | undefined {
    const node = this.#scan().members.get(object)?.members.get('metadata')?.members.get(field)
    return node?.type === 'string' ? this.#named(decodeString(this.#json, node)) : undefined
  }

  #named(name: string | undefined): string | undefined {
    return name === '' ? undefined : name
  }

  #scan(): JsonNode {
    this.#root ??= scanJson(this.#json, OUTLINE).root
    return this.#root
  }
}
