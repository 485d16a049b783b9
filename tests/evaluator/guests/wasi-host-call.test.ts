import t from 'tap'
import type { GuestHost } from '../../../evaluator/guests/guest.ts'
import { GuestMemory } from '../../../evaluator/guests/guest-memory.ts'
import { hostCallImports } from '../../../evaluator/guests/wasi-host-call.ts'
import { InputQueue } from '../../../evaluator/wasi/input-queue.ts'

const NAMES = 'kubewardennetv1/dns_lookup_host"example.org"'

/** The two imports, a memory of one page with the words of a call, and what the host answers. */
function createImports(callHost: GuestHost['callHost']) {
  const memory = new GuestMemory()
  memory.attach(new WebAssembly.Memory({ initial: 1 }))
  memory.write(0, Buffer.from(NAMES))
  const stdin = new InputQueue()
  const imports = hostCallImports(memory, stdin, { callHost, console() {} })
  type Call = (...args: number[]) => number
  const functions = ['host', 'kubewarden:javy/host'].map((module) => imports[module]?.['call'] as Call)
  const readAll = () => {
    const bytes = new Uint8Array(stdin.available)
    stdin.read(bytes)
    return Buffer.from(bytes).toString()
  }
  return { functions, stdin, readAll }
}

const WORDS = [0, 10, 10, 3, 13, 18, 31, 13] as const

t.test('the host is asked in the words of the guest, and answers through its input', async (t) => {
  const calls: string[] = []
  const { functions, readAll } = createImports((...words) => {
    calls.push(words.map((word) => Buffer.from(word).toString()).join(' '))
    return Buffer.from('{"ips":[]}')
  })
  for (const call of functions) {
    t.equal(call(...WORDS), 0)
    t.equal(readAll(), '{"ips":[]}')
  }
  t.strictSame(calls, Array(2).fill('kubewarden net v1/dns_lookup_host "example.org"'))
})

t.test('an error is 1, the reverse of waPC, and its text is the answer', async (t) => {
  const { functions, readAll } = createImports(() => {
    throw new Error('refused')
  })
  for (const call of functions) {
    t.equal(call(...WORDS), 1)
    t.equal(readAll(), 'refused')
  }
})

t.test('an empty answer leaves the input as it was', async (t) => {
  const { functions, stdin } = createImports(() => new Uint8Array())
  for (const call of functions) t.equal(call(...WORDS), 0)
  t.equal(stdin.pieces, 0)
})

t.test('names of any length are cut before anybody repeats them', async (t) => {
  const lengths: number[] = []
  const { functions } = createImports((binding) => {
    lengths.push(binding.length)
    return new Uint8Array()
  })
  functions[0]?.(0, 60_000, 0, 0, 0, 0, 0, 0)
  t.ok((lengths[0] ?? 300) < 300)
})

t.test('a guest may leave answers unread, but not without end, neither in number nor in size', async (t) => {
  const message = /^guest asked the host again without reading its answers/
  const small = createImports(() => Buffer.from('x'))
  for (let index = 0; index < 1000; index++) small.functions[0]?.(...WORDS)
  t.throws(() => small.functions[0]?.(...WORDS), { name: 'GuestFailure', message })
  small.readAll()
  t.equal(small.functions[0]?.(...WORDS), 0)
  const large = createImports(() => Buffer.alloc(32 * 1024 * 1024))
  t.equal(large.functions[0]?.(...WORDS), 0)
  t.equal(large.functions[0]?.(...WORDS), 0)
  t.throws(() => large.functions[0]?.(...WORDS), { message })
})

t.test('words outside the memory are a failure of the guest', async (t) => {
  const { functions } = createImports(() => new Uint8Array())
  for (let index = 0; index < WORDS.length; index++) {
    const words = WORDS.map((word, at) => (at === index ? -4 : word))
    t.throws(() => functions[0]?.(...words), { name: 'GuestFailure' }, `argument ${index}`)
  }
})
