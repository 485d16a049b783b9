import type { Answer } from './respond.ts'

/** A request, as much as anybody here looks at. */
export interface Exchange {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The same bytes each time. @throws HttpError 413; Error when the client goes away */
  readonly readBody: () => Promise<Uint8Array>
  /** Aborts when the client closes its connection before it has its answer. */
  readonly signal: AbortSignal
}

/** Answers whatever is asked, an error too. Never rejects. */
export type Answerer = (exchange: Exchange) => Promise<Answer>
