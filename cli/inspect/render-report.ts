import { formatBytes } from '../../util/bytes.ts'
import { isRecord } from '../../util/record.ts'
import type { ModuleReport } from './module-report.ts'

/** A report for scripts: the metadata under its own keys, and beside them `module`, which is none of Kubewarden's. */
export function toDocument({ metadata, digest, sizeBytes, imports }: ModuleReport): object {
  return { ...metadata, module: { digest, sizeBytes, imports } }
}

/** A report for people: one fact a line. */
export function toTable(report: ModuleReport): string {
  const facts = [...describeMetadata(report.metadata), ...describeModule(report)]
  const width = Math.max(...facts.map(([name]) => name.length)) + 2
  const rows = facts.flatMap(([name, values]) =>
    values.map((value, index) => `${(index === 0 ? name : '').padEnd(width)}${value}\n`),
  )
  return rows.join('')
}

type Fact = readonly [name: string, values: readonly string[]]

function describeModule({ digest, sizeBytes, imports }: ModuleReport): Fact[] {
  const summary = Object.entries(imports).map(([module, names]) => `${module} (${names.length})`)
  return [
    ['Digest', [digest]],
    ['Size', [formatBytes(sizeBytes)]],
    ['Imports', [list(summary)]],
  ]
}

function describeMetadata(metadata: ModuleReport['metadata']): Fact[] {
  if (metadata === undefined) return [['Metadata', ['none: the module is not annotated, so that it cannot be served']]]
  const annotations = isRecord(metadata['annotations']) ? Object.entries(metadata['annotations']) : []
  return [
    ['Execution mode', [text(metadata['executionMode'], 'kubewarden-wapc')]],
    ['Protocol version', [text(metadata['protocolVersion'], 'none')]],
    ['Policy type', [text(metadata['policyType'], 'kubernetes')]],
    ['Mutating', [text(metadata['mutating'], 'not said')]],
    ['Background audit', [text(metadata['backgroundAudit'], 'true')]],
    ['Rules', orNone(records(metadata['rules']).map(describeRule))],
    ['Context-aware', orNone(records(metadata['contextAwareResources']).map(describeResource))],
    ['Host capabilities', [list(strings(metadata['hostCapabilities']))]],
    ['Annotations', orNone(annotations.map(([key, value]) => `${key}: ${text(value, '')}`))],
  ]
}

// `CREATE, UPDATE of pods, services (core v1)`
function describeRule(rule: Readonly<Record<string, unknown>>): string {
  const groups = strings(rule['apiGroups']).map((group) => group || 'core')
  const versions = strings(rule['apiVersions'])
  return `${list(strings(rule['operations']))} of ${list(strings(rule['resources']))} (${list(groups)} ${list(versions)})`
}

const describeResource = ({ apiVersion, kind }: Readonly<Record<string, unknown>>) =>
  `${text(kind, '?')} of ${text(apiVersion, '?')}`

const list = (values: readonly string[]) => values.join(', ') || 'none'
const orNone = (values: readonly string[]) => (values.length === 0 ? ['none'] : values)
const text = (value: unknown, absent: string) => (value === undefined || value === null ? absent : String(value).trim())
const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : [])
const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
