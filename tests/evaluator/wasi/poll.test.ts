import t from 'tap'
import { createReader, createWasiGuest, WASI_VERSIONS } from '../../helpers/wasi-guest.ts'

const [SUCCESS, BADF, INVAL] = [0, 8, 28]
const [READING, WRITING] = [1, 2]

const [REALTIME, MONOTONIC] = [0, 1]
const ABSOLUTE = 1
const MINUTE = 60_000_000_000n

// Where the fields of a subscription lie.
const LAYOUTS = {
  wasi_snapshot_preview1: { bytes: 48, clock: 16, timeout: 24, flags: 40 },
  wasi_unstable: { bytes: 56, clock: 24, timeout: 32, flags: 48 },
} as const

for (const version of WASI_VERSIONS) {
  const layout = LAYOUTS[version]
  const subscribe = (view: DataView, index: number, { timeout = MINUTE, clock = MONOTONIC, flags = 0 }) => {
    const at = index * layout.bytes
    view.setBigUint64(at, BigInt(100 + index), true)
    view.setUint32(at + layout.clock, clock, true)
    view.setBigUint64(at + layout.timeout, timeout, true)
    view.setUint16(at + layout.flags, flags, true)
  }

  t.test(`${version}: a poll sleeps until the first clock, and reports it`, async (t) => {
    const { call, view } = createWasiGuest(version)
    subscribe(view(), 0, {})
    subscribe(view(), 1, { timeout: 5_000_000n })
    const startedAt = process.hrtime.bigint()
    t.equal(call('poll_oneoff', 0, 4096, 2, 512), SUCCESS)
    t.ok(process.hrtime.bigint() - startedAt >= 4_000_000n)
    t.equal(view().getUint32(512, true), 1)
    t.equal(view().getBigUint64(4096, true), 101n)
    t.equal(view().getUint16(4096 + 8, true), SUCCESS)
  })

  t.test(`${version}: a clock that has passed, streams, and clocks that there are not, do not wait`, async (t) => {
    const { call, view } = createWasiGuest(version)
    subscribe(view(), 0, { timeout: 1n, clock: REALTIME, flags: ABSOLUTE })
    subscribe(view(), 1, { clock: 7 })
    view().setUint8(2 * layout.bytes + 8, WRITING)
    view().setUint32(2 * layout.bytes + 16, 1, true)
    subscribe(view(), 3, {})
    t.equal(call('poll_oneoff', 0, 4096, 4, 512), SUCCESS)
    t.equal(view().getUint32(512, true), 3)
    const errors = [0, 1, 2].map((index) => view().getUint16(4096 + index * 32 + 8, true))
    t.strictSame(errors, [SUCCESS, INVAL, SUCCESS])
    t.equal(view().getUint8(4096 + 64 + 10), WRITING)
  })

  t.test(`${version}: a poll tells how much can be read, and that the input has ended for now`, async (t) => {
    const { call, view, read, type } = createReader(version, 'request')
    const poll = (kind: number, fd: number) => {
      view().setUint8(8, kind)
      view().setUint32(16, fd, true)
      t.equal(call('poll_oneoff', 0, 4096, 1, 512), SUCCESS)
      t.equal(view().getUint32(512, true), 1)
      const errno = view().getUint16(4096 + 8, true)
      return errno === SUCCESS
        ? { available: view().getBigUint64(4096 + 16, true), hangup: view().getUint16(4096 + 24, true) }
        : errno
    }
    t.strictSame(poll(READING, 0), { available: 7n, hangup: 0 })
    read(100)
    t.strictSame(poll(READING, 0), { available: 0n, hangup: 1 })
    type('more')
    t.strictSame(poll(READING, 0), { available: 4n, hangup: 0 })
    t.strictSame(poll(WRITING, 2), { available: 0n, hangup: 0 })
    for (const [kind, fd] of [
      [READING, 1],
      [WRITING, 0],
      [READING, 3],
      [WRITING, 3],
    ] as const) {
      t.equal(poll(kind, fd), BADF, `${kind} ${fd}`)
    }
  })

  t.test(`${version}: a poll for something that there is not is refused whole`, async (t) => {
    const { call, view } = createWasiGuest(version)
    view().setUint8(8, 3)
    t.equal(call('poll_oneoff', 0, 4096, 1, 512), INVAL)
  })
}

t.test('a poll for nothing, or for more than anybody waits for, is refused', async (t) => {
  const { call } = createWasiGuest()
  for (const count of [0, 257, -1]) t.equal(call('poll_oneoff', 0, 4096, count, 512), INVAL)
})
