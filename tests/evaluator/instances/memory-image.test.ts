import fc from 'fast-check'
import t from 'tap'
import { MemoryImage } from '../../../evaluator/instances/memory-image.ts'

const PAGE = 65_536

t.test('whatever was written, wherever, and however far it has grown: the memory is as it was', async (t) => {
  const writes = fc.array(fc.tuple(fc.nat(PAGE * 4 - 1), fc.uint8Array({ minLength: 1, maxLength: 5000 })), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(writes, writes, fc.nat(2), (before, after, growth) => {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: 8 })
      write(memory, before)
      const expected = Buffer.from(memory.buffer.slice(0))
      const image = new MemoryImage(memory)
      memory.grow(growth)
      write(memory, after)
      image.restore(memory)
      const grown = Buffer.alloc(growth * PAGE)
      return Buffer.compare(Buffer.from(memory.buffer), Buffer.concat([expected, grown])) === 0
    }),
    { numRuns: 100 },
  )
  t.pass('100 histories')
})

function write(memory: WebAssembly.Memory, writes: readonly (readonly [number, Uint8Array])[]): void {
  const live = new Uint8Array(memory.buffer)
  for (const [at, bytes] of writes) {
    const start = at % live.length
    live.set(bytes.subarray(0, live.length - start), start)
  }
}
