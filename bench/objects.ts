import type {
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import { type CombinedOptions, webhookConfigurations } from '../plugin/webhook-configurations.ts'
import type { WebhookPolicy } from '../plugin/webhook-policy.ts'
import { type BenchObject, creationsOf } from './bench-object.ts'
import type { Endpoint } from './experiment.ts'
import type { BenchPolicy } from './policies.ts'
import { ROW_LABEL } from './rows.ts'

const API_VERSION = 'admissionregistration.k8s.io/v1'

/** Selects the requests of some rows. */
export function selectRows(...rows: readonly string[]) {
  return { matchExpressions: [{ key: ROW_LABEL, operator: 'In', values: [...rows] }] }
}

/** An ordinary Pod, some 1.5 kB in the API server's AdmissionReview, that belongs to a row. */
export function benchPod(row: string, labels: BenchObject['metadata']['labels'] = {}): BenchObject {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 }
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web', version: '1', ...labels, [ROW_LABEL]: row } },
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

/** The webhook entries of a path that the benchmark registers itself. */
export interface BenchWebhook {
  readonly configurationName: string
  readonly policies: readonly WebhookPolicy[]
  /** Given when policies share entries. */
  readonly combined?: CombinedOptions
  readonly endpoint: Endpoint
  /** Off for the floor: it shows the least that a call can cost. */
  readonly exclusions: 'default' | 'none'
}

export function benchWebhook(webhook: BenchWebhook): V1ValidatingWebhookConfiguration {
  const { configurationName, policies, combined, endpoint, exclusions } = webhook
  const { validating } = webhookConfigurations({
    policies,
    ...(combined !== undefined && { combined }),
    client: { host: endpoint.host },
    caBundle: endpoint.caBundle,
    exclusions,
    name: configurationName,
  })
  if (validating === undefined) throw new RangeError('a validating policy gives a validating webhook')
  return validating
}

/** A policy as an entry of its own for the requests of some rows. */
export function benchPolicy(id: string, kind: BenchObject['kind'], ...rows: readonly string[]): WebhookPolicy {
  return { id, mutating: false, rules: creationsOf(kind), objectSelector: selectRows(...rows) }
}

/** What a rule in process is registered as. */
export interface CelRegistration {
  readonly name: string
  /** The row whose requests it is for, and what they create. */
  readonly row: string
  readonly kind: BenchObject['kind']
}

/** The same rule in process, for the requests of one row. */
export function celPolicy(
  { name, row, kind }: CelRegistration,
  { validations }: BenchPolicy,
): [V1ValidatingAdmissionPolicy, V1ValidatingAdmissionPolicyBinding] {
  const policy = {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { objectSelector: selectRows(row), resourceRules: creationsOf(kind) },
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
