import { type Span, scanJson } from '../../util/json-scan.ts'
import { type RequestVariables, readRequestVariables } from '../cel/request-variables.ts'
import { memberOf } from '../json-shape.ts'
import { parseLossless } from '../lossless-json.ts'
import type { LabelSpans, RequestAttributes } from '../request-attributes.ts'
import type { Labels } from './label-selector.ts'
import type { Match } from './match.ts'
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
  /** What matchers have found out, by what they look for. */
  readonly matches = new Map<string, Match>()
  readonly #json: Uint8Array
  readonly #labelSpans: LabelSpans | undefined
  #labels: { readonly object?: Labels; readonly oldObject?: Labels } | undefined
  #variables: RequestVariables | undefined

  /** @param json an AdmissionRequest; `attributes` are read from it, or from its first version */
  constructor(
    json: Uint8Array,
    attributes: RequestAttributes,
    { namespaceLabels, labelSpans }: { readonly namespaceLabels?: Labels; readonly labelSpans?: LabelSpans } = {},
  ) {
    this.#json = json
    this.#labelSpans = labelSpans
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
    const { object, oldObject } = this.#labelSpans ?? findLabels(this.#json)
    return {
      ...(object && { object: this.#readMap(object) }),
      ...(oldObject && { oldObject: this.#readMap(oldObject) }),
    }
  }

  #readMap({ labels }: { readonly labels: Span | undefined }): Labels {
    // the API server has decoded it as a map of strings
    return labels === undefined ? {} : (parseLossless(this.#json.subarray(labels.start, labels.end)) as Labels)
  }
}

function findLabels(json: Uint8Array): LabelSpans {
  const { root } = scanJson(json, OUTLINE)
  const find = (name: string) => {
    const metadata = memberOf(memberOf(root, name), 'metadata')
    return metadata && { labels: memberOf(metadata, 'labels') }
  }
  return { object: find('object'), oldObject: find('oldObject') }
}
