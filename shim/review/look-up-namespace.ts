import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { Labels } from '../../evaluator/matching/label-selector.ts'
import type { MatchableRequest } from '../../evaluator/matching/matchable-request.ts'
import { isGatehouseError } from '../../util/errors.ts'
import type { NamespaceLabels } from '../namespaces/namespace-labels.ts'
import type { RegisteredEntry } from '../registration/registered-set.ts'

/** What is known of a request's namespace; or the answer to a request whose namespace does not exist. */
export type LookedUp = { readonly labels: Labels | undefined } | { readonly denial: AdmissionResponse }

const NOT_ASKED: LookedUp = { labels: undefined }

/**
 * Finds the labels by which an entry's members select namespaces, once for all of them and only if one of them asks. The API server
 * has decided before it calls where the selector stands in the entry.
 * @throws ERR_NAMESPACES_UNKNOWN
 */
export async function lookUpNamespace(
  request: MatchableRequest,
  { planned, members }: RegisteredEntry,
  namespaces: NamespaceLabels | undefined,
  { uid, signal }: { readonly uid: string; readonly signal: AbortSignal },
): Promise<LookedUp> {
  if (namespaces === undefined || planned.namespaceSelector !== undefined) return NOT_ASKED
  if (!members.some(({ matcher }) => matcher?.looksAtNamespace(request))) return NOT_ASKED
  try {
    return { labels: await namespaces.labelsOf(request.asked.namespace ?? '', signal) }
  } catch (error) {
    if (!isGatehouseError(error, 'ERR_NAMESPACE_NOT_FOUND')) throw error
    // the API server's own answer, whatever the failurePolicy
    const status = { message: error.message, reason: 'NotFound', code: 404 }
    return { denial: { uid, allowed: false, status, auditAnnotations: null, warnings: null } }
  }
}
