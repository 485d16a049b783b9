import type { ExecutionMode } from '../../evaluator/module/metadata.ts'

const INTERRUPTED = 'Policy execution interrupted because it exceeded the allowed execution time'
const REGO_INTERRUPTED = 'internal server error: guest code interrupted, execution deadline exceeded'

/**
 * What Kubewarden answers for a policy that was interrupted; clients match on it. For a WASI command it answers what the
 * guest had written to its standard error, often nothing: there we say what we say of waPC.
 */
export function timeoutMessage(mode: ExecutionMode): string {
  return mode === 'opa' || mode === 'gatekeeper' ? REGO_INTERRUPTED : INTERRUPTED
}
