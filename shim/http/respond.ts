import type { ServerResponse } from 'node:http'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { ReviewOrigin } from '../review/review-origin.ts'
import type { HttpError } from './http-error.ts'

/** An answer, before it becomes bytes. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A verdict as Kubewarden's policy server writes it: the raw form carries neither kind nor version. */
export function reviewAnswer(origin: ReviewOrigin, response: AdmissionResponse): Answer {
  const verdict = JSON.stringify(response)
  const type = origin === 'validate_raw' ? '' : '"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1",'
  return { status: 200, contentType: 'application/json', body: `{${type}"response":${verdict}}` }
}

/** An error as Kubewarden's policy server writes it. */
export function errorAnswer({ status, message, headers, isPlainText }: HttpError): Answer {
  if (isPlainText) return { status, contentType: 'text/plain; charset=utf-8', body: message, headers }
  return { status, contentType: 'application/json', body: JSON.stringify({ message, status }), headers }
}

/** Sends an answer; the connection ends behind it if the answer says so or `isLast`. */
export function send(response: ServerResponse, answer: Answer, isLast: boolean): void {
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    ...(isLast ? { Connection: 'close' } : {}),
    ...answer.headers,
  })
  response.end(answer.body)
}
