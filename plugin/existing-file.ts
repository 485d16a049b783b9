import { type ParseOptions, parseDocument, type SchemaOptions, type Tags } from 'yaml'
import { GatehouseError } from '../util/errors.ts'

/** A file that an API server is given already, and that ours is merged with. */
export interface ExistingFile {
  readonly path: string
  readonly text: string
}

/**
 * As Kubernetes reads YAML: 1.1, where a plain `on` is a boolean and `0644` is octal, but without that version's times,
 * which Go's parser leaves as text.
 */
const AS_KUBERNETES: ParseOptions & SchemaOptions & { version: '1.1' } = { version: '1.1', customTags: withoutTimes }

function withoutTimes(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
  )
}

/** The object in the file, if it is of that kind; an API server would refuse any other, and so we do not guess. */
export function parseExistingFile(file: ExistingFile, apiVersion: string, kind: string): Record<string, unknown> {
  const document = parseDocument(file.text, AS_KUBERNETES)
  const [error] = document.errors
  if (error !== undefined) throw refuseFile(file, `is not one YAML document: ${error.message}`, 'Repair it first.')
  const object: unknown = document.toJS()
  if (!isObject(object) || object['apiVersion'] !== apiVersion || object['kind'] !== kind) {
    throw refuseFile(file, `is no ${kind} of ${apiVersion}`, `Give the file that kube-apiserver is started with.`)
  }
  return object
}

/** A list of objects in a field of the file; nothing is an empty list, as the API server reads it. */
export function readObjects(
  file: ExistingFile,
  object: Record<string, unknown>,
  field: string,
): Record<string, unknown>[] {
  const value = object[field] ?? []
  if (Array.isArray(value) && value.every(isObject)) return value
  throw refuseFile(file, `has a field ${field} that is no list of objects`, 'Repair it first.')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function refuseFile({ path }: ExistingFile, what: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `${path} ${what}`, { hint })
}
