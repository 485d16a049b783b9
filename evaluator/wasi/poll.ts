import type { GuestMemory } from '../guests/guest-memory.ts'
import { clockTime } from './clocks.ts'
import type { Descriptors } from './descriptors.ts'
import { ERRNO } from './errno.ts'
import type { Snapshot } from './snapshots.ts'

const SUBSCRIPTION = { typeAt: 8, descriptorAt: 16 } as const
const EVENT = { bytes: 32, errnoAt: 8, typeAt: 10, availableAt: 16, flagsAt: 24 } as const
const CLOCK = 0
const READING = 1
const WRITING = 2
const ABSOLUTE_TIME = 1
const HANGUP = 1
const MAX_SUBSCRIPTIONS = 256
const NANOSECONDS_PER_MILLISECOND = 1e6

interface Subscription {
  readonly userData: bigint
  readonly type: number
  readonly errno: number
  /** From now on; 0 for what has happened already. */
  readonly waitMs: number
  /** Bytes that can be read. */
  readonly available?: number
}

/**
 * `poll_oneoff`: sleeps until the first clock, and reports all that have passed. A sleep is a real one, so that a guest
 * that waits burns nothing; the deadline ends a thread that sleeps like any other. Streams never block: always ready.
 */
export function pollOneoff(memory: GuestMemory, descriptors: Descriptors, snapshot: Snapshot) {
  return (inPointer: number, outPointer: number, count: number, countPointer: number): number => {
    if (count < 1 || count > MAX_SUBSCRIPTIONS) return ERRNO.INVAL
    const view = memory.dataView(inPointer, count * snapshot.subscription.bytes)
    const subscriptions = readSubscriptions(view, descriptors, snapshot)
    if (subscriptions.some(({ type }) => type > WRITING)) return ERRNO.INVAL
    const waitMs = Math.min(...subscriptions.map((subscription) => subscription.waitMs))
    sleep(waitMs)
    const events = subscriptions.filter((subscription) => subscription.waitMs <= waitMs)
    writeEvents(memory.dataView(outPointer, events.length * EVENT.bytes), events)
    memory.dataView(countPointer, 4).setUint32(0, events.length, true)
    return ERRNO.SUCCESS
  }
}

function readSubscriptions(view: DataView, descriptors: Descriptors, snapshot: Snapshot): Subscription[] {
  const { bytes } = snapshot.subscription
  return Array.from({ length: view.byteLength / bytes }, (_, index) => {
    const at = index * bytes
    const type = view.getUint8(at + SUBSCRIPTION.typeAt)
    const readiness =
      type === CLOCK
        ? clockReadiness(view, at, snapshot)
        : streamReadiness(descriptors, type, view.getUint32(at + SUBSCRIPTION.descriptorAt, true))
    return { userData: view.getBigUint64(at, true), type, ...readiness }
  })
}

type Readiness = Pick<Subscription, 'errno' | 'waitMs' | 'available'>

function clockReadiness(view: DataView, at: number, { subscription }: Snapshot): Readiness {
  const now = clockTime(view.getUint32(at + subscription.clockAt, true))
  if (now === undefined) return { errno: ERRNO.INVAL, waitMs: 0 }
  const timeout = view.getBigUint64(at + subscription.timeoutAt, true)
  const isAbsolute = (view.getUint16(at + subscription.flagsAt, true) & ABSOLUTE_TIME) !== 0
  const waitMs = Math.max(0, Number(isAbsolute ? timeout - now : timeout) / NANOSECONDS_PER_MILLISECOND)
  return { errno: ERRNO.SUCCESS, waitMs }
}

function streamReadiness(descriptors: Descriptors, type: number, fd: number): Readiness {
  const descriptor = descriptors.get(fd)
  const stream = type === READING ? descriptor?.input : descriptor?.output
  if (stream === undefined) return { errno: ERRNO.BADF, waitMs: 0 }
  const available = type === READING ? { available: descriptor?.input?.available ?? 0 } : {}
  return { errno: ERRNO.SUCCESS, waitMs: 0, ...available }
}

function sleep(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function writeEvents(view: DataView, events: readonly Subscription[]): void {
  for (const [index, { userData, type, errno, available }] of events.entries()) {
    const at = index * EVENT.bytes
    view.setBigUint64(at, userData, true)
    view.setUint16(at + EVENT.errnoAt, errno, true)
    view.setUint8(at + EVENT.typeAt, type)
    view.setBigUint64(at + EVENT.availableAt, BigInt(available ?? 0), true)
    view.setUint16(at + EVENT.flagsAt, available === 0 ? HANGUP : 0, true)
  }
}
