import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { YoungBuffers } from '../../../shim/http/young-buffers.ts'

const BYTES = 100 * 1024
const MIB = 1024 * 1024

t.test('buffers of large requests do not pile up', async (t) => {
  const buffers = new YoungBuffers()
  let most = 0
  for (let i = 0; i < 1000; i++) {
    Buffer.alloc(BYTES)
    buffers.forget(BYTES)
    await setImmediate()
    most = Math.max(most, process.memoryUsage().arrayBuffers)
  }
  t.ok(most < 16 * MIB, `${Math.round(most / MIB)} MiB at the most`)
})
