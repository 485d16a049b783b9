import {
  type EvaluationRequest,
  type ParsedAdmissionRequest,
  parseAdmissionReview,
  parseRawReview,
} from '../../evaluator/admission-request.ts'
import { GatehouseError, isGatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { buildReview, type Manifest, type RequestOptions } from './build-review.ts'

/** A request, and what a person would call it: `Pod default/web`. */
export interface NamedRequest {
  readonly title: string
  readonly request: ParsedAdmissionRequest
}

/**
 * Reads requests from what users have: an AdmissionReview, a bare AdmissionRequest, or manifests (JSON or YAML, several
 * documents, lists), for which the requests are built. Numbers reach the policy as they are written.
 * @throws ERR_REQUEST_INVALID
 */
export async function readRequests(source: string, text: string, options: RequestOptions): Promise<NamedRequest[]> {
  const recorded = recordedReview(parseJson(text), text)
  if (recorded !== undefined) return [named(source, recorded)]
  const reviews: NamedRequest[] = []
  for (const { value, place } of await readDocuments(source, text)) {
    const review = recordedReview(value, JSON.stringify(value))
    if (review !== undefined) reviews.push(named(place, review))
    else
      for (const manifest of listManifests(value, place))
        reviews.push(named(place, JSON.stringify(buildReview(manifest, options))))
  }
  return reviews
}

/** Reads the one AdmissionReview or AdmissionRequest of a file. @throws ERR_REQUEST_INVALID */
export async function readRecordedRequest(source: string, text: string): Promise<ParsedAdmissionRequest> {
  const recorded = recordedReview(parseJson(text), text)
  if (recorded !== undefined) return named(source, recorded).request
  const [document, ...others] = await readDocuments(source, text)
  const review = document && recordedReview(document.value, JSON.stringify(document.value))
  if (document !== undefined && review !== undefined && others.length === 0)
    return named(document.place, review).request
  throw new GatehouseError('ERR_REQUEST_INVALID', `${source}: does not hold one AdmissionReview or AdmissionRequest`)
}

/** Reads a raw request: whatever JSON a file holds, byte for byte, or YAML. @throws ERR_REQUEST_INVALID */
export async function readRawRequest(source: string, text: string): Promise<EvaluationRequest> {
  const json = parseJson(text) === undefined ? JSON.stringify(await readOnlyValue(source, text)) : text
  return parseRawReview(new TextEncoder().encode(`{"request":${json}}`))
}

async function readOnlyValue(source: string, text: string): Promise<unknown> {
  const [document, ...others] = await readDocuments(source, text)
  if (document !== undefined && others.length === 0) return document.value
  throw new GatehouseError('ERR_REQUEST_INVALID', `${source}: holds several documents; must hold one`)
}

/** Reads the one object of a file, such as what an UPDATE finds. @throws ERR_REQUEST_INVALID */
export async function readObject(source: string, text: string): Promise<Manifest> {
  const documents = await readDocuments(source, text)
  const [manifest, ...others] = documents.flatMap(({ value, place }) => listManifests(value, place))
  if (manifest !== undefined && others.length === 0) return manifest
  throw new GatehouseError('ERR_REQUEST_INVALID', `${source}: holds ${others.length + 1} objects; must hold one`)
}

/** The JSON of an AdmissionReview, if that or the request in it is what the text holds; not a byte of it is changed. */
function recordedReview(value: unknown, text: string): string | undefined {
  if (!isRecord(value)) return undefined
  if (isRecord(value['request'])) return text
  // an object's kind is a string, a request's is a group, a version and a kind
  return isRecord(value['kind']) ? `{"request":${text}}` : undefined
}

async function readDocuments(source: string, text: string) {
  // loaded here: a recorded request, the usual case in scripts, does without
  const { parseYaml } = await import('../../util/yaml/yaml-document.ts')
  const { documents, problems } = parseYaml(source, text, 'everywhere')
  throwProblems('ERR_REQUEST_INVALID', problems)
  if (documents.length === 0) throw new GatehouseError('ERR_REQUEST_INVALID', `${source}: is empty`)
  return documents.map(({ value, lineOf }) => ({ value, place: `${source}:${lineOf([])}` }))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function listManifests(value: unknown, place: string): Manifest[] {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string')
    throw new GatehouseError(
      'ERR_REQUEST_INVALID',
      `${place}: is not an AdmissionReview, an AdmissionRequest or a Kubernetes object with apiVersion and kind`,
    )
  const { apiVersion, kind, items } = value
  // a recorded answer, for example: taken for an object of its kind, it would be asked about, and mostly allowed
  if (kind === 'AdmissionReview' && apiVersion.startsWith('admission.k8s.io/'))
    throw new GatehouseError(
      'ERR_REQUEST_INVALID',
      `${place}: is an AdmissionReview, and no object of a cluster: it must hold a request, and stand in no list`,
    )
  if (!kind.endsWith('List') || !Array.isArray(items)) return [value as unknown as Manifest]
  // the items of a PodList do not say that they are Pods
  const itemKind = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) }
  return items.flatMap((item: unknown) => listManifests(isRecord(item) ? { ...itemKind, ...item } : item, place))
}

function named(place: string, json: string): NamedRequest {
  try {
    const request = parseAdmissionReview(new TextEncoder().encode(json))
    const { kind, namespace, name } = request.attributes
    const prefix = namespace === undefined ? '' : `${namespace}/`
    return { title: `${kind.kind} ${prefix}${name ?? '(no name)'}`, request }
  } catch (error) {
    if (!isGatehouseError(error)) throw error
    throw new GatehouseError('ERR_REQUEST_INVALID', `${place}: ${error.message}`, { cause: error })
  }
}
