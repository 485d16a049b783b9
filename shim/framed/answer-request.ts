import { type ParsedAdmissionRequest, parseAdmissionReview } from '../../evaluator/admission-request.ts'
import { formatBytes } from '../../util/bytes.ts'
import type { Log } from '../../util/log.ts'
import { type Answerers, answerForEntry, answerForPolicy, findEntry, findPolicy } from '../http/answer-review.ts'
import { MAX_BODY_BYTES } from '../http/body.ts'
import { HttpError, toHttpError } from '../http/http-error.ts'
import type { Answer } from '../http/respond.ts'
import { limitTimeoutMs } from '../http/timeout.ts'
import type { RequestFrame } from './read-frames.ts'
import type { AnswerPart } from './write-frames.ts'

export interface RequestAnswerOptions extends Answerers {
  readonly log: Log
}

/** Answers as the HTTP front does, for each policy that is named, or for the entry. Never throws. */
export function answerRequest(
  { kind, names, timeoutMs, body }: RequestFrame,
  signal: AbortSignal,
  options: RequestAnswerOptions,
): Promise<readonly AnswerPart[]> {
  const deadline = performance.now() + limitTimeoutMs(timeoutMs)
  // read now: nobody has to keep the bytes that came
  const read = readOnce(body, kind === 'policies' && names.length > 1)
  if (kind === 'entry') {
    const [digest = '', name = ''] = names
    return Promise.all([answerFor([digest, name], { signal, options }, () => askEntry(digest, name))])
  }
  return Promise.all(names.map((id) => answerFor([id], { signal, options }, () => askPolicy(id))))

  async function askPolicy(id: string): Promise<Answer> {
    const policy = findPolicy(options.policies, id)
    return answerForPolicy({ origin: 'validate', policy, request: read(), deadline, signal }, options)
  }

  async function askEntry(digest: string, name: string): Promise<Answer> {
    const entry = findEntry(options.policies, digest, name)
    return answerForEntry({ entry, request: read(), deadline, signal }, options)
  }
}

interface Asked {
  readonly signal: AbortSignal
  readonly options: RequestAnswerOptions
}

async function answerFor(
  asked: readonly string[],
  { signal, options: { log } }: Asked,
  ask: () => Promise<Answer>,
): Promise<AnswerPart> {
  try {
    return await ask()
  } catch (error) {
    const { status, message } = toHttpError(error)
    const fields = { asked: asked.join('/'), status }
    if (signal.aborted) log.info(fields, 'the client went away')
    else if (status === 500) log.error({ ...fields, error: describe(error) }, 'a request could not be answered')
    else log.warn({ ...fields, error: message }, 'a request was refused')
    return { status, body: message }
  }
}

/** The request in a body, read at once; an error is for each who wants it. */
function readOnce(body: Buffer, isShared: boolean): () => ParsedAdmissionRequest {
  try {
    const request = readReview(body)
    const given = isShared ? { ...request, isShared: true as const } : request
    return () => given
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function readReview(body: Buffer): ParsedAdmissionRequest {
  if (body.length > MAX_BODY_BYTES) throw new HttpError(413, `the body is longer than ${formatBytes(MAX_BODY_BYTES)}`)
  return parseAdmissionReview(body)
}

function describe(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : String(error)
}
