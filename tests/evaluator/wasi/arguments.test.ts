import t from 'tap'
import { createWasiGuest, WASI_VERSIONS } from '../../helpers/wasi-guest.ts'

const [SUCCESS, ARGV, TEXTS] = [0, 100, 1000]

for (const version of WASI_VERSIONS) {
  t.test(`${version}: a command reads its command line as C does`, async (t) => {
    const argv = ['policy.wasm', '', 'größe', 'validate']
    const { call, view, memory } = createWasiGuest(version, { argv })
    t.equal(call('args_sizes_get', 0, 4), SUCCESS)
    const [count, size] = [view().getUint32(0, true), view().getUint32(4, true)]
    t.strictSame([count, size], [4, 'policy.wasm\0\0größe\0validate\0'.length + 2])
    t.equal(call('args_get', ARGV, TEXTS), SUCCESS)
    const texts = Array.from({ length: count }, (_, index) => {
      const start = view().getUint32(ARGV + 4 * index, true)
      const bytes = memory.view(start, TEXTS + size - start)
      return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString()
    })
    t.strictSame(texts, argv)
    t.equal(view().getUint8(TEXTS + size), 0)
  })

  t.test(`${version}: no environment, whatever the host's own is`, async (t) => {
    const { call, view } = createWasiGuest(version, { argv: ['policy.wasm'] })
    view().setBigUint64(0, -1n & 0xffffffffffffffffn, true)
    t.equal(call('environ_sizes_get', 0, 4), SUCCESS)
    t.equal(view().getBigUint64(0, true), 0n)
    t.equal(call('environ_get', 8, 16), SUCCESS)
    t.equal(view().getBigUint64(8, true), 0n)
  })
}
