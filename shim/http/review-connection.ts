import type { Socket } from 'node:net'
import type { Log } from '../../util/log.ts'
import type { Drain } from './drain.ts'
import type { Answerer } from './exchange.ts'
import { type PostHead, readPostHead } from './post-head.ts'
import { type Answer, writeAnswer } from './respond.ts'
import type { ServerTimeouts } from './server-timeouts.ts'

export interface ReviewConnectionOptions {
  readonly answer: Answerer
  /** Takes over a connection on which something else comes, with the bytes that have not been answered before it. */
  readonly handOver: (socket: Socket) => void
  readonly drain: Drain
  readonly timeouts: ServerTimeouts
  readonly log: Log
}

/** As Node's server. */
const MAX_HEAD_BYTES = 16 * 1024
const END_OF_HEAD = '\r\n\r\n'

/**
 * A connection on which an API server posts reviews, one after the other. Node's server takes about twice as long for each as
 * this does, because it is ready for everything that HTTP knows; so that what is not just such a POST is handed over to it.
 */
export class ReviewConnection {
  readonly #socket: Socket
  readonly #options: ReviewConnectionOptions
  /** What has come of the next request. */
  #received: Buffer[] = []
  #receivedLength = 0
  #head: (PostHead & { readonly length: number }) | undefined
  /** The request that is being answered. */
  #departure: AbortController | undefined
  /** Since when something is awaited. */
  #since = performance.now()
  #hasAnswered = false

  constructor(socket: Socket, options: ReviewConnectionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('data', this.#receive)
    socket.on('end', this.#hearEnd)
    socket.on('error', this.#hearError)
    socket.on('close', this.#hearClose)
  }

  /** Ends it unless a request, or its answer, is under way. */
  closeIfIdle(): void {
    const isIdle = this.#departure === undefined && this.#receivedLength === 0 && this.#socket.writableLength === 0
    if (isIdle) this.#socket.destroy()
  }

  /** Leaves a client that begins something and does not end it, or has had nothing to ask for long. */
  check(now: number): void {
    if (this.#departure !== undefined) return
    const { keepAliveTimeout, headersTimeout, requestTimeout } = this.#options.timeouts
    const waitedMs = now - this.#since
    if (this.#hasAnswered && this.#receivedLength === 0) {
      if (waitedMs > keepAliveTimeout) this.#socket.destroy()
    } else if (waitedMs > (this.#head === undefined ? headersTimeout : requestTimeout)) {
      this.#socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
      this.#end()
    }
  }

  readonly #receive = (chunk: Buffer): void => {
    if (this.#receivedLength === 0) this.#since = performance.now()
    this.#received.push(chunk)
    this.#receivedLength += chunk.length
    // somebody who does not wait for the answer is handed over behind it
    if (this.#departure !== undefined) this.#socket.pause()
    else this.#advance()
  }

  #advance(): void {
    this.#head ??= this.#readHead()
    if (this.#head === undefined) return
    const { length, bodyLength } = this.#head
    const missing = length + bodyLength - this.#receivedLength
    if (missing > 0) return
    if (missing < 0) {
      this.#handOver()
      return
    }
    const body = this.#joined().subarray(length)
    const head = this.#head
    this.#received = []
    this.#receivedLength = 0
    this.#head = undefined
    this.#answer(head, body)
  }

  #readHead(): (PostHead & { readonly length: number }) | undefined {
    const bytes = this.#joined()
    const end = bytes.indexOf(END_OF_HEAD)
    if (end === -1 && bytes.length < MAX_HEAD_BYTES) return undefined
    const isWhole = end !== -1 && end <= MAX_HEAD_BYTES
    const head = isWhole ? readPostHead(bytes.toString('latin1', 0, end)) : undefined
    if (head === undefined) this.#handOver()
    return head && { ...head, length: end + END_OF_HEAD.length }
  }

  #answer({ url, headers }: PostHead, body: Buffer): void {
    const departure = new AbortController()
    this.#departure = departure
    this.#options.drain.add(departure)
    const { signal } = departure
    this.#options
      .answer({ method: 'POST', url, headers, readBody: async () => body, signal })
      .then(this.#send)
      .catch((error) => {
        this.#options.log.error({ error: String(error) }, 'an answer could not be sent')
        this.#socket.destroy()
      })
  }

  readonly #send = (answer: Answer): void => {
    const { drain } = this.#options
    const departure = this.#departure
    // a client that went away has closed the connection; nobody is left to be told
    if (departure === undefined || departure.signal.aborted) return
    this.#departure = undefined
    this.#hasAnswered = true
    this.#since = performance.now()
    const { text, encoding, isLast } = writeAnswer(answer, drain.isDraining)
    // in flight until the last byte has left
    const isRead = this.#socket.write(text, encoding, () => drain.remove(departure))
    if (isLast) this.#end()
    else if (this.#receivedLength > 0) this.#handOver()
    else if (!isRead) this.#waitForReader()
  }

  #waitForReader(): void {
    this.#socket.pause()
    this.#socket.once('drain', () => this.#socket.resume())
  }

  /** Ends it when all is written; what still comes is for nobody. */
  #end(): void {
    this.#socket.off('data', this.#receive)
    this.#socket.resume()
    this.#socket.destroySoon()
  }

  #handOver(): void {
    const socket = this.#socket
    socket.off('data', this.#receive)
    // a stream that flows would give to nobody what is put back
    socket.pause()
    socket.unshift(this.#joined())
    this.#options.handOver(socket)
    socket.resume()
    socket.off('end', this.#hearEnd)
    socket.off('error', this.#hearError)
    socket.off('close', this.#hearClose)
  }

  #joined(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received, this.#receivedLength)]
    return this.#received[0] as Buffer
  }

  // nobody half closes who waits for an answer
  readonly #hearEnd = (): void => {
    this.#socket.destroySoon()
  }

  readonly #hearError = (error: Error): void => {
    this.#options.log.debug({ error: error.message }, 'connection failed')
  }

  readonly #hearClose = (): void => {
    if (this.#departure === undefined) return
    this.#departure.abort(new Error('the client went away'))
    this.#options.drain.remove(this.#departure)
  }
}
