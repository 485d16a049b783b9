import * as fc from 'fast-check'
import t from 'tap'
import { InputQueue, NO_INPUT } from '../../../evaluator/wasi/input-queue.ts'

t.test('whatever is added and read in whatever pieces, all bytes come out once and in order', async () => {
  const step = fc.oneof(
    fc.record({ add: fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 4 }) }),
    fc.record({ read: fc.nat(20) }),
  )
  await fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new InputQueue()
      const [added, got]: [number[], number[]] = [[], []]
      for (const step of steps) {
        if ('add' in step) {
          queue.append(...step.add)
          added.push(...step.add.flatMap((piece) => [...piece]))
          continue
        }
        const target = new Uint8Array(step.read)
        const length = queue.read(target)
        got.push(...target.subarray(0, length))
        if (length !== Math.min(step.read, added.length - got.length + length)) return false
      }
      return queue.available === added.length - got.length && got.every((byte, index) => byte === added[index])
    }),
  )
})

t.test('empty means end of file, and reading goes on when more has come', async (t) => {
  const queue = new InputQueue()
  const read = () => {
    const target = new Uint8Array(8)
    return Buffer.from(target.subarray(0, queue.read(target))).toString()
  }
  t.equal(read(), '')
  queue.append(Buffer.from('first'))
  t.strictSame([read(), read(), read()], ['first', '', ''])
  queue.append(Buffer.from('second'), Buffer.from(''), Buffer.from(' piece'))
  t.equal(queue.pieces, 2)
  t.strictSame([read(), read(), read()], ['second p', 'iece', ''])
  t.equal(queue.pieces, 0)
})

t.test('what was not read can be forgotten', async (t) => {
  const queue = new InputQueue()
  queue.append(Buffer.from('rest'))
  queue.read(new Uint8Array(1))
  queue.clear()
  t.strictSame([queue.available, queue.pieces, queue.read(new Uint8Array(4))], [0, 0, 0])
})

t.test('a guest that is no command has nothing to read', async (t) => {
  t.equal(NO_INPUT.read(new Uint8Array(4)), 0)
})
