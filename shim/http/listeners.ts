import type { Log } from '../../util/log.ts'
import type { ShimOptions } from '../shim-options.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import type { Drain } from './drain.ts'
import type { Answerer } from './exchange.ts'
import type { Listener } from './listener.ts'
import { openSocketListener } from './socket-listener.ts'
import { openTcpListener } from './tcp-listener.ts'

export interface ListenersOptions extends Pick<ShimOptions, 'socket' | 'https' | 'probes'> {
  /** The socket's, where it is open already. */
  readonly opened?: Listener | undefined
  readonly certificate: ServerCertificate
  readonly answer: Answerer
  /** Answers on the port for probes. */
  readonly answerProbes: Answerer
  readonly drain: Drain
  readonly openAdmin: () => Promise<void>
  readonly openFramed: () => Promise<Listener | undefined>
  readonly log: Log
}

/** Opens every listener that is configured, the admin's among them, and hands each to `onOpen`: if a later one fails, the others can be closed. */
export async function openListeners(options: ListenersOptions, onOpen: (listener: Listener) => void): Promise<void> {
  const { socket, opened, https, probes, certificate, answer, answerProbes, openAdmin, openFramed, drain, log } =
    options
  const isTakeover = socket?.takeover === true && opened === undefined
  const openSocket = async () => {
    if (opened !== undefined) onOpen(opened)
    else if (socket !== undefined) onOpen(await openSocketListener({ socket, certificate, answer, drain, log }))
  }
  if (!isTakeover) await openSocket()
  if (https !== undefined) onOpen(await openTcpListener({ address: https, certificate, answer, drain, log }))
  // After the others: readiness means that they are open.
  if (probes !== undefined)
    onOpen(await openTcpListener({ address: probes, answer: answerProbes, drain, isShared: isTakeover, log }))
  await openAdmin()
  const framed = await openFramed()
  if (framed !== undefined) onOpen(framed)
  // What is taken from a living shim is taken when nothing can fail any more; until then that one answers on it.
  if (isTakeover) await openSocket()
}
