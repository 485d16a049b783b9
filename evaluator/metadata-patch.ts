import { isObject, type LosslessObject, type LosslessValue, parseLossless } from './lossless-json.ts'

/** A member of an operation of a patch that we wrote ourselves, `add`, `remove` or `replace`. */
interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: LosslessValue
}

const MAPS = ['/metadata/labels', '/metadata/annotations'] as const

/**
 * The first place that a patch changes besides labels and annotations; undefined when there is none. A label that is
 * no string counts: the API server could not decode it.
 * @param patch JSON Patch in base64, as an AdmissionResponse has it
 */
export function findOtherChange(patch: string): string | undefined {
  return readPatch(patch).find((operation) => !isMetadataOnly(operation))?.path
}

export function readPatch(patch: string): readonly Operation[] {
  return parseLossless(Buffer.from(patch, 'base64')) as unknown as readonly Operation[]
}

// Guests that write patches themselves also test, move and copy, which is more than we can tell what it comes to.
const CHANGES = ['add', 'replace', 'remove']

function isMetadataOnly({ op, path, value }: Operation): boolean {
  if (!CHANGES.includes(op)) return false
  const map = MAPS.find((candidate) => path === candidate || path.startsWith(`${candidate}/`))
  if (map === undefined) return false
  if (op === 'remove') return true
  return path === map ? isObject(value) && Object.values(value).every(isText) : isText(value)
}

const isText = (value: LosslessValue | undefined) => typeof value === 'string'

/** The object after a patch of labels and annotations, as the API server would hand it on: without maps that are empty. */
export function applyMetadataPatch(object: LosslessObject, patch: string): LosslessObject {
  const metadata: Record<string, LosslessValue> = { ...(object['metadata'] as LosslessObject | undefined) }
  for (const operation of readPatch(patch)) applyOperation(metadata, operation)
  for (const map of ['labels', 'annotations']) {
    const members = metadata[map]
    if (isObject(members) && Object.keys(members).length === 0) delete metadata[map]
  }
  return { ...object, metadata }
}

function applyOperation(metadata: Record<string, LosslessValue>, { path, value }: Operation): void {
  const [, , map = '', name] = path.split('/')
  const isMember = name !== undefined
  const members = { ...(metadata[map] as LosslessObject | undefined) }
  if (isMember) setMember(members, unescapeName(name), value)
  setMember(metadata, map, isMember ? members : value)
}

// Without a value it is taken away. Defined, not assigned: a label may be called `__proto__`.
function setMember(members: Record<string, LosslessValue>, name: string, value: LosslessValue | undefined): void {
  if (value === undefined) delete members[name]
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true })
}

// https://www.rfc-editor.org/rfc/rfc6901#section-3
function unescapeName(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
