import { readFile } from 'node:fs/promises'
import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import { type LosslessValue, parseLossless } from '../../evaluator/lossless-json.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { RequestOptions } from '../requests/build-review.ts'
import { readObject, readRawRequest, readRecordedRequest, readRequests } from '../requests/read-requests.ts'
import { besideTestFile } from './beside-test-file.ts'
import type { CaseSource } from './test-file-schema.ts'

type FileOrValue = unknown

/** What a document is called that stands in the test file itself. */
export const IN_PLACE = 'in place'

/** A text, and what to call it in messages. */
interface Source {
  readonly source: string
  readonly text: string
}

/** The request of a case; undefined if it is about settings only. @throws ERR_FILE_READ, ERR_REQUEST_INVALID */
export async function requestOfCase(testCase: CaseSource, testFile: string): Promise<EvaluationRequest | undefined> {
  const { request, object, rawRequest } = testCase
  if (request !== undefined) {
    const { source, text } = await read(request, testFile)
    return await readRecordedRequest(source, text)
  }
  if (rawRequest !== undefined) {
    const { source, text } = await read(rawRequest, testFile)
    return await readRawRequest(source, text)
  }
  return object === undefined ? undefined : await requestForObject(object, testCase, testFile)
}

/** A document that a case shows, as the evaluator reads JSON. @throws ERR_FILE_READ, ERR_REQUEST_INVALID */
export async function readDocument(value: FileOrValue, testFile: string): Promise<LosslessValue> {
  const { source, text } = await read(value, testFile)
  const object = typeof value === 'string' ? JSON.stringify(await readObject(source, text)) : text
  return parseLossless(new TextEncoder().encode(object))
}

async function requestForObject(object: FileOrValue, testCase: CaseSource, testFile: string) {
  const { source, text } = await read(object, testFile)
  const [named, ...others] = await readRequests(source, text, await optionsOf(testCase, testFile))
  if (named !== undefined && others.length === 0) return named.request
  throw new GatehouseError('ERR_REQUEST_INVALID', `${source}: holds ${others.length + 1} objects; must hold one`)
}

async function optionsOf(testCase: CaseSource, testFile: string): Promise<RequestOptions> {
  const { operation = 'CREATE', namespace = 'default', user, oldObject } = testCase
  const options = {
    operation,
    namespace,
    user: user?.name ?? 'kubernetes-admin',
    groups: [...(user === undefined ? ['system:masters'] : (user.groups ?? [])), 'system:authenticated'],
  }
  if (oldObject === undefined) return options
  const { source, text } = await read(oldObject, testFile)
  return { ...options, oldObject: await readObject(source, text) }
}

async function read(value: FileOrValue, testFile: string): Promise<Source> {
  if (typeof value !== 'string') return { source: IN_PLACE, text: JSON.stringify(value) }
  const path = besideTestFile(testFile, value)
  try {
    return { source: path, text: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}
