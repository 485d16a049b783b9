import type { Registration } from '../plugin/registration-mode.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import type { FallbackDrill } from './fallback-drill.ts'

/** What an operator does in one mode. */
export interface Way {
  /** The folder of the authority that signs what is shown to the API server. */
  readonly certificates: string
  /** Where what answers may have a fallback. */
  readonly drill?: FallbackDrill
  /** Where a Service can take the place of what answers. */
  readonly absence?: AbsenceDrill
  install(registration: Registration): Promise<void>
  changeRegistration(registration: Registration): Promise<void>
  upgrade(): Promise<void>
  publishAuthorities(): Promise<void>
  /** What is left to do when the new authority may sign. */
  renewCertificates(): Promise<void>
  /** Fingerprints of the authorities that signed what is shown now. */
  readSigners(): Promise<readonly string[]>
  crash(): Promise<void>
  recover(): Promise<void>
  /** Returns when what a reboot of the node has ended answers again; only where it runs there. */
  untilRestarted?(): Promise<void>
  uninstall(): Promise<void>
  /** What the parts say of themselves now, by file name. */
  describe(): Promise<Readonly<Record<string, string>>>
}
