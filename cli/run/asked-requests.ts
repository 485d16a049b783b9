import type { EvaluationRequest, ParsedAdmissionRequest } from '../../evaluator/admission-request.ts'
import { isForRawRequests, type PreparedPolicy } from '../evaluation/ask-policy.ts'
import type { RequestOptions } from '../requests/build-review.ts'
import { readRawRequest, readRequests } from '../requests/read-requests.ts'

/** A file of requests, read. */
export interface RequestText {
  readonly source: string
  readonly text: string
}

/** A request, and the policies that are asked about it. */
export interface AskedRequest {
  readonly title: string
  readonly request: EvaluationRequest | ParsedAdmissionRequest
  readonly policies: readonly PreparedPolicy[]
}

export interface AskedRequestsOptions extends RequestOptions {
  /** Whatever the policies say of themselves. */
  readonly raw: boolean
}

/**
 * Reads each text as what the policies understand: those that say that they are for raw requests are given all of it, and
 * the others what it holds for the API server. @throws ERR_REQUEST_INVALID
 */
export async function readAskedRequests(
  texts: readonly RequestText[],
  policies: readonly PreparedPolicy[],
  options: AskedRequestsOptions,
): Promise<AskedRequest[]> {
  const raw = policies.filter((policy) => options.raw || isForRawRequests(policy))
  const ordinary = policies.filter((policy) => !raw.includes(policy))
  const asked: AskedRequest[] = []
  for (const { source, text } of texts) {
    if (ordinary.length > 0)
      for (const named of await readRequests(source, text, options)) asked.push({ ...named, policies: ordinary })
    if (raw.length > 0)
      asked.push({ title: `Raw request ${source}`, request: await readRawRequest(source, text), policies: raw })
  }
  return asked
}
