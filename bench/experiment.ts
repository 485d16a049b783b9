import type {
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import type { DescribedSet } from '../shim/registration/set-digest.ts'
import type { WebhookFields } from '../util/webhook-fields.ts'
import type { BenchObject } from './bench-object.ts'
import type { Goal } from './goals.ts'
import type { ApiServerRole, Row } from './rows.ts'

/** What is measured in one run, as data: the rows, what has to be served and registered for them, and how to tell that it is. */
export interface Experiment {
  /** Which policies, in the words of the report. */
  readonly policy: string
  readonly rows: readonly Row[]
  /** What the shim serves, by id. */
  readonly served: Readonly<Record<string, ServedPolicy>>
  /** What plugin/in-process is told, by the ids of what is served; absent where it is not measured. */
  readonly plugin?: Readonly<Record<string, ServedPolicy>>
  readonly counters: readonly Counter[]
  readonly proofs: readonly Proof[]
  /** What the figures are judged by. */
  readonly goals: readonly Goal[]
  /** What a row creates: every policy allows it. */
  objectOf(row: Row): BenchObject
  /** All paths at once; a request's label says which one it takes. */
  registrationOf(endpoints: Endpoints): Registration
}

/** A policy in the shim's file. */
export interface ServedPolicy {
  /** The folder in `policies/` that its module comes from. */
  readonly sample: string
  /** Makes its module another one, which does the same. */
  readonly mark?: string
  readonly settings: Readonly<Record<string, unknown>>
  /** What its combined entry is generated from; other entries are none of the shim's business. */
  readonly fields?: WebhookFields
}

/** Where the API server finds something that answers. */
export interface Endpoint {
  readonly host: string
  /** PEM. */
  readonly caBundle: string
}

/** The shim answers twice: on its socket, and as HTTPS on a port of loopback. */
export interface ShimEndpoints {
  readonly socket: Endpoint
  readonly loopback: Endpoint
  /** The policies as combined entries name them. */
  readonly set: DescribedSet
}

export interface Endpoints {
  readonly floor: Endpoint
  readonly shim: ShimEndpoints
}

export interface Registration {
  readonly webhooks: readonly V1ValidatingWebhookConfiguration[]
  readonly inProcess: readonly (readonly [V1ValidatingAdmissionPolicy, V1ValidatingAdmissionPolicyBinding])[]
}

/** A webhook entry that one API server calls once for each request of some rows. */
export interface Counter {
  readonly rows: readonly string[]
  readonly apiServer: ApiServerRole
  readonly webhook: string
}

/** An object that a row must refuse, in the name of the rule that it breaks; or must allow, since no rule is on its path. */
export interface Proof {
  readonly row: Row
  readonly object: BenchObject
  readonly deniedBy?: string
}
