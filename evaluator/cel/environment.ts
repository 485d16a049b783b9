import { authorizer } from './library/authorizer.ts'
import { calendar } from './library/calendar.ts'
import { conversions } from './library/conversions.ts'
import { formats } from './library/formats.ts'
import { extendedLists, kubernetesLists } from './library/lists.ts'
import { networks } from './library/networks.ts'
import { optionals } from './library/optionals.ts'
import { regex } from './library/patterns.ts'
import { quantities } from './library/quantities.ts'
import { semvers } from './library/semvers.ts'
import { sets } from './library/sets.ts'
import { standard } from './library/standard.ts'
import { strings } from './library/strings.ts'
import { urls } from './library/urls.ts'
import { type Environment, joinLibraries } from './types/environment.ts'
import { readType } from './types/signature.ts'
import type { Type } from './types/type.ts'
import * as types from './types/type.ts'

const LIBRARIES = [
  standard,
  conversions,
  calendar,
  urls,
  regex,
  optionals,
  quantities,
  strings,
  sets,
  networks,
  formats,
  semvers,
  extendedLists,
  kubernetesLists,
  authorizer,
]

// What an expression may name as a type.
const TYPE_NAMES: readonly Type[] = [
  ...[
    types.BOOL,
    types.BYTES,
    types.DOUBLE,
    types.DURATION,
    types.INT,
    types.NULL,
    types.STRING,
    types.TIMESTAMP,
    types.UINT,
  ],
  types.listOf(types.DYN),
  types.mapOf(types.DYN, types.DYN),
  types.typeOf(types.DYN),
  types.optionalOf(types.DYN),
  readType('IP'),
  readType('CIDR'),
]

const stringFields = (...names: string[]) => Object.fromEntries(names.map((name) => [name, types.STRING]))

// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
const FIELDS: Readonly<Record<string, Readonly<Record<string, Type>>>> = {
  'kubernetes.GroupVersionKind': stringFields('group', 'version', 'kind'),
  'kubernetes.GroupVersionResource': stringFields('group', 'version', 'resource'),
  'kubernetes.UserInfo': {
    ...stringFields('username', 'uid'),
    groups: types.listOf(types.STRING),
    extra: types.mapOf(types.STRING, types.listOf(types.STRING)),
  },
  'kubernetes.AdmissionRequest': {
    ...stringFields('subResource', 'requestSubResource', 'name', 'namespace', 'operation'),
    kind: types.structOf('kubernetes.GroupVersionKind'),
    resource: types.structOf('kubernetes.GroupVersionResource'),
    requestKind: types.structOf('kubernetes.GroupVersionKind'),
    requestResource: types.structOf('kubernetes.GroupVersionResource'),
    userInfo: types.structOf('kubernetes.UserInfo'),
    dryRun: types.BOOL,
    options: types.DYN,
  },
  'kubernetes.Namespace': {
    metadata: types.structOf('kubernetes.NamespaceMetadata'),
    spec: types.structOf('kubernetes.NamespaceSpec'),
    status: types.structOf('kubernetes.NamespaceStatus'),
  },
  'kubernetes.NamespaceMetadata': {
    ...stringFields('name', 'generateName', 'namespace', 'UID', 'resourceVersion'),
    labels: types.mapOf(types.STRING, types.STRING),
    annotations: types.mapOf(types.STRING, types.STRING),
    creationTimestamp: types.TIMESTAMP,
    deletionTimestamp: types.TIMESTAMP,
    deletionGracePeriodSeconds: types.INT,
    generation: types.INT,
    finalizers: types.listOf(types.STRING),
  },
  'kubernetes.NamespaceSpec': { finalizers: types.listOf(types.STRING) },
  'kubernetes.NamespaceStatus': {
    conditions: types.listOf(types.structOf('kubernetes.NamespaceCondition')),
    phase: types.STRING,
  },
  'kubernetes.NamespaceCondition': {
    ...stringFields('status', 'type', 'message', 'reason'),
    lastTransitionTime: types.TIMESTAMP,
  },
}

/** The variables whose values only the API server has. */
export const AUTHORIZER_VARIABLES: ReadonlySet<string> = new Set(['authorizer', 'authorizer.requestResource'])

let environment: Environment | undefined

/**
 * What a match condition of a webhook may use: the variables, and the libraries of Kubernetes 1.34 to 1.36, which is
 * also all that 1.37 takes in new objects.
 */
export function matchConditionEnvironment(): Environment {
  environment ??= {
    functions: joinLibraries(LIBRARIES),
    variables: new Map([
      ['object', types.DYN],
      ['oldObject', types.DYN],
      ['request', types.structOf('kubernetes.AdmissionRequest')],
      // declared by the API server for all its expressions; of a webhook's it is null
      ['namespaceObject', types.structOf('kubernetes.Namespace')],
      ['authorizer', readType('Authorizer')],
      ['authorizer.requestResource', readType('ResourceCheck')],
    ]),
    fields: new Map(Object.entries(FIELDS)),
    typeNames: new Map(TYPE_NAMES.map((type) => [type.name, type])),
  }
  return environment
}
