import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { type LosslessValue, parseLossless } from '../../evaluator/lossless-json.ts'
import { messageOf } from '../../util/errors.ts'
import { applyPatch } from './apply-patch.ts'
import { type Difference, findDifferences } from './differences.ts'
import type { TestCase } from './test-case.ts'
import { describeMatcher, matchesText, type TextMatcher } from './text-matcher.ts'

/** One thing about an answer that is not as expected. */
export interface Mismatch {
  /** The field of `expect`. */
  readonly field: string
  readonly expected: LosslessValue
  readonly actual: LosslessValue
  /** For documents: where they differ. */
  readonly differences?: readonly Difference[]
}

/**
 * Everything about an answer that a case did not expect. A policy that failed has not answered: unless that is expected,
 * nothing else is said, lest a denial that is none pass for one.
 */
export function compareAnswer({ expected, request }: TestCase, response: AdmissionResponse): Mismatch[] {
  const error = compareError(expected, response)
  if (error !== undefined) return [error]
  const message = response.status?.message
  const { auditAnnotations } = expected
  return [
    ...compareValue('allowed', expected.allowed, response.allowed),
    ...compareText('message', expected.message, message),
    ...compareValue('code', expected.code, response.status?.code ?? null),
    ...compareWarnings(expected.warnings, response.warnings ?? []),
    ...compareDocument('auditAnnotations', auditAnnotations && toJson(auditAnnotations), () =>
      toJson(response.auditAnnotations ?? {}),
    ),
    ...compareDocument('patch', expected.patch, () => patchOf(response)),
    ...compareDocument('object', expected.object, () => objectAfter(request, response)),
  ]
}

/** What a case expects of its settings, and what the policy has against them. */
export function compareSettings({ expected }: TestCase, refusal: string | undefined): Mismatch[] {
  const { valid, message } = expected.settings ?? { valid: true }
  if (valid && refusal !== undefined)
    return [{ field: 'settings', expected: 'accepted', actual: `refused: ${refusal}` }]
  if (!valid && refusal === undefined) return [{ field: 'settings', expected: 'refused', actual: 'accepted' }]
  return compareText('settings.message', message, refusal)
}

// Code 500 is the host's word for a policy that did not decide.
function compareError(
  { error = false, code }: TestCase['expected'],
  { status }: AdmissionResponse,
): Mismatch | undefined {
  const failed = status?.code === 500
  if (failed === (error || code === 500)) return undefined
  return failed
    ? { field: 'error', expected: 'an answer', actual: `the policy failed: ${status?.message ?? ''}` }
    : { field: 'error', expected: 'a policy that fails', actual: 'an answer' }
}

function compareValue(
  field: string,
  expected: boolean | number | undefined,
  actual: boolean | number | null,
): Mismatch[] {
  return expected === undefined || expected === actual ? [] : [{ field, expected, actual }]
}

function compareText(field: string, expected: TextMatcher | undefined, actual: string | undefined): Mismatch[] {
  if (expected === undefined || (actual !== undefined && matchesText(expected, actual))) return []
  return [{ field, expected: describeMatcher(expected), actual: actual ?? null }]
}

function compareWarnings(expected: readonly TextMatcher[] | undefined, actual: readonly string[]): Mismatch[] {
  if (expected === undefined) return []
  const isSame = expected.length === actual.length && expected.every((one, i) => matchesText(one, actual[i] ?? ''))
  return isSame ? [] : [{ field: 'warnings', expected: expected.map(describeMatcher), actual }]
}

function compareDocument(field: string, expected: LosslessValue | undefined, read: () => LosslessValue): Mismatch[] {
  if (expected === undefined) return []
  try {
    const actual = read()
    const differences = findDifferences(expected, actual)
    return differences.length === 0 ? [] : [{ field, expected, actual, differences }]
  } catch (error) {
    return [{ field, expected, actual: messageOf(error) }]
  }
}

function patchOf({ patch }: AdmissionResponse): LosslessValue {
  return patch === undefined ? [] : parseLossless(Buffer.from(patch, 'base64'))
}

// A request that deletes has no object, and none comes of it.
function objectAfter(request: TestCase['request'], response: AdmissionResponse): LosslessValue {
  if (request?.object === undefined) return null
  const { start, end } = request.object
  return applyPatch(parseLossless(request.json.subarray(start, end)), patchOf(response))
}

function toJson(value: unknown): LosslessValue {
  return parseLossless(new TextEncoder().encode(JSON.stringify(value)))
}
