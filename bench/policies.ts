import type { V1ValidatingAdmissionPolicySpec } from '@kubernetes/client-node'
import { GatehouseError } from '../util/errors.ts'
import type { BenchObject } from './bench-object.ts'

/** A sample policy, and the same rule as CEL, so that both can be measured beside each other. */
export interface BenchPolicy {
  /** The folder in `policies/`. */
  readonly sample: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly validations: NonNullable<V1ValidatingAdmissionPolicySpec['validations']>
  /** Turns the object that the benchmark sends into one that both deny. */
  readonly spoil: (object: BenchObject) => BenchObject
}

const NOT_PRIVILEGED =
  '(!has(object.spec.FIELD) || object.spec.FIELD.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || !c.securityContext.privileged))'

/** A sample policy with settings of its own, and its rule in CEL; the spoilt object lacks the last label only. */
export function requireLabels(...names: readonly [string, ...string[]]): BenchPolicy {
  return {
    sample: 'require-labels',
    settings: { required_labels: names },
    validations: [
      {
        expression: `has(object.metadata.labels) && ${JSON.stringify(names)}.all(name, name in object.metadata.labels)`,
        message: 'Required labels are missing',
      },
    ],
    spoil: ({ metadata, ...object }) => {
      const labels = Object.entries(metadata.labels).filter(([name]) => name !== names.at(-1))
      return { ...object, metadata: { ...metadata, labels: Object.fromEntries(labels) } }
    },
  }
}

export const POD_PRIVILEGED: BenchPolicy = {
  sample: 'pod-privileged',
  settings: {},
  validations: [
    {
      expression: ['containers', 'initContainers', 'ephemeralContainers']
        .map((field) => NOT_PRIVILEGED.replaceAll('FIELD', field))
        .join(' && '),
      message: 'Privileged container is not allowed',
    },
  ],
  spoil: (pod) => ({
    ...pod,
    spec: {
      containers: (pod.spec?.containers ?? []).map((container) => ({
        ...container,
        securityContext: { privileged: true },
      })),
    },
  }),
}

/** The policies that can be measured by themselves, by the name of their folder in `policies/`. */
export const BENCH_POLICIES: Readonly<Record<string, BenchPolicy>> = {
  'pod-privileged': POD_PRIVILEGED,
  'require-labels': requireLabels('app', 'version'),
}

/** @throws ERR_BENCH_OPTIONS for one that is not among them */
export function choosePolicy(name: string): BenchPolicy {
  const policy = Object.hasOwn(BENCH_POLICIES, name) ? BENCH_POLICIES[name] : undefined
  if (policy !== undefined) return policy
  throw new GatehouseError('ERR_BENCH_OPTIONS', `there is no rule in CEL for the policy '${name}'`, {
    hint: `Choose one of ${Object.keys(BENCH_POLICIES).join(', ')}.`,
  })
}
