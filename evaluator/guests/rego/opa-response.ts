import { messageOf } from '../../../util/errors.ts'
import type { EvaluationRequest } from '../../admission-request.ts'
import type { AdmissionResponse, Status, StatusCause, StatusDetails } from '../../admission-response.ts'
import { GuestFailure } from '../guest.ts'
import { readFirstResult, toRecord } from './first-result.ts'
import { normalizePatch } from './given-patch.ts'

/**
 * The AdmissionResponse that a policy gives as `result[0].result.response`, with the request's uid and without members
 * that the API server does not know. @throws GuestFailure
 */
export function readOpaResponse(answer: Uint8Array, { uid }: EvaluationRequest): AdmissionResponse {
  try {
    const fields = new Fields(toRecord(readFirstResult(answer))?.['response'])
    fields.text('uid')
    const status = fields.member('status', readStatus)
    return {
      uid,
      allowed: fields.boolean('allowed'),
      ...readPatch(fields),
      ...(status && { status }),
      auditAnnotations: fields.member('auditAnnotations', readTextMap) ?? null,
      warnings: fields.list('warnings', readText) ?? null,
    }
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw new GuestFailure(`${UNREADABLE}: ${messageOf(cause)}`, { cause })
    throw new GuestFailure(UNREADABLE, { cause })
  }
}

const UNREADABLE = 'cannot interpret OPA policy result'

class Mismatch extends Error {}

/** An object's members, read as what they must be; `null` is as good as absent. */
class Fields {
  readonly #record: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    const record = toRecord(value)
    if (record === undefined) throw new Mismatch('is no object')
    this.#record = record
  }

  member<T>(name: string, read: (value: unknown) => T): T | undefined {
    const value = this.#record[name] ?? undefined
    return value === undefined ? undefined : read(value)
  }

  text(name: string): string | undefined {
    return this.member(name, readText)
  }

  integer(name: string): number | undefined {
    return this.member(name, readInteger)
  }

  list<T>(name: string, read: (value: unknown) => T): T[] | undefined {
    return this.member(name, (value) => (Array.isArray(value) ? value.map(read) : mismatch(name)))
  }

  boolean(name: string): boolean {
    const value = this.#record[name]
    return typeof value === 'boolean' ? value : mismatch(name)
  }
}

function readPatch(fields: Fields): Pick<AdmissionResponse, 'patch' | 'patchType'> {
  const type = fields.text('patchType') ?? 'JSONPatch'
  if (type !== 'JSONPatch') mismatch('patchType')
  const given = fields.text('patch')
  const patch = given === undefined ? undefined : (normalizePatch(given) ?? mismatch('patch'))
  return patch === undefined || patch === NO_CHANGE ? {} : { patch, patchType: 'JSONPatch' }
}

const NO_CHANGE = Buffer.from('[]').toString('base64')

function readStatus(value: unknown): Status {
  const fields = new Fields(value)
  return defined({
    status: fields.text('status'),
    message: fields.text('message'),
    reason: fields.text('reason'),
    details: fields.member('details', readDetails),
    code: fields.integer('code'),
  })
}

function readDetails(value: unknown): StatusDetails {
  const fields = new Fields(value)
  return defined({
    name: fields.text('name'),
    group: fields.text('group'),
    kind: fields.text('kind'),
    uid: fields.text('uid'),
    causes: fields.list('causes', readCause),
    retryAfterSeconds: fields.integer('retryAfterSeconds'),
  })
}

function readCause(value: unknown): StatusCause {
  const fields = new Fields(value)
  return defined({ reason: fields.text('reason'), message: fields.text('message'), field: fields.text('field') })
}

function readTextMap(value: unknown): Record<string, string> {
  const record = toRecord(value) ?? mismatch('auditAnnotations')
  return Object.fromEntries(Object.entries(record).map(([name, text]) => [name, readText(text)]))
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : mismatch('a text')
}

// As `metav1.Status` holds them, which no policy makes negative.
function readInteger(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31
    ? value
    : mismatch('an integer')
}

type Defined<T> = { [name in keyof T]?: Exclude<T[name], undefined> }

function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}

function mismatch(what: string): never {
  throw new Mismatch(what)
}
