import { isGatehouseError } from '../../util/errors.ts'
import { HttpError } from '../http/http-error.ts'
import type { FallbackReason } from './fallback-usage.ts'

/**
 * Why an error means that this shim, and perhaps not another, cannot answer; undefined for what would be wrong everywhere: a request
 * that cannot be read, a defect of ours, a shutdown whose grace is over.
 */
export function reasonOf(error: unknown): FallbackReason | undefined {
  if (error instanceof HttpError) {
    if (error.status === 503) return 'set-missing'
    return error.status === 404 ? 'policy-missing' : undefined
  }
  if (isGatehouseError(error, 'ERR_LOADING')) return 'loading'
  if (isGatehouseError(error, 'ERR_POOL_FULL')) return 'overloaded'
  // of an entry that policies share, the first of them says why
  if (isGatehouseError(error, 'ERR_ENTRY_UNANSWERED')) return reasonOf(error.cause) ?? 'unanswered'
  const isUnanswered =
    isGatehouseError(error, 'ERR_POLICY_NOT_LOADED') || isGatehouseError(error, 'ERR_NAMESPACES_UNKNOWN')
  return isUnanswered ? 'unanswered' : undefined
}
