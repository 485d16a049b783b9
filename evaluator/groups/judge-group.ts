import { messageOf } from '../../util/errors.ts'
import { type AdmissionResponse, rejectWithInternalError, type StatusCause } from '../admission-response.ts'
import { evaluateExpression, type Truth } from './evaluate-expression.ts'
import type { GroupExpression } from './expression.ts'

/** A policy group, as far as its verdicts go; a member is whatever can be asked. */
export interface JudgedGroup<Member> {
  readonly expression: GroupExpression
  /** What a denied request is told. */
  readonly message: string
  readonly members: ReadonlyMap<string, Member>
}

const MUTATED = 'mutation is not allowed inside of policy group'

/**
 * A group's own verdict: each member that the expression needs is asked once, one after the other. Of what they say only their
 * denials are kept, as causes; warnings, annotations and patches are dropped, as Kubewarden does.
 * @throws what `ask` throws: then nobody can tell the verdict
 */
export async function judgeGroup<Member>(
  { expression, message, members }: JudgedGroup<Member>,
  uid: string,
  ask: (member: Member, name: string) => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  const causes = new Map<string, StatusCause>()
  const truths = new Map<string, Truth>()
  let unasked: { readonly error: unknown } | undefined
  const askOnce = async (name: string): Promise<Truth> => {
    const known = truths.get(name)
    if (known !== undefined) return known
    const member = members.get(name)
    if (member === undefined) throw new Error(`there is no member ${name}`)
    const answer = await ask(member, name).catch((error: unknown) => {
      unasked = { error }
      throw error
    })
    const truth = truthOf(answer)
    truths.set(name, truth)
    if (truth !== true) causes.set(name, causeOf(name, answer))
    return truth
  }
  try {
    const isAllowed = (await evaluateExpression(expression, askOnce)) === true
    return isAllowed ? accept(uid) : deny(uid, message, [...causes.values()])
  } catch (error) {
    if (unasked !== undefined) throw unasked.error
    return rejectWithInternalError(uid, `error evaluating policy group expression: ${messageOf(error)}`)
  }
}

// Code 500 is the host's word for a guest that did not decide.
function truthOf({ allowed, patch, status }: AdmissionResponse): Truth {
  if (patch !== undefined) return 'undecided'
  return !allowed && status?.code === 500 ? 'undecided' : allowed
}

function causeOf(name: string, { patch, status }: AdmissionResponse): StatusCause {
  const message = patch === undefined ? status?.message : MUTATED
  return { field: `spec.policies.${name}`, ...(message !== undefined && { message }) }
}

function accept(uid: string): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: null, warnings: null }
}

function deny(uid: string, message: string, causes: readonly StatusCause[]): AdmissionResponse {
  const status = { message, ...(causes.length > 0 && { details: { causes } }) }
  return { uid, allowed: false, status, auditAnnotations: null, warnings: null }
}
