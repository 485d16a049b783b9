import t from 'tap'
import { Descriptors } from '../../../evaluator/wasi/descriptors.ts'
import { createReader, createWasiGuest, WASI_VERSIONS } from '../../helpers/wasi-guest.ts'

const [SUCCESS, BADF, INVAL] = [0, 8, 28]

/** Writes `hi` and a line's end to a file descriptor. */
function greet({ memory, view, call }: ReturnType<typeof createWasiGuest>, fd: number) {
  memory.write(1024, Buffer.from('hi\n'))
  view().setUint32(0, 1024, true)
  view().setUint32(4, 3, true)
  return call('fd_write', fd, 0, 1, 512)
}

for (const version of WASI_VERSIONS) {
  t.test(`${version}: what is closed is closed, and nothing else is`, async (t) => {
    const guest = createWasiGuest(version)
    t.equal(guest.call('fd_close', 1), SUCCESS)
    t.equal(guest.call('fd_close', 1), BADF)
    t.equal(greet(guest, 1), BADF)
    t.equal(guest.call('fd_fdstat_get', 1, 0), BADF)
    t.equal(greet(guest, 2), SUCCESS)
    t.strictSame(guest.lines, ['hi'])
  })

  t.test(`${version}: a descriptor takes the place of another`, async (t) => {
    const guest = createReader(version, 'input')
    t.equal(guest.call('fd_renumber', 1, 0), SUCCESS)
    t.equal(greet(guest, 1), BADF)
    t.equal(guest.read(5), BADF)
    t.equal(greet(guest, 0), SUCCESS)
    t.strictSame(guest.lines, ['hi'])
    for (const [from, to] of [
      [1, 0],
      [0, 1],
      [0, 3],
      [3, 0],
    ] as const) {
      t.equal(guest.call('fd_renumber', from, to), BADF, `${from} ${to}`)
    }
    t.equal(guest.call('fd_renumber', 2, 2), SUCCESS)
    t.equal(greet(guest, 2), SUCCESS)
  })

  t.test(`${version}: a status tells what a descriptor may do, and the flags that were set`, async (t) => {
    const { call, view } = createWasiGuest(version)
    const [READ, WRITE, NONBLOCK, UNKNOWN] = [2n, 64n, 4, 32]
    for (const [fd, rights] of [
      [0, READ],
      [1, WRITE],
      [2, WRITE],
    ] as const) {
      t.equal(call('fd_fdstat_set_flags', fd, fd === 1 ? NONBLOCK : 0), SUCCESS)
      t.equal(call('fd_fdstat_get', fd, 64), SUCCESS)
      t.equal(view().getUint16(64 + 2, true), fd === 1 ? NONBLOCK : 0)
      t.equal(view().getBigUint64(64 + 8, true), rights)
      t.equal(view().getBigUint64(64 + 16, true), rights)
    }
    t.equal(call('fd_fdstat_set_flags', 1, UNKNOWN), INVAL)
  })
}

t.test('descriptors can be put back to what was open at first', async (t) => {
  const { streams } = createWasiGuest()
  const descriptors = new Descriptors(streams)
  descriptors.close(0)
  descriptors.renumber(2, 1)
  for (const fd of [0, 1, 2]) descriptors.setFlags(descriptors.get(fd) ?? { flags: 0 }, 4)
  t.equal(descriptors.changes, 5)
  descriptors.reset()
  t.equal(descriptors.changes, 0)
  t.equal(descriptors.get(0)?.input, streams.stdin)
  t.equal(descriptors.get(1)?.output, streams.stdout)
  t.equal(descriptors.get(2)?.output, streams.stderr)
  t.ok([0, 1, 2].every((fd) => descriptors.get(fd)?.flags === 0))
})
