import type { PolicyReport, ShimStatus } from '../../shim/admin/admin-api.ts'
import type { ApiReader } from '../api-reader.ts'
import type { ApiServer } from './api-server/api-server.ts'
import type { Observation } from './finding.ts'

/** What the checks look at; found once, so that they agree about it. What is absent could not be found. */
export interface DoctorContext {
  readonly apiServer?: ApiServer
  readonly shim?: SeenShim
  readonly api?: ApiReader
  /** Of the API server, from its program or from its API, such as `v1.37.2`. */
  readonly kubernetesVersion?: string
  /** How the search went. */
  readonly search: {
    readonly apiServer: Observation
    readonly shim: Observation
    readonly api: Observation
  }
}

export interface SeenShim {
  readonly status: ShimStatus
  readonly policies: readonly PolicyReport[]
}
