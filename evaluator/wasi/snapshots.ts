/** What differs between the two versions of the interface, as far as we go: where fields lie. */
export interface Snapshot {
  readonly filestatBytes: number
  readonly subscription: {
    readonly bytes: number
    readonly clockAt: number
    readonly timeoutAt: number
    readonly flagsAt: number
  }
}

/** `wasi_unstable`. https://github.com/WebAssembly/WASI/blob/main/legacy/preview0/docs.md */
export const SNAPSHOT_0: Snapshot = {
  filestatBytes: 56,
  subscription: { bytes: 56, clockAt: 24, timeoutAt: 32, flagsAt: 48 },
}

/** `wasi_snapshot_preview1`. https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md */
export const SNAPSHOT_1: Snapshot = {
  filestatBytes: 64,
  subscription: { bytes: 48, clockAt: 16, timeoutAt: 24, flagsAt: 40 },
}
