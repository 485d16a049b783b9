import type { Socket } from 'node:net'
import type { Log } from '../../util/log.ts'
import type { Drain } from '../http/drain.ts'
import { answerRequest, type RequestAnswerOptions } from './answer-request.ts'
import { AnswerWriter } from './answer-writer.ts'
import { FrameError } from './frame-error.ts'
import { FrameReader } from './frame-reader.ts'
import { FRAMED_TIMES, type FramedTimes } from './framed-times.ts'
import { InFlight } from './in-flight.ts'
import { ALL_IDS, FRAME, MAX_FRAME_BYTES, MAX_HELLO_BYTES } from './protocol.ts'
import { type RequestFrame, readCancel, readHello, readRequest } from './read-frames.ts'
import { writeAnswer, writeGoodbye, writeHello } from './write-frames.ts'

export interface FramedConnectionOptions extends RequestAnswerOptions {
  readonly drain: Drain
  readonly times?: FramedTimes | undefined
  readonly log: Log
}

/** One client: requests in any number and order, each answered when it can be. Whatever it sends, only it suffers. */
export class FramedConnection {
  readonly #options: FramedConnectionOptions
  readonly #socket: Socket
  readonly #reader = new FrameReader(MAX_HELLO_BYTES, (frame) => this.#take(frame))
  readonly #times: FramedTimes
  readonly #writer: AnswerWriter
  readonly #inFlight: InFlight
  /** Of the other end, once it has said hello. */
  #maxFrameBytes: number | undefined
  #lastId = 0
  #endsWhenIdle = false
  #isClosing = false
  /** Since when something is awaited that has not come whole. */
  #waitingSince: number | undefined = performance.now()

  constructor(socket: Socket, options: FramedConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#times = options.times ?? FRAMED_TIMES
    this.#writer = new AnswerWriter(socket)
    this.#inFlight = new InFlight(options.drain)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('drain', () => this.#regulate())
    socket.on('end', () => this.#hearEnd())
    socket.on('error', (error) => this.#leave(error.message))
    socket.once('close', () => {
      this.#isClosing = true
      this.#inFlight.abortAll(new Error('the client went away'))
    })
  }

  /** Asks the client to send what is next elsewhere; what it has sent, or sends before it hears of it, is answered. */
  sayGoodbye(): void {
    if (this.#maxFrameBytes !== undefined && !this.#isClosing)
      this.#writer.write(writeGoodbye('draining', ALL_IDS, 'the shim is stopping'))
  }

  /** Ends behind the last answer, or now if none is due. Says up to which request it has looked. */
  endWhenIdle(): void {
    this.#endsWhenIdle = true
    if (this.#inFlight.count === 0) this.#close(writeGoodbye('draining', this.#lastId, 'the shim has stopped'))
  }

  destroy(): void {
    this.#isClosing = true
    this.#socket.destroy()
  }

  /** Leaves a client that begins something and does not end it, or does not take leave. */
  check(now: number): void {
    if (this.#waitingSince === undefined || this.#socket.isPaused()) return
    const isGreeted = this.#maxFrameBytes !== undefined
    if (now - this.#waitingSince < (isGreeted && !this.#isClosing ? this.#times.frameMs : this.#times.helloMs)) return
    if (this.#isClosing) this.#socket.destroy()
    else this.#refuse(new FrameError('late', isGreeted ? 'the rest of a frame did not come' : 'no hello came'))
  }

  #hearEnd(): void {
    if (this.#reader.isInside) this.#leave('the other end left in the middle of a frame')
    else this.destroy()
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosing) return
    try {
      this.#reader.push(chunk)
    } catch (error) {
      this.#refuse(error)
      return
    }
    if (!this.#reader.isInside && this.#maxFrameBytes !== undefined) this.#waitingSince = undefined
    else this.#waitingSince ??= performance.now()
    this.#regulate()
  }

  #take(frame: Buffer): void {
    if (this.#maxFrameBytes !== undefined) this.#waitingSince = undefined
    const type = frame.readUInt8(0)
    if (this.#maxFrameBytes === undefined) this.#greet(type, frame)
    else if (type === FRAME.request) this.#ask(readRequest(frame), this.#maxFrameBytes)
    else if (type === FRAME.cancel) this.#inFlight.abort(readCancel(frame), new Error('the client has cancelled it'))
    else throw new FrameError('malformed', `a frame of type ${type} is none that a client sends now`)
  }

  #greet(type: number, frame: Buffer): void {
    if (type !== FRAME.hello) throw new FrameError('malformed', 'it does not begin with a hello')
    const { maxFrameBytes, version } = readHello(frame)
    this.#maxFrameBytes = maxFrameBytes
    this.#reader.allow(MAX_FRAME_BYTES)
    this.#writer.write(writeHello(version))
    if (this.#options.drain.isDraining) this.sayGoodbye()
  }

  #ask(request: RequestFrame, maxFrameBytes: number): void {
    if (request.id <= this.#lastId) throw new FrameError('malformed', `request ${request.id} follows ${this.#lastId}`)
    if (request.id === ALL_IDS) throw new FrameError('malformed', `request ${request.id} has an id that none may have`)
    this.#lastId = request.id
    const signal = this.#inFlight.add(request.id, request.body.length)
    // the frame may be part of a chunk that others are in, so that nothing of it is kept in this closure
    const { id } = request
    answerRequest(request, signal, this.#options).then(
      (parts) => this.#answer(id, signal, () => writeAnswer(id, parts, maxFrameBytes)),
      (error) => this.#leave(`an answer could not be made: ${error}`),
    )
  }

  #answer(id: number, signal: AbortSignal, frame: () => Buffer): void {
    this.#inFlight.remove(id)
    // nobody waits for what was cancelled
    if (!this.#isClosing && !signal.aborted) this.#writer.write(frame())
    if (this.#isClosing) return
    if (this.#writer.isUnread) this.#refuse(new FrameError('unread', 'it does not read its answers'))
    else if (this.#endsWhenIdle) this.endWhenIdle()
    else this.#regulate()
  }

  /** Reads no more while more is under way, or unread, than may be. */
  #regulate(): void {
    if (this.#isClosing) return
    const isFull = this.#inFlight.isFull || this.#writer.isBehind
    if (isFull === this.#socket.isPaused()) return
    if (isFull) this.#socket.pause()
    else {
      if (this.#waitingSince !== undefined) this.#waitingSince = performance.now()
      this.#socket.resume()
    }
  }

  #refuse(error: unknown): void {
    if (this.#isClosing) return
    const { reason, message } = error instanceof FrameError ? error : new FrameError('malformed', String(error))
    this.#options.log.warn(
      { reason, error: message },
      'a framed connection was closed: it does not keep to the protocol',
    )
    this.#inFlight.abortAll(new Error('the connection was closed'))
    this.#close(writeGoodbye(reason, this.#lastId, message))
  }

  #leave(why: string): void {
    if (this.#isClosing) return
    this.#options.log.info({ error: why, inFlight: this.#inFlight.count }, 'a framed connection ended early')
    this.destroy()
  }

  #close(goodbye: Buffer): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#waitingSince = performance.now()
    this.#reader.stop()
    this.#socket.resume()
    this.#writer.write(goodbye)
    this.#socket.destroySoon()
  }
}
