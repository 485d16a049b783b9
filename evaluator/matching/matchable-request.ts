import { type JsonNode, scanJson } from '../../util/json-scan.ts'
import { type RequestVariables, readRequestVariables } from '../cel/request-variables.ts'
import { memberOf } from '../json-shape.ts'
import { parseLossless } from '../lossless-json.ts'
import type { RequestAttributes } from '../request-attributes.ts'
import type { Labels } from './label-selector.ts'
import type { RuleTarget } from './rules.ts'

const METADATA = { metadata: { labels: {} } }
const OUTLINE = { object: METADATA, oldObject: METADATA }

/**
 * One request as many policies look at it to tell whether it concerns them. What nobody asks for is never read. A mutated
 * object makes another of these.
 */
export class MatchableRequest {
  /** The resource as the client named it. */
  readonly asked: RuleTarget
  /** The resource in the version in which the object came. */
  readonly delivered: RuleTarget
  /** Those of the namespace that it is in; absent where the API server has looked at them. */
  readonly namespaceLabels: Labels | undefined
  readonly #json: Uint8Array
  #labels: { readonly object?: Labels; readonly oldObject?: Labels } | undefined
  #variables: RequestVariables | undefined

  /** @param json an AdmissionRequest; `attributes` are read from it, or from its first version */
  constructor(json: Uint8Array, attributes: RequestAttributes, namespaceLabels?: Labels) {
    this.#json = json
    this.delivered = attributes
    this.asked = { ...attributes, resource: attributes.requestResource ?? attributes.resource }
    this.namespaceLabels = namespaceLabels
  }

  /** The labels of object and old object, where there is one and it has metadata: the options of `exec` have none. */
  get labels(): { readonly object?: Labels; readonly oldObject?: Labels } {
    this.#labels ??= this.#readLabels()
    return this.#labels
  }

  /** What CEL sees. */
  get variables(): RequestVariables {
    this.#variables ??= readRequestVariables(this.#json)
    return this.#variables
  }

  #readLabels() {
    const { root } = scanJson(this.#json, OUTLINE)
    const found = (['object', 'oldObject'] as const).flatMap((name) => {
      const metadata = memberOf(memberOf(root, name), 'metadata')
      return metadata === undefined ? [] : [[name, this.#readMap(memberOf(metadata, 'labels'))] as const]
    })
    return Object.fromEntries(found)
  }

  #readMap(node: JsonNode | undefined): Labels {
    // the API server has decoded it as a map of strings
    return node === undefined ? {} : (parseLossless(this.#json.subarray(node.start, node.end)) as Labels)
  }
}
