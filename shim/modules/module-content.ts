import { digestOf } from '../../artifacts/digest.ts'

/** A module's bytes, by what they are. */
export interface ModuleContent {
  /** `sha256:…` of the bytes. */
  readonly digest: string
  /** The name in a registry that will always mean these bytes; absent where they do not come from one. */
  readonly immutableReference?: string
  /** The bytes; asked for only where no module of that digest is compiled already. */
  read(): Promise<Uint8Array>
  /** What was read is needed no more, and nobody else has it. */
  free?(bytes: Uint8Array): void
}

/** Modules by their URL: the bytes, or why there are none. */
export type ModuleContents = ReadonlyMap<string, ModuleContent | Error>

/** Gets modules by their URLs, each once. Never throws. */
export type ReadModules = (urls: readonly string[]) => Promise<ModuleContents>

export function contentOf(bytes: Uint8Array): ModuleContent {
  return { digest: digestOf(bytes), read: async () => bytes }
}
