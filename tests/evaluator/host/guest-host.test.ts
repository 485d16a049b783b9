import t from 'tap'
import { CAPABILITIES } from '../../../evaluator/host/capabilities.ts'
import { createGuestHost } from '../../../evaluator/host/guest-host.ts'
import { PolicyLog, type PolicyLogLine } from '../../../evaluator/host/policy-log.ts'

function createHost(hostCapabilities: readonly string[] = []) {
  const lines: PolicyLogLine[] = []
  const log = new PolicyLog((line) => lines.push(line))
  const host = createGuestHost({ hostCapabilities, contextAwareResources: [] }, log)
  const call = (path: string, payload: string | Uint8Array = '{}') => {
    const [binding = '', namespace = '', ...operation] = path.split(' ')
    return host.callHost(binding, namespace, operation.join(' '), Buffer.from(payload as string))
  }
  return { host, log, lines, call }
}

t.test('what there is not is refused by name', async (t) => {
  const { call } = createHost(['*'])
  const refused: Record<string, string> = {
    'kubernetes namespaces list': 'unknown binding: kubernetes',
    ' tracing log': 'unknown binding: ',
    'kubewarden cache get': 'unknown namespace: cache',
    'kubewarden constructor name': 'unknown namespace: constructor',
    'kubewarden tracing trace': 'unknown operation: trace',
    'kubewarden oci v3/verify': 'unknown operation: v3/verify',
    'kubewarden oci v1': 'unknown operation: v1',
  }
  for (const [path, message] of Object.entries(refused)) t.throws(() => call(path), { message }, path)
})

t.test('a capability that was not granted is refused, and the violation is logged', async (t) => {
  for (const capability of CAPABILITIES) {
    const { call, lines } = createHost()
    const [namespace, ...operation] = capability.split('/')
    t.throws(() => call(`kubewarden ${namespace} ${operation.join('/')}`, 'not even JSON'), {
      message: `Policy has not been granted access to the '${capability}' host capability. The violation has been reported.`,
    })
    t.match(lines, [{ level: 'warn', fields: { capability } }])
  }
})

t.test('a capability that was granted has no back end yet', async (t) => {
  const { call } = createHost(['oci/*'])
  t.throws(() => call('kubewarden oci v2/verify'), {
    message: 'Cannot process Wasm guest request: callback channel not provided',
  })
  t.throws(() => call('kubewarden net v1/dns_lookup_host'), { message: /'net\/v1\/dns_lookup_host' host capability/ })
})

t.test('log lines need no grant, and are answered with nothing', async (t) => {
  const { call, lines } = createHost()
  const levels = { TRACE: 'trace', debug: 'debug', Info: 'info', WARNING: 'warn', error: 'error' }
  for (const level of Object.keys(levels)) {
    t.equal(call('kubewarden tracing log', JSON.stringify({ level, message: level })).length, 0)
  }
  t.strictSame(
    lines.map(({ level, message }) => [message, level]),
    Object.entries(levels),
  )
})

t.test('further keys of a log line are data, which cannot pass for fields of ours', async (t) => {
  const { call, lines } = createHost()
  call('kubewarden tracing log', '{"level":"INFO","message":"m","policy_id":"another","deep":{"a":[1]}}')
  call('kubewarden tracing log', '{"level":"INFO"}')
  call('kubewarden tracing log', '{"level":"INFO","message":null}')
  t.strictSame(lines, [
    { level: 'info', message: 'm', fields: { data: { policy_id: 'another', deep: { a: [1] } } } },
    { level: 'info', message: '', fields: {} },
    { level: 'info', message: '', fields: {} },
  ])
})

t.test('a malformed log line is only logged: to the guest it succeeds', async (t) => {
  const levels = 'level must be one of TRACE, DEBUG, INFO, WARNING, ERROR'
  const malformed: [payload: string | Uint8Array, error: string][] = [
    ['not JSON', 'byte 0 should be a value'],
    [Uint8Array.of(0xff), 'is not UTF-8'],
    ['[]', 'is not a JSON object'],
    ['{"message":"m"}', levels],
    ['{"level":"LOUD"}', levels],
    ['{"level":"INFO","message":7}', 'message must be a string'],
    [`{"level":"INFO","message":"${'m'.repeat(20_000)}"}`, 'is 19.6 KiB long, where 16 KiB are taken'],
  ]
  for (const [payload, error] of malformed) {
    const { call, lines } = createHost()
    t.equal(call('kubewarden tracing log', payload).length, 0)
    t.match(lines, [{ level: 'error', message: 'Cannot log event', fields: { error, payload: String } }])
    t.ok(String(lines[0]?.fields['payload']).length <= 1024)
  }
})

t.test('what the guest prints is logged at info, but for empty lines', async (t) => {
  const { host, lines } = createHost()
  host.console('hello')
  host.console(' ')
  t.strictSame(lines, [{ level: 'info', message: 'hello', fields: {} }])
})

t.test('a policy that logs in a loop is cut off, and the end says how much was dropped', async (t) => {
  const { host, log, lines } = createHost()
  for (let index = 0; index < 1000; index++) host.console(`line ${index}`)
  t.equal(lines.length, 100)
  log.close()
  t.match(lines.at(-1), { level: 'warn', message: 'policy logged 900 lines more, which were dropped' })
  t.equal(lines.length, 101)
})

t.test('a log that stayed within its limit ends without a word', async (t) => {
  const { host, log, lines } = createHost()
  host.console('only')
  log.close()
  t.equal(lines.length, 1)
})

t.test('a very long message is cut', async (t) => {
  const { host, lines } = createHost()
  host.console('x'.repeat(10_000))
  t.equal(lines[0]?.message.length, 4097)
})
