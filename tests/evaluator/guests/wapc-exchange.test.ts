import t from 'tap'
import { GuestMemory } from '../../../evaluator/guests/guest-memory.ts'
import { createExchange, wapcImports } from '../../../evaluator/guests/wapc-exchange.ts'

function createImports(...answers: (string | Error)[]) {
  const pages = new WebAssembly.Memory({ initial: 1 })
  const memory = new GuestMemory()
  memory.attach(pages)
  const calls: string[] = []
  const exchange = createExchange(Buffer.from('validate'), [])
  const imports = wapcImports(() => exchange, memory, {
    callHost(binding, namespace, operation, payload) {
      calls.push(`${binding} ${namespace} ${operation} ${Buffer.from(payload)}`)
      const answer = answers.shift() ?? ''
      if (answer instanceof Error) throw answer
      return Buffer.from(answer)
    },
    console() {},
  })
  memory.write(0, Buffer.from('kubewardennetv1/dns_lookup_host"example.org"'))
  const callHost = () => imports.__host_call(0, 10, 10, 3, 13, 18, 31, 13)
  const textAt = (pointer: number, length: number) => Buffer.from(memory.view(pointer, length)).toString()
  return { imports, calls, callHost, textAt }
}

t.test('the host is asked in the words of the guest, and its answer can be fetched', async (t) => {
  const { imports, calls, callHost, textAt } = createImports('{"ips":[]}')
  t.equal(callHost(), 1)
  t.strictSame(calls, ['kubewarden net v1/dns_lookup_host "example.org"'])
  t.equal(imports.__host_response_len(), 10)
  imports.__host_response(1000)
  t.equal(textAt(1000, 10), '{"ips":[]}')
  t.equal(imports.__host_error_len(), 0)
})

t.test('each call forgets the answer or error of the one before', async (t) => {
  const { imports, callHost, textAt } = createImports('first', new Error('refused'), 'third')
  callHost()
  t.equal(callHost(), 0)
  t.equal(imports.__host_response_len(), 0)
  t.equal(imports.__host_error_len(), 7)
  imports.__host_response(1000)
  t.equal(textAt(1000, 5), '\0\0\0\0\0')
  imports.__host_error(1000)
  t.equal(textAt(1000, 7), 'refused')
  t.equal(callHost(), 1)
  t.equal(imports.__host_error_len(), 0)
  t.equal(imports.__host_response_len(), 5)
})

t.test('names of any length are cut before anybody repeats them', async (t) => {
  const { imports, calls } = createImports()
  imports.__host_call(0, 60_000, 0, 0, 0, 0, 0, 0)
  t.ok((calls[0]?.length ?? 0) < 300)
})
