import fc from 'fast-check'
import t from 'tap'
import { BlockMarks } from '../../../evaluator/instances/block-marks.ts'
import { MemoryImage } from '../../../evaluator/instances/memory-image.ts'

const PAGE = 65_536

t.test('whatever was written, wherever, and however far it has grown: the memory is as it was', async (t) => {
  const writes = fc.array(fc.tuple(fc.nat(PAGE * 4 - 1), fc.uint8Array({ minLength: 1, maxLength: 5000 })), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(writes, writes, fc.nat(2), (before, after, growth) => {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: 8 })
      const marks = new BlockMarks(new WebAssembly.Memory({ initial: 1 }))
      write(memory, before)
      const expected = Buffer.from(memory.buffer.slice(0))
      const image = new MemoryImage(memory, marks)
      memory.grow(growth)
      write(memory, after, marks)
      image.restore(memory)
      const grown = Buffer.alloc(growth * PAGE)
      return Buffer.compare(Buffer.from(memory.buffer), Buffer.concat([expected, grown])) === 0
    }),
    { numRuns: 100 },
  )
  t.pass('100 histories')
})

t.test('a block that nobody marked is not looked at, and one that was put back bears no mark', async (t) => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const marks = new BlockMarks(new WebAssembly.Memory({ initial: 1 }))
  const live = new Uint8Array(memory.buffer)
  const image = new MemoryImage(memory, marks)
  write(memory, [[100, Uint8Array.of(1)]], marks)
  live[8192] = 2
  image.restore(memory)
  t.strictSame([live[100], live[8192]], [0, 2])
  live[100] = 3
  image.restore(memory)
  t.equal(live[100], 3)
})

function write(
  memory: WebAssembly.Memory,
  writes: readonly (readonly [number, Uint8Array])[],
  marks?: BlockMarks,
): void {
  const live = new Uint8Array(memory.buffer)
  for (const [at, bytes] of writes) {
    const start = at % live.length
    const written = bytes.subarray(0, live.length - start)
    live.set(written, start)
    marks?.add(start, written.length)
  }
}
