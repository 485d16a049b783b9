import type { KubeClient } from '../kube/requests/kube-client.ts'
import type { ApiServerKind } from '../plugin/api-server-kind.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import type { Lacks } from './capability.ts'
import type { FallbackDrill } from './fallback-drill.ts'

/** How a stock API server reaches the policies. */
export const MODES = ['socket', 'webhook'] as const
/** Or one with plugin/in-process. */
export type InProcessMode = Exclude<ApiServerKind, 'stock'>
export type Mode = (typeof MODES)[number] | InProcessMode

/** A cluster that a scenario runs on, and what its operator does to it. It begins without anything of ours. */
export interface Site extends AsyncDisposable {
  /** Such as `local, socket mode`. */
  readonly title: string
  readonly mode: Mode
  readonly kubernetesVersion: string
  readonly kubeconfig: string
  readonly lacks: Lacks
  /** An admin's connection to the API server, as it runs now. */
  readonly api: KubeClient
  /** The folder of the authority that signs what is shown to the API server. */
  readonly certificates: string
  /** An image that every node has, whose program only waits; where workloads run. */
  readonly workloadImage: string
  /** How to look at what was retained, and how to remove it. */
  readonly hints: readonly string[]
  /** Only where shims can fall back. */
  readonly drill: FallbackDrill | undefined
  /** The same. */
  readonly absence: AbsenceDrill | undefined

  /** Puts the policies in force; returns when the API server acts on them. */
  install(registration: Registration): Promise<void>
  /** Registers the same policies in the other way, while they decide. */
  changeRegistration(registration: Registration): Promise<void>
  /** Replaces the program that answers by one that is started anew; the old one ends by itself or is ended. */
  upgrade(): Promise<void>
  /** Gives the API server the shim's authorities as they are now, and returns when it acts on them. */
  publishAuthorities(): Promise<void>
  /** Lets the new authority sign what is shown to the API server, once it may; the shim's own process does that by itself. */
  renewCertificates(): Promise<void>
  /** Fingerprints of the authorities that signed what is shown to the API server now. */
  readSigners(): Promise<readonly string[]>
  /** Ends what answers the API server, without a warning. */
  crash(): Promise<void>
  /** Starts it again. */
  recover(): Promise<void>
  /** Ends the API server, and returns as soon as it has gone. */
  stopApiServer(): Promise<void>
  /** Returns when it is ready. */
  startApiServer(): Promise<void>
  /** Restarts the whole machine of the control plane; only where nodes can be rebooted. */
  rebootNode(): Promise<void>
  /** Takes everything of ours away again. */
  uninstall(): Promise<void>

  /** The files that an installation may add to or change, by their paths, with what they say. */
  readFiles(): Promise<Readonly<Record<string, string>>>
  /** Log files by the name of what wrote them. */
  logs(): Promise<Readonly<Record<string, string>>>
  /** What the parts say of themselves now, by file name; a part that cannot be asked says why. */
  describe(): Promise<Readonly<Record<string, string>>>
}
