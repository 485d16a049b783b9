import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../util/log.ts'
import type { Drain } from './http/drain.ts'
import type { Dials, Listener } from './http/listener.ts'

export interface FarewellOptions {
  readonly listeners: readonly Listener[]
  readonly drain: Drain
  /** What becomes of those who dial from now on: how long it pays to stay for those who are connected. */
  readonly dials: Dials
  readonly graceMs: number
  /** Somebody else answers new connections for so long, though not under our name: other pods behind a Service. */
  readonly lingerMs: number
  readonly handoverGraceMs: number
  /** Ends it at once. */
  readonly impatience: AbortSignal
  readonly log: Log
}

/** Between reading the name and waiting in the old socket's queue a client spends microseconds; this is for a stalled one. */
const SETTLE_MS = 1000
/** Dials wait meanwhile: long enough for busy connections to end with an answer, short beside any webhook's timeout. */
const QUEUED_LINGER_MS = 1000
/** What is left of a handover's grace when idle connections are closed: for requests that come just before. */
const LAST_ANSWERS_MS = 5000

/**
 * Answers those who are connected, each for the last time, and takes nobody new. A client that sends a request just when its
 * idle connection is closed has lost it, so idle connections stay open as long as somebody else answers new ones. Where
 * nobody does, each moment longer is an outage, and they are closed at once.
 */
export async function sayFarewell(options: FarewellOptions): Promise<void> {
  const { listeners, drain, dials, graceMs, handoverGraceMs, impatience, log } = options
  const end = AbortSignal.any([AbortSignal.timeout(dials === 'answered' ? handoverGraceMs : graceMs), impatience])
  drain.start()
  // who found the old socket under the name just before it was taken is still on the way
  if (dials === 'answered') await delay(SETTLE_MS, undefined, { signal: end }).catch(() => {})
  await Promise.all(listeners.map((listener) => listener.stopAccepting()))
  log.debug({ inFlight: drain.inFlight }, 'nobody new is accepted any more')
  const lingerMs = toLingerMs(options)
  if (lingerMs > 0) {
    const lingered = AbortSignal.any([AbortSignal.timeout(lingerMs), end])
    await Promise.race([Promise.all(listeners.map((listener) => listener.whenGone())), aborted(lingered)])
  }
  for (const listener of listeners) listener.closeIdleConnections()
  await Promise.race([drain.whenIdle(), aborted(end)])
}

function toLingerMs({ dials, lingerMs, handoverGraceMs }: FarewellOptions): number {
  if (dials === 'refused') return lingerMs
  if (dials === 'queued') return QUEUED_LINGER_MS
  return handoverGraceMs - SETTLE_MS - Math.min(LAST_ANSWERS_MS, handoverGraceMs / 10)
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
