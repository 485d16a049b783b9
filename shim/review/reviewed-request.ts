import type { EvaluationRequest, LabelSpans, RequestAttributes } from '../../evaluator/admission-request.ts'
import { type LosslessObject, parseLossless } from '../../evaluator/lossless-json.ts'
import type { Labels } from '../../evaluator/matching/label-selector.ts'
import { MatchableRequest } from '../../evaluator/matching/matchable-request.ts'
import { applyMetadataPatch } from '../../evaluator/metadata-patch.ts'
import { concatBytes } from '../../util/bytes.ts'

type Attributed = EvaluationRequest & { readonly attributes: RequestAttributes; readonly labelSpans?: LabelSpans }

/** A request that several policies are asked about, as it stands after the changes that some of them made. */
export class ReviewedRequest {
  readonly matchable: MatchableRequest
  readonly #request: Attributed
  readonly #namespaceLabels: Labels | undefined
  #shared: Attributed | undefined

  constructor(request: Attributed, namespaceLabels?: Labels) {
    this.#request = request
    this.#namespaceLabels = namespaceLabels
    const { json, attributes, labelSpans } = request
    this.matchable = new MatchableRequest(json, attributes, {
      ...(namespaceLabels && { namespaceLabels }),
      ...(labelSpans && { labelSpans }),
    })
  }

  get uid(): string {
    return this.#request.uid
  }

  /** For evaluations that are asked for together. */
  shared(): Attributed {
    this.#shared ??= { ...this.#request, isShared: true }
    return this.#shared
  }

  /** For one evaluation, which takes the bytes away. */
  copy(): Attributed {
    return { ...this.#request, json: new Uint8Array(this.#request.json) }
  }

  /** The request with the object as a patch of labels and annotations leaves it. */
  patched(patch: string): ReviewedRequest {
    const { json, object } = this.#request
    if (object === undefined) return this
    const before = parseLossless(json.subarray(object.start, object.end)) as LosslessObject
    const after = Buffer.from(JSON.stringify(applyMetadataPatch(before, patch)))
    const patched = concatBytes([json.subarray(0, object.start), after, json.subarray(object.end)])
    const span = { start: object.start, end: object.start + after.length }
    // its labels may stand elsewhere now
    const { labelSpans: _, ...request } = this.#request
    return new ReviewedRequest({ ...request, json: patched, object: span }, this.#namespaceLabels)
  }
}
