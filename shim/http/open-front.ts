import type { SocketOptions } from '../shim-options.ts'
import { probeSocket } from '../socket/probe.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import type { Drain } from './drain.ts'
import { Front, type FrontOptions } from './front.ts'
import type { Listener } from './listener.ts'
import { openSocketListener } from './socket-listener.ts'

export interface OpenFrontOptions extends FrontOptions {
  readonly socket: SocketOptions
  readonly certificate: ServerCertificate
  readonly drain: Drain
}

/** A front whose socket is open while the policies are still being loaded. */
export interface OpenFront {
  readonly front: Front
  readonly listener: Listener
}

/** Opens the socket at once; undefined where a shim that is to be replaced answers on it until this one is ready. */
export async function openFront(options: OpenFrontOptions): Promise<OpenFront | undefined> {
  const { socket, certificate, drain, log } = options
  if (socket.takeover === true && (await probeSocket(socket.path)).kind === 'live') return undefined
  const front = new Front(options)
  const listener = await openSocketListener({ socket, certificate, answer: front.answer, drain, log })
  log.info({ address: listener.address }, 'answers by its fallback until the policies are loaded')
  return { front, listener }
}
