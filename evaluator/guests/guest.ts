import type { EvaluationRequest } from '../admission-request.ts'
import type { AdmissionResponse } from '../admission-response.ts'
import type { BlockMarks } from '../instances/block-marks.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import type { SettingsVerdict } from '../settings-response.ts'

/** A kind of object in the cluster, as `policies.yml` names it. */
export interface ContextAwareResource {
  readonly apiVersion: string
  readonly kind: string
}

/** What a guest may use of the host during one call; everything else it asks for is refused. */
export interface GuestHost {
  /**
   * Answers a host call by (binding, namespace, operation), synchronously.
   * @throws Error with the text that the guest shall see.
   */
  callHost(binding: string, namespace: string, operation: string, payload: Uint8Array): Uint8Array
  /** What the policy may see of the cluster; a guest that is given it as data must not run without it. */
  readonly contextAwareResources?: readonly ContextAwareResource[]
  /** Text that the guest wrote to its console or its standard error, whole lines. */
  console(text: string, level?: 'info' | 'warn'): void
}

/** What a guest can change, all of it: its memory, and the exports that hold its mutable globals. */
export interface GuestState {
  readonly memory: WebAssembly.Memory
  /** Which of its blocks have been written to. */
  readonly marks: BlockMarks
  readonly globals: readonly WebAssembly.Global[]
  /** How much it may still do; no part of its state. */
  readonly fuel: WebAssembly.Global
  /** How much memory it may take for a call, and still be put back afterwards: what most requests take. */
  readonly sparePages: number
}

/** An instance. Its state is nobody else's: it serves one call and is dropped, unless its state can be put back. */
export interface GuestInstance {
  /**
   * What the policy says to a request, under its settings: a JSON object.
   * @throws Error when there is no verdict: the guest trapped, failed, or answered what cannot be read.
   */
  validate(request: EvaluationRequest, settings: Uint8Array): AdmissionResponse
  /** Whether the policy accepts its settings. @throws as `validate` */
  validateSettings(settings: Uint8Array): SettingsVerdict
  /** How to let it serve further calls; absent where not all of its state can be put back. */
  readonly reuse?: GuestReuse | undefined
}

/**
 * A guest that can be started before there is a request, and waits for one where it first asks for it. As a `GuestInstance` it
 * serves one call, unless its state can be put back.
 */
export interface StartableGuest {
  readonly reuse?: GuestReuse | undefined
  /** What it was told before it came to wait may be out of date by now. */
  readonly isStale: boolean
  /** Starts it; false when it ended without having waited for a request: it is of no use then. Never rejects. */
  start(): Promise<boolean>
  /** Ends one that waits. */
  cancel(): Promise<void>
  /** What the policy says to a request; a guest that does not wait is started for it. @throws as `GuestInstance.validate` */
  validate(host: GuestHost, request: EvaluationRequest, settings: Uint8Array): Promise<AdmissionResponse>
}

/**
 * Counts what a guest does, and stops it where that is too much: for threads in which others wait. Only modules that can be put
 * back know of one.
 */
export interface Meter {
  /** A call begins: gives the guest what it may use up. */
  fill(fuel: WebAssembly.Global): void
  /** The same imports, which stop a guest that has taken too long. */
  watch(imports: WebAssembly.Imports): WebAssembly.Imports
  /** Takes from the guest's fuel for what the host does, before it does it. @throws Error when that is more than there is */
  spend(fuel: number): void
  /** Stops a guest for which the host would have to do more than can be counted. @throws Error */
  refuse(): never
}

export interface GuestReuse {
  readonly state: GuestState
  /** A new call begins, with this host; the state has been put back. */
  serve(host: GuestHost): void
}

/** One way in which modules expect to be called (an execution mode); one file each in this folder. */
export interface GuestKind {
  /** Why the module could never be instantiated or called, as rests of a sentence: `does not export a memory`. */
  problemsOf(module: WebAssembly.Module): string[]
  /** Instantiates the module and runs its start-up code. @throws GuestFailure */
  instantiate(module: PolicyModule, host: GuestHost, meter?: Meter): GuestInstance
  /** The same for a guest that can be started ahead of its request; absent where its start-up code has run by then anyway. */
  instantiateStartable?(module: PolicyModule): StartableGuest
}

/** The guest did not deliver an answer: it trapped, reported an error, or broke its contract. */
export class GuestFailure extends Error {
  static {
    GuestFailure.prototype.name = 'GuestFailure'
  }
}
