import { isRecord } from '../../util/record.ts'
import { EXECUTION_MODES } from './execution-modes.ts'
import type { PolicyMetadata } from './metadata-schema.ts'

/**
 * Metadata that is plainly right, as nearly all is: known fields only, and nothing of which one would have to think. For
 * all else undefined, whether right or wrong: the schema decides, and a test holds that both say the same.
 */
export function readPlainMetadata(value: unknown): PolicyMetadata | undefined {
  if (!isRecord(value)) return undefined
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
  const isPlain = Object.entries(given).every(([name, field]) => Object.hasOwn(PLAIN, name) && PLAIN[name]?.(field))
  if (!isPlain || typeof given['mutating'] !== 'boolean') return undefined
  return { ...defaults(), mutating: given['mutating'], ...given }
}

type Check = (value: unknown) => boolean

const defaults = () => ({
  rules: [],
  annotations: {},
  backgroundAudit: true,
  executionMode: 'kubewarden-wapc' as const,
  policyType: 'kubernetes' as const,
  contextAwareResources: [],
})

const isText: Check = (value) => typeof value === 'string'
const isName: Check = (value) => typeof value === 'string' && value !== ''
const isFlag: Check = (value) => typeof value === 'boolean'
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

// Exactly these members, all of them.
const hasOnly =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) &&
    Object.keys(value).length === Object.keys(shape).length &&
    Object.entries(shape).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]))

// A wildcard beside others may be a mistake.
const isListOfAllOr =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && (value.every(check) || (value.length === 1 && value[0] === '*'))

const isRule = hasOnly({
  apiGroups: isListOfAllOr((value) => isText(value) && value !== '*'),
  apiVersions: isListOfAllOr((value) => isName(value) && value !== '*'),
  resources: isListOfAllOr((value) => typeof value === 'string' && /^[^*]+$/.test(value)),
  operations: isListOfAllOr(isOneOf('CREATE', 'UPDATE', 'DELETE', 'CONNECT')),
})

const PLAIN: Readonly<Record<string, Check>> = {
  protocolVersion: isOneOf('v1', 'Unknown'),
  rules: isListOf(isRule),
  annotations: (value) => isRecord(value) && Object.values(value).every(isText) && !Object.hasOwn(value, '__proto__'),
  mutating: isFlag,
  backgroundAudit: isFlag,
  executionMode: isOneOf(...EXECUTION_MODES),
  policyType: isOneOf('kubernetes', 'raw'),
  contextAwareResources: isListOf(hasOnly({ apiVersion: isName, kind: isName })),
  hostCapabilities: isListOf(isText),
  minimumKubewardenVersion: (value) => typeof value === 'string' && /^\d+\.\d+\.\d+/.test(value),
}
