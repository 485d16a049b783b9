import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import { type EvaluatedPolicy, evaluate, type PolicyLogLine, validateSettings } from '../../evaluator/evaluate.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'

export const MIB = 1024 * 1024

/** A policy made of a module, as the shim would hold it. */
export async function createPolicy(
  module: Uint8Array,
  options: { memoryLimitBytes?: number; settings?: object } & Partial<
    Pick<EvaluatedPolicy, 'hostCapabilities' | 'contextAwareResources'>
  > = {},
): Promise<EvaluatedPolicy> {
  const { memoryLimitBytes = 16 * MIB, settings = {}, hostCapabilities = [], contextAwareResources = [] } = options
  const compiled = await compilePolicyModule(module, { memoryLimitBytes, source: 'guest.wasm' })
  return {
    id: 'guest',
    module: compiled.module,
    settings: Buffer.from(JSON.stringify(settings)),
    hostCapabilities,
    contextAwareResources,
  }
}

/** A request with this object; without one it is as on DELETE. */
export function createRequest(object?: string): EvaluationRequest {
  const before = '{"uid":"u1","object":'
  if (object === undefined) return { uid: 'u1', json: new Uint8Array(Buffer.from('{"uid":"u1"}')) }
  const span = { start: before.length, end: before.length + Buffer.byteLength(object) }
  return { uid: 'u1', json: new Uint8Array(Buffer.from(`${before}${object}}`)), object: span }
}

/** One evaluation, with everything that the policy logged. */
export function evaluateLogged(policy: EvaluatedPolicy, request: EvaluationRequest = createRequest('{}')) {
  const lines: PolicyLogLine[] = []
  const response = evaluate(policy, request, (line) => lines.push(line))
  return { response, lines, message: response.status?.message }
}

/** One validation of settings, with everything that the policy logged. */
export function validateSettingsLogged(policy: EvaluatedPolicy) {
  const lines: PolicyLogLine[] = []
  const verdict = validateSettings(policy, (line) => lines.push(line))
  return { verdict, lines }
}
