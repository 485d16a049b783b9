import type { Problem } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { findMisspelt } from '../../util/schema/fields.ts'
import { problemAt, valueAt } from '../../util/yaml/schema-problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'

/** What Kubewarden writes, or has its users write, that says nothing to a shim. */
export const FOREIGN_FIELDS = {
  /** Of an entry of policies.yml: its controller's. https://docs.kubewarden.io/reference/policy-server/policies */
  entry: ['namespacedName'],
  /** Of a resource's spec. https://docs.kubewarden.io/reference/CRDs */
  spec: ['policyServer', 'backgroundAudit', 'allowInsideAdmissionControllerNamespace'],
} as const

/** The names that are known in a map. */
export interface KnownFields {
  readonly fields: readonly string[]
  /** Known to say nothing here. */
  readonly foreign?: readonly string[]
}

/**
 * The keys of a map that are no fields, as warnings: Kubewarden ignores them, so a file is not refused for them, and whoever wrote
 * them means something. Those that look like a misspelt field are problems already.
 */
export function findIgnored(
  document: YamlDocument,
  path: readonly PropertyKey[],
  { fields, foreign = [] }: KnownFields,
): Problem[] {
  const map = valueAt(document.value, path)
  if (!isRecord(map)) return []
  return Object.keys(map)
    .filter((key) => !fields.includes(key) && !foreign.includes(key) && findMisspelt(key, fields) === undefined)
    .map((key) => problemAt(document, [...path, key], `is not a field here, and is ignored${suggest(key, fields)}`))
}

/** The same for a group and its members. */
export function findIgnoredInGroup(
  document: YamlDocument,
  path: readonly PropertyKey[],
  { group, member }: { readonly group: KnownFields; readonly member: KnownFields },
): Problem[] {
  const map = valueAt(document.value, path)
  const members = isRecord(map) && isRecord(map['policies']) ? Object.keys(map['policies']) : []
  return [
    ...findIgnored(document, path, group),
    ...members.flatMap((name) => findIgnored(document, [...path, 'policies', name], member)),
  ]
}

/** A field whose name holds the key, or is held by it: `mod`, `capabilities`, `settingsFile`. */
function suggest(key: string, fields: readonly string[]): string {
  const asked = key.toLowerCase()
  const field = fields.find((name) => {
    const known = name.toLowerCase()
    return (asked.length > 2 && known.includes(asked)) || asked.includes(known)
  })
  return field === undefined ? '' : `; did you mean ${field}?`
}
