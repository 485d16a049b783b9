import type { ExecutionMode } from './metadata.ts'

/** The exports that hold a guest's mutable globals, and what else a module was given to be put back. */
export interface RestorableState {
  readonly globals: readonly string[]
  /** Which of them holds the size of the memory as the guest knows it, in pages: less than it is, perhaps. */
  readonly pages: string
  /** The export that holds how much the guest may still do. */
  readonly fuel: string
  /** The memory that holds a byte for each block of the guest's: 1 where the guest has written. */
  readonly marks: string
  /** What the module wanted to run when it is instantiated, if anything: the host calls it right afterwards. */
  readonly start?: string
}

/** A compiled module and what evaluation needs to know of it. Structured-cloneable, so that all threads share one compilation. */
export interface PolicyModule {
  /** `sha256:<hex>` of the bytes as they were read, before the memory limit was written in. */
  readonly digest: string
  readonly module: WebAssembly.Module
  readonly executionMode: ExecutionMode
  /** Its metadata says that it judges raw requests, and no AdmissionReviews. */
  readonly isRaw?: true
  /** What the guest's linear memory is at first; guests that import theirs are given one of this size. */
  readonly memoryInitialBytes: number
  /** The guest's linear memory cannot grow beyond this. */
  readonly memoryLimitBytes: number
  /** How the state of its instances can be put back; absent where not all of it can. */
  readonly restorable?: RestorableState
}
