import type {
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import { webhookConfigurations } from '../plugin/webhook-configurations.ts'
import type { WebhookPolicy } from '../plugin/webhook-policy.ts'
import type { BenchPod, BenchPolicy } from './policies.ts'
import { ROW_LABEL, type RowName } from './rows.ts'

const API_VERSION = 'admissionregistration.k8s.io/v1'

/** Where every measured request goes: dry runs, so that nothing piles up in etcd. */
export const REQUEST_PATH = '/api/v1/namespaces/default/pods?dryRun=All'

/** What all the paths look at: creations of Pods. */
export const POD_RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }]

/** Selects the requests of some rows. */
export function selectRows(...rows: readonly RowName[]) {
  return { matchExpressions: [{ key: ROW_LABEL, operator: 'In', values: [...rows] }] }
}

/** An ordinary Pod, some 1.5 kB in the API server's AdmissionReview, that belongs to a row. */
export function benchPod(row: RowName): BenchPod {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 }
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web', version: '1', [ROW_LABEL]: row } },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example/web:1',
          ports: [{ containerPort: 8080 }],
          resources,
          livenessProbe: probe,
        },
        { name: 'log', image: 'registry.example/log:1', resources },
      ],
    },
  }
}

/** The one webhook entry of a path that the benchmark registers itself: `floor`, or `loopback`. */
export interface BenchWebhook {
  readonly configurationName: string
  readonly policyId: string
  readonly host: string
  readonly caBundle: string
  readonly rows: readonly RowName[]
  /** Off for the floor: it shows the least that a call can cost. */
  readonly exclusions: 'default' | 'none'
}

export function benchWebhook(webhook: BenchWebhook): V1ValidatingWebhookConfiguration {
  const { configurationName, policyId, host, caBundle, rows, exclusions } = webhook
  const policy: WebhookPolicy = { id: policyId, mutating: false, rules: POD_RULES, objectSelector: selectRows(...rows) }
  const { validating } = webhookConfigurations({
    policies: [policy],
    client: { host },
    caBundle,
    exclusions,
    name: configurationName,
  })
  if (validating === undefined) throw new RangeError('a validating policy gives a validating webhook')
  return validating
}

/** The same rule in process. */
export function celPolicy(
  name: string,
  { validations }: BenchPolicy,
): [V1ValidatingAdmissionPolicy, V1ValidatingAdmissionPolicyBinding] {
  const policy = {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { objectSelector: selectRows('cel'), resourceRules: POD_RULES },
      validations: [...validations],
    },
  }
  const binding = {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  return [policy, binding]
}
