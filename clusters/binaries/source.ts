import type { WantedBinary } from './binary.ts'

/** A place that binaries come from. */
export interface BinarySource {
  /** As in "etcd v3.7.3, from the cache". */
  readonly title: string
  /** Throws when the user named this source and it is wrong; what is merely absent is an answer. */
  find(wanted: WantedBinary, detail: (text: string) => void): Promise<SourceAnswer>
}

/** The file, or why it is not there, as the end of a sentence. */
export type SourceAnswer = { readonly path: string; readonly version: string } | { readonly missing: string }
