import type { GuestMemory } from '../guests/guest-memory.ts'
import { clockTime } from './clocks.ts'
import { ERRNO } from './errno.ts'
import type { Snapshot } from './snapshots.ts'

const EVENT_BYTES = 32
const TYPE_AT = 8
const CLOCK_EVENT = 0
const ABSOLUTE_TIME = 1
const MAX_SUBSCRIPTIONS = 256
const NANOSECONDS_PER_MILLISECOND = 1e6

interface Subscription {
  readonly userData: bigint
  readonly type: number
  readonly errno: number
  /** From now on; 0 for what has happened already. */
  readonly waitMs: number
}

/**
 * `poll_oneoff`: sleeps until the first clock, and reports all that have passed. A sleep is a real one, so that a guest
 * that waits burns nothing; the deadline ends a thread that sleeps like any other. Streams never block: always ready.
 */
export function pollOneoff(memory: GuestMemory, snapshot: Snapshot) {
  return (inPointer: number, outPointer: number, count: number, countPointer: number): number => {
    if (count < 1 || count > MAX_SUBSCRIPTIONS) return ERRNO.INVAL
    const subscriptions = readSubscriptions(memory.dataView(inPointer, count * snapshot.subscription.bytes), snapshot)
    const waitMs = Math.min(...subscriptions.map((subscription) => subscription.waitMs))
    sleep(waitMs)
    const events = subscriptions.filter((subscription) => subscription.waitMs <= waitMs)
    writeEvents(memory.dataView(outPointer, events.length * EVENT_BYTES), events)
    memory.dataView(countPointer, 4).setUint32(0, events.length, true)
    return ERRNO.SUCCESS
  }
}

function readSubscriptions(view: DataView, snapshot: Snapshot): Subscription[] {
  const { bytes } = snapshot.subscription
  return Array.from({ length: view.byteLength / bytes }, (_, index) => {
    const at = index * bytes
    const userData = view.getBigUint64(at, true)
    const type = view.getUint8(at + TYPE_AT)
    const waitMs = type === CLOCK_EVENT ? clockWait(view, at, snapshot) : 0
    return { userData, type, waitMs: waitMs ?? 0, errno: waitMs === undefined ? ERRNO.INVAL : ERRNO.SUCCESS }
  })
}

// Undefined for a clock that there is not.
function clockWait(view: DataView, at: number, { subscription }: Snapshot): number | undefined {
  const now = clockTime(view.getUint32(at + subscription.clockAt, true))
  if (now === undefined) return undefined
  const timeout = view.getBigUint64(at + subscription.timeoutAt, true)
  const isAbsolute = (view.getUint16(at + subscription.flagsAt, true) & ABSOLUTE_TIME) !== 0
  return Math.max(0, Number(isAbsolute ? timeout - now : timeout) / NANOSECONDS_PER_MILLISECOND)
}

function sleep(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function writeEvents(view: DataView, events: readonly Subscription[]): void {
  for (const [index, { userData, type, errno }] of events.entries()) {
    const at = index * EVENT_BYTES
    view.setBigUint64(at, userData, true)
    view.setUint16(at + 8, errno, true)
    view.setUint8(at + 10, type)
  }
}
