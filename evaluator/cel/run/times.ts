import { Failure, fitsInt, Opaque, type Value } from './values.ts'

const SECOND = 1_000_000_000n
const MIN_SECONDS = -62_135_596_800n
const MAX_SECONDS = 253_402_300_799n

/** A span in nanoseconds, as long as an int64 can say. */
export class Duration extends Opaque {
  readonly typeName = 'google.protobuf.Duration'
  readonly nanos: bigint

  constructor(nanos: bigint) {
    super()
    this.nanos = nanos
  }

  override equals(other: Value): boolean {
    return other instanceof Duration && other.nanos === this.nanos
  }
}

/** An instant between the years 1 and 9999, and the offset that it was written with. */
export class Timestamp extends Opaque {
  readonly typeName = 'google.protobuf.Timestamp'
  readonly nanos: bigint
  readonly offsetMinutes: number

  constructor(nanos: bigint, offsetMinutes = 0) {
    super()
    this.nanos = nanos
    this.offsetMinutes = offsetMinutes
  }

  override equals(other: Value): boolean {
    return other instanceof Timestamp && other.nanos === this.nanos
  }

  /** Whole seconds since 1970, rounded towards the past. */
  get seconds(): bigint {
    return floorDivide(this.nanos, SECOND)
  }
}

export const toDuration = (nanos: bigint): Duration | Failure =>
  fitsInt(nanos) ? new Duration(nanos) : new Failure('integer overflow')

export function toTimestamp(nanos: bigint, offsetMinutes = 0): Timestamp | Failure {
  const timestamp = new Timestamp(nanos, offsetMinutes)
  const inRange = timestamp.seconds >= MIN_SECONDS && timestamp.seconds <= MAX_SECONDS
  return inRange ? timestamp : new Failure('timestamp overflow')
}

export function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor < 0n ? quotient - 1n : quotient
}
