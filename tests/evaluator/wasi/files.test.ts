import t from 'tap'
import { createWasiGuest } from '../../helpers/wasi-guest.ts'

const [SUCCESS, BADF, SPIPE] = [0, 8, 70]

/** A guest that can print: writes texts one behind the other from 1024 on, and vectors to them at 0; the count is at 512. */
function createPrinter() {
  const guest = createWasiGuest()
  const write = (fd: number, ...texts: string[]) => {
    let at = 1024
    for (const [index, text] of texts.entries()) {
      guest.view().setUint32(index * 8, at, true)
      guest.view().setUint32(index * 8 + 4, Buffer.byteLength(text), true)
      guest.memory.write(at, Buffer.from(text))
      at += Buffer.byteLength(text)
    }
    return guest.call('fd_write', fd, 0, texts.length, 512)
  }
  return { ...guest, write }
}

t.test('output is cut into lines, whoever writes them in whatever pieces', async (t) => {
  const { lines, streams, write, view } = createPrinter()
  t.equal(write(1, 'one', ' line\ntwo\n\nth'), SUCCESS)
  t.equal(view().getUint32(512, true), 16)
  t.equal(write(2, 'error\n'), SUCCESS)
  t.equal(write(1, 'ree'), SUCCESS)
  t.strictSame(lines, ['one line', 'two', '', 'error'])
  streams.flush()
  streams.flush()
  t.strictSame(lines.slice(4), ['three'])
})

t.test('a letter of several bytes survives being written in two pieces', async (t) => {
  const { lines, memory, view, call } = createWasiGuest()
  const bytes = Buffer.from('ü\n')
  memory.write(1024, bytes)
  for (const [at, length] of [
    [1024, 1],
    [1025, 2],
  ] as const) {
    view().setUint32(0, at, true)
    view().setUint32(4, length, true)
    call('fd_write', 1, 0, 1, 512)
  }
  t.strictSame(lines, ['ü'])
})

t.test('a line without end is kept as far as it is useful', async (t) => {
  const { lines, write } = createPrinter()
  for (let index = 0; index < 100; index++) write(2, 'x'.repeat(1000))
  t.strictSame(lines, [])
  write(2, '\nnext\n')
  t.strictSame(lines, [`${'x'.repeat(4096)}…`, 'next'])
})

t.test('standard input has ended before it began', async (t) => {
  const { call, view } = createWasiGuest()
  view().setUint32(512, 7, true)
  t.equal(call('fd_read', 0, 0, 1, 512), SUCCESS)
  t.equal(view().getUint32(512, true), 0)
})

t.test('the standard streams look like terminals', async (t) => {
  for (const fd of [0, 1, 2]) {
    const { call, view } = createWasiGuest()
    t.equal(call('fd_fdstat_get', fd, 0), SUCCESS)
    t.equal(view().getUint8(0), 2)
    t.equal(call('fd_filestat_get', fd, 64), SUCCESS)
    t.equal(view().getUint8(64 + 16), 2)
    t.equal(call('fd_seek', fd, 0n, 0, 0), SPIPE)
    t.equal(call('fd_fdstat_set_flags', fd, 4), SUCCESS)
    t.equal(call('fd_close', fd), SUCCESS)
  }
})

t.test('the older interface has a shorter file status, and nothing is written behind it', async (t) => {
  const { call, view } = createWasiGuest('wasi_unstable')
  view().setUint8(56, 7)
  t.equal(call('fd_filestat_get', 1, 0), SUCCESS)
  t.equal(view().getUint8(56), 7)
})

t.test('no folder is open, which is what runtimes look for first', async (t) => {
  const { call } = createWasiGuest()
  for (const fd of [3, 4, -1]) t.equal(call('fd_prestat_get', fd, 0), BADF)
})

t.test('input is not written, and output is not read', async (t) => {
  const { call } = createWasiGuest()
  t.equal(call('fd_write', 0, 0, 0, 512), BADF)
  t.equal(call('fd_read', 1, 0, 0, 512), BADF)
})
