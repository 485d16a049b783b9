import type { Credentials } from './credentials/credentials.ts'
import type { Limits } from './limits.ts'
import type { Sources } from './sources/sources.ts'

/** Called as bytes of a module arrive or leave; `total` is missing when nobody has announced it. */
export type OnProgress = (progress: { readonly done: number; readonly total?: number }) => void

/** How servers are reached, and as whom. */
export interface FetchOptions {
  readonly sources: Sources
  readonly credentials: Credentials
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  readonly limits?: Partial<Limits> | undefined
}
