import { type ServerResponse, STATUS_CODES } from 'node:http'
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

/** An answer as HTTP/1.1 writes it. */
export interface WrittenAnswer {
  readonly text: string
  readonly encoding: 'latin1' | 'utf8'
  /** The connection ends behind it. */
  readonly isLast: boolean
}

/** Writes what `send` would send. */
export function writeAnswer({ status, contentType, body, headers = {} }: Answer, isLast: boolean): WrittenAnswer {
  const length = Buffer.byteLength(body)
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n`
  const closes = isLast && headers['Connection'] === undefined ? { Connection: 'close' } : {}
  const further = { ...closes, ...headers }
  for (const name in further) text += `${name}: ${further[name as keyof typeof further]}\r\n`
  text += `Date: ${new Date().toUTCString()}\r\n\r\n${body}`
  // one byte a character is written faster
  const encoding = length === body.length ? 'latin1' : 'utf8'
  return { text, encoding, isLast: isLast || headers['Connection'] === 'close' }
}
