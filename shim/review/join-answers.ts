import type { AdmissionResponse, Status, StatusCause } from '../../evaluator/admission-response.ts'
import { annotationKey } from './annotation-key.ts'
import { joinWarnings } from './join-warnings.ts'
import type { Answered } from './member-answer.ts'

/** One answer for all: denied if one denied, with every denial by its policy's id. */
export function joinAnswers(uid: string, answers: readonly Answered[]): AdmissionResponse {
  const denials = answers.filter(({ response }) => !response.allowed)
  return {
    uid,
    allowed: denials.length === 0,
    ...(denials.length === 0 ? joinPatches(answers) : { status: joinDenials(denials) }),
    auditAnnotations: joinAnnotations(answers),
    warnings: joinWarnings(answers.map(({ response }) => response.warnings)),
  }
}

function joinDenials(denials: readonly Answered[]): Status {
  const codes = new Set(denials.map(({ response }) => response.status?.code))
  const [code] = codes
  const causes = denials.flatMap(causesOf)
  return {
    message: denials.map((denial) => `policy ${denial.policy.id}: ${messageOf(denial)}`).join('; '),
    // where they differ, the API server's own for a webhook that names none
    ...(codes.size === 1 && code !== undefined && { code }),
    ...(causes.length > 0 && { details: { causes } }),
  }
}

function causesOf({ policy, response }: Answered): StatusCause[] {
  const causes = response.status?.details?.causes ?? []
  return causes.map((cause) => ({ ...cause, message: `policy ${policy.id}: ${cause.message ?? ''}` }))
}

function messageOf({ response }: Answered): string {
  return response.status?.message ?? 'denied without a message'
}

function joinAnnotations(answers: readonly Answered[]): Record<string, string> | null {
  const entries = answers.flatMap(({ policy, response }) =>
    Object.entries(response.auditAnnotations ?? {}).map(
      ([key, value]) => [annotationKey(policy.id, key), value] as const,
    ),
  )
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

// Each patch is written for the object that the one before it leaves, so that one after the other they are one patch.
function joinPatches(answers: readonly Answered[]): Pick<AdmissionResponse, 'patch' | 'patchType'> {
  const patches = answers.flatMap(({ response }) => (response.patch === undefined ? [] : [response.patch]))
  const [only] = patches
  if (only === undefined) return {}
  if (patches.length === 1) return { patch: only, patchType: 'JSONPatch' }
  const operations = patches.map((patch) => Buffer.from(patch, 'base64').toString().slice(1, -1))
  return { patch: Buffer.from(`[${operations.join(',')}]`).toString('base64'), patchType: 'JSONPatch' }
}
