import type { Stage } from './stage.ts'

/** How a shim is started, where that is not as ever. */
export interface ShimStart {
  /** The file. */
  readonly policies?: string
  /** In the place of those by which it registers its policies. */
  readonly flags?: readonly string[]
  /** Its policies cannot be loaded, so that nobody hears from it but on its socket. */
  readonly isWithoutPolicies?: boolean
}

/** What drills need to know of the shim on the socket, and do to it. */
export interface DrilledShim {
  readonly stage: Stage
  /** The file. */
  readonly policies: string
  readonly adminSocket: string
  kill(): Promise<void>
  /** Starts it when it has been killed. */
  start(how: ShimStart): Promise<void>
  /** Starts one that takes the socket from it; returns when it has ended. */
  replace(how?: ShimStart): Promise<void>
}
