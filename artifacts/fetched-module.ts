import { checkWasm } from './check-wasm.ts'
import { digestOf } from './digest.ts'

/** A module that begins as WebAssembly does; nothing more is known of it than that its bytes are those of its digest. */
export interface FetchedModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `sha256:…` of the bytes. */
  readonly digest: string
  /** From a registry: the digest that the reference stands for now. */
  readonly manifestDigest?: string
  /** From a registry: `ghcr.io/kubewarden/policies/x@sha256:…`. */
  readonly immutableReference?: string
}

/** The module that bytes are, from a place that tells no more about them. @throws ERR_ARTIFACT_INVALID */
export function toModule(what: string, bytes: Uint8Array<ArrayBuffer>): FetchedModule {
  checkWasm(what, bytes)
  return { bytes, digest: digestOf(bytes) }
}
