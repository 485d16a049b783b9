import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection that shows every byte, for what no HTTP client would let one see. */
export interface RawClient {
  readonly socket: Socket
  write(text: string): void
  /** Everything received so far and later, until it holds this text. @throws Error when the connection ends before */
  receive(text: string): Promise<string>
  /** Everything received until the other side ends. */
  receiveAll(): Promise<string>
}

/** Connects to a Unix socket. */
export async function connectRaw(path: string): Promise<RawClient> {
  const socket = connect({ path, allowHalfOpen: true })
  await once(socket, 'connect')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  const ended = once(socket, 'end')
  ended.catch(() => {})
  return {
    socket,
    write: (text) => void socket.write(text),
    async receive(text) {
      while (!received.includes(text)) {
        const chunk = await Promise.race([once(socket, 'data'), ended.then(() => undefined)])
        if (chunk === undefined) throw new Error(`the connection ended after ${JSON.stringify(received)}`)
      }
      return received
    },
    async receiveAll() {
      await ended
      return received
    },
  }
}
