import t from 'tap'
import { createReader, WASI_VERSIONS } from '../../helpers/wasi-guest.ts'

for (const version of WASI_VERSIONS) {
  t.test(`${version}: input is read into several buffers, each filled before the next`, async (t) => {
    const { read, stdin } = createReader(version, 'a request ', 'in pieces')
    t.equal(read(4, 0, 3), 'a re||que')
    t.equal(read(9, 100), 'st in pie|ces')
    t.equal(read(10, 10), '|')
    t.equal(stdin.available, 0)
  })

  t.test(`${version}: input that ended can be read again when more has come`, async (t) => {
    const { read, type } = createReader(version, 'request')
    t.strictSame([read(100), read(100), read(100)], ['request', '', ''])
    type('answer of the host')
    t.strictSame([read(6), read(100), read(100)], ['answer', ' of the host', ''])
  })

  t.test(`${version}: a request fills memory that has grown`, async (t) => {
    const { call, view, pages, memory } = createReader(version, 'x'.repeat(100_000))
    pages.grow(1)
    view().setUint32(0, 1024, true)
    view().setUint32(4, 120_000, true)
    t.equal(call('fd_read', 0, 0, 1, 512), 0)
    t.equal(view().getUint32(512, true), 100_000)
    t.ok(memory.view(1024, 100_000).every((byte) => byte === 0x78))
  })
}
