import { webhookName } from '../plugin/webhook-name.ts'
import type { BenchObject } from './bench-object.ts'
import type { CaseOptions } from './cases.ts'
import type { Counter, Experiment, Proof } from './experiment.ts'
import { GROWTH_LIMITS } from './goals.ts'
import { benchPod } from './objects.ts'
import {
  labelsFor,
  type PathName,
  type PolicySet,
  pluginPoliciesOf,
  policySet,
  rowOf,
  type SetMember,
} from './policy-sets.ts'
import { celName, combinedName, floorId, floorRows, registerSets } from './register-sets.ts'
import { IN_PROCESS_BASELINE_ROWS, ON_FLOOR, ON_NONE, ON_SHIM, onInProcess, REFERENCE_ROWS, type Row } from './rows.ts'

/** A way to ask a set of policies. */
interface Path {
  readonly on: Pick<Row, 'apiServer' | 'baseline'>
  readonly name: PathName
  readonly titleOf: (count: number) => string
  /** What stands in the denial by one of the policies; the floor has none. */
  readonly deniedBy?: (member: SetMember, count: number) => string
}

const PATHS: readonly Path[] = [
  {
    on: ON_NONE,
    name: 'cel',
    titleOf: (count) => `${count} in process: ValidatingAdmissionPolicy`,
    deniedBy: ({ id }) => celName(id),
  },
  {
    on: ON_FLOOR,
    name: 'floor',
    titleOf: (count) => `floor: ${count} entries, ${count} calls`,
  },
  {
    on: ON_SHIM,
    name: 'policies',
    titleOf: (count) => `${count} through the shim, an entry each`,
    deniedBy: ({ id }) => webhookName(id),
  },
  {
    on: ON_SHIM,
    name: 'combined',
    titleOf: (count) => `${count} through the shim, one entry`,
    // an entry of one policy answers in that policy's words
    deniedBy: ({ id }, count) => (count === 1 ? combinedName(count) : `policy ${id}: `),
  },
]

const IN_PROCESS_PATHS: readonly Path[] = [
  {
    on: onInProcess('in-process'),
    name: 'in-process',
    titleOf: (count) => `${count} in the API server: plugin/in-process`,
    deniedBy: ({ id }) => webhookName(id),
  },
  {
    on: onInProcess('in-process-to-shim'),
    name: 'in-process-to-shim',
    titleOf: (count) => `${count} through the shim in frames`,
    deniedBy: ({ id }) => webhookName(id),
  },
]

/** So many distinct policies on one request, by every path, beside as many calls of the floor. One is always measured too. */
export function manyPolicies(counts: readonly number[], { inProcess }: CaseOptions = { inProcess: false }): Experiment {
  const sets = [...new Set([1, ...counts])].sort((a, b) => a - b).map(policySet)
  const most = Math.max(...sets.map(({ count }) => count))
  const labels = labelsFor(most)
  const paths = inProcess ? [...PATHS, ...IN_PROCESS_PATHS] : PATHS
  const references = inProcess ? [...REFERENCE_ROWS, ...IN_PROCESS_BASELINE_ROWS] : REFERENCE_ROWS
  const spoilAll = (pod: BenchObject) =>
    sets.at(-1)?.members.reduce((spoilt, { rule }) => rule.spoil(spoilt), pod) ?? pod
  const objectOf = (row: Row) => benchPod(row.name, labels)
  return {
    policy: `${sets.map(({ count }) => count).join(', ')} distinct ones`,
    rows: [...references, ...sets.flatMap((set) => rowsOf(set, paths))],
    served: Object.fromEntries(sets.flatMap(({ members }) => members.map(({ id, served }) => [id, served]))),
    ...(inProcess && { plugin: Object.fromEntries(sets.flatMap(pluginPoliciesOf)) }),
    counters: sets.flatMap(countersOf),
    proofs: [
      ...references.map((row) => ({ row, object: spoilAll(objectOf(row)) })),
      ...sets.flatMap((set) => proofsOf(set, paths, objectOf)),
    ],
    goals: [{ row: rowOf('combined', most), comparedWith: 'one policy', percentile: 'p50', ...GROWTH_LIMITS }],
    objectOf,
    registrationOf: (endpoints) => registerSets(sets, endpoints),
  }
}

// the floor's single call is a row already
function rowsOf({ count }: PolicySet, paths: readonly Path[]): Row[] {
  const rows = paths.map((path) => toRow(path, count))
  return rows.filter(({ name }) => !REFERENCE_ROWS.some((reference) => reference.name === name))
}

function toRow({ on, name, titleOf }: Path, count: number): Row {
  return { name: rowOf(name, count), title: titleOf(count), ...on, policies: count, one: rowOf(name, 1) }
}

function countersOf({ count, members }: PolicySet): Counter[] {
  const entries = members.flatMap(({ id }): Counter[] => [
    { rows: floorRows(count), apiServer: 'floor', webhook: webhookName(floorId(id)) },
    { rows: [rowOf('policies', count)], apiServer: 'shim', webhook: webhookName(id) },
  ])
  return [...entries, { rows: [rowOf('combined', count)], apiServer: 'shim', webhook: combinedName(count) }]
}

// Each rule by itself: a path that forgot one of them would look quicker than it is.
function proofsOf({ count, members }: PolicySet, paths: readonly Path[], objectOf: (row: Row) => BenchObject): Proof[] {
  return paths.flatMap((path) => {
    const row = toRow(path, count)
    return members.map((member): Proof => {
      const deniedBy = path.deniedBy?.(member, count)
      return { row, object: member.rule.spoil(objectOf(row)), ...(deniedBy !== undefined && { deniedBy }) }
    })
  })
}
