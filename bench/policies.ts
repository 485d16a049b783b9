import type { V1ValidatingAdmissionPolicySpec } from '@kubernetes/client-node'

/** A sample policy, and the same rule as CEL, so that both can be measured beside each other. */
export interface BenchPolicy {
  /** The folder in `policies/`. */
  readonly sample: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly validations: NonNullable<V1ValidatingAdmissionPolicySpec['validations']>
  /** Turns the Pod that the benchmark sends into one that both deny. */
  readonly spoil: (pod: BenchPod) => BenchPod
}

/** The Pod that every measured request creates, as far as policies look at it. */
export interface BenchPod {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly Readonly<Record<string, unknown>>[] }
}

const NOT_PRIVILEGED =
  '(!has(object.spec.FIELD) || object.spec.FIELD.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || !c.securityContext.privileged))'

/** A sample policy with settings of its own, and its rule in CEL; the spoilt Pod lacks the last label only. */
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
    spoil: ({ metadata, ...pod }) => {
      const labels = Object.entries(metadata.labels).filter(([name]) => name !== names.at(-1))
      return { ...pod, metadata: { ...metadata, labels: Object.fromEntries(labels) } }
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
      ...pod.spec,
      containers: pod.spec.containers.map((container) => ({ ...container, securityContext: { privileged: true } })),
    },
  }),
}

/** The policies that can be measured by themselves, by the name of their folder in `policies/`. */
export const BENCH_POLICIES: Readonly<Record<string, BenchPolicy>> = {
  'pod-privileged': POD_PRIVILEGED,
  'require-labels': requireLabels('app', 'version'),
}
