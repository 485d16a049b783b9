import { formatBytes } from '../util/bytes.ts'
import { GatehouseError } from '../util/errors.ts'
import type { BenchObject } from './bench-object.ts'
import { type Case, type CaseOptions, caseExperiment } from './cases.ts'
import type { Experiment } from './experiment.ts'
import { LARGE_OBJECT_LIMITS, onePolicyGoals } from './goals.ts'
import { largeObject, MAX_CONFIG_MAP_BYTES } from './large-objects.ts'
import { benchPod } from './objects.ts'
import { POD_PRIVILEGED, requireLabels } from './policies.ts'

/** `small`, the Pod of all other runs, or so many bytes. */
export type ObjectSize = 'small' | number

const MIN_BYTES = 8 * 1024

/** The same paths for objects of several sizes, each with a policy that reads all of it. */
export function objectSizes(sizes: readonly ObjectSize[], options: CaseOptions = { inProcess: false }): Experiment {
  const cases = sizes.map(caseOf)
  return caseExperiment(cases.map(({ id }) => id).join(', '), cases, options)
}

/** Reads `small`, `100KiB`, `1MiB`. @throws ERR_BENCH_OPTIONS */
export function parseObjectSize(text: string): ObjectSize {
  if (text === 'small') return text
  const [, count, unit] = /^(\d+)(KiB|MiB)$/.exec(text) ?? []
  const bytes = Number(count) * (unit === 'MiB' ? 1024 ** 2 : 1024)
  if (bytes >= MIN_BYTES && bytes <= MAX_CONFIG_MAP_BYTES) return bytes
  throw new GatehouseError('ERR_BENCH_OPTIONS', `there is no object of the size '${text}'`, {
    hint: `Write small, or a size from ${formatBytes(MIN_BYTES)} to ${formatBytes(MAX_CONFIG_MAP_BYTES)}, such as 100KiB.`,
  })
}

function caseOf(size: ObjectSize): Case {
  const objectOf = (row: string): BenchObject => (size === 'small' ? benchPod(row) : largeObject(size, row))
  const object = objectOf('')
  const [sample, policy] =
    object.kind === 'Pod'
      ? (['pod-privileged', POD_PRIVILEGED] as const)
      : (['require-labels', requireLabels('app', 'version')] as const)
  const name = size === 'small' ? size : formatBytes(size).replace(' ', '')
  const suffix = `-${name}`
  const shim = `shim${suffix}`
  return {
    id: `${sample}${suffix}`.toLowerCase(),
    policy,
    suffix,
    words: `, ${object.kind} of ${size === 'small' ? '1 KiB' : formatBytes(size)}`,
    objectOf,
    objectBytes: JSON.stringify(object).length,
    without: ['loopback'],
    goals:
      size === 'small'
        ? onePolicyGoals(shim)
        : [{ row: shim, comparedWith: 'the floor', percentile: 'p50', ...LARGE_OBJECT_LIMITS }],
  }
}
