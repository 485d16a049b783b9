import t from 'tap'
import { createParkedInstances, evaluate, type PolicyLogLine } from '../../../../evaluator/evaluate.ts'
import { embedMetadata } from '../../../../evaluator/module/metadata-section.ts'
import { createPolicy, createRequest, evaluateLogged, MIB } from '../../../helpers/evaluations.ts'
import { buildOpaGuest, type OpaGuest } from '../../../helpers/opa-guest.ts'
import { buildRegoPolicy, compileRego } from '../../../helpers/rego.ts'

const ask = async (guest: OpaGuest, options: Parameters<typeof createPolicy>[1] = {}) =>
  evaluateLogged(await createPolicy(buildOpaGuest(guest), options))

t.test('a guest made by hand is asked step by step, and answers', async (t) => {
  t.match((await ask({})).response, { allowed: true })
})

t.test('modules of old compilers, which are asked step by step, give the same answers', async (t) => {
  const rego = `package policy
    main := {"response": {"allowed": false, "status": {"message": json.marshal([input, data.a, sprintf("%v", [{1, 2}])])}}}`
  const module = Buffer.from(await compileRego(rego, 'policy/main'))
  const name = Buffer.from('\x08opa_eval\0')
  const at = module.indexOf(name)
  t.ok(at > 0, 'the module of today exports opa_eval')
  const old = Buffer.from(module)
  old.write('opa_EVAL', at + 1)
  const metadata = { mutating: true, executionMode: 'opa' }
  const answerOf = async (bytes: Uint8Array) =>
    evaluateLogged(
      await createPolicy(embedMetadata(bytes, metadata), { settings: { a: [1] } }),
      createRequest('{"b":1.50}'),
    )
  const answer = await answerOf(module)
  t.match(answer.message, '1.50')
  t.strictSame((await answerOf(old)).response, answer.response)
})

t.test('a module that is none of OPA says why', async (t) => {
  const refused = async (guest: OpaGuest, message: RegExp) =>
    t.rejects(createPolicy(buildOpaGuest(guest)), { code: 'ERR_MODULE_INVALID', message })
  await refused(
    { without: ['eval', 'builtins'] },
    /does not export the function `builtins`; it does not export the function `eval`/,
  )
  await refused({ without: ['memory'] }, /does not import the memory `env\.memory`/)
  await refused({ more: '', without: ['opa_malloc'] }, /is not an opa policy/)
})

t.test('a module of another version of the interface is refused', async (t) => {
  t.match((await ask({ major: 2 })).message, /guest speaks version 2\.1 of OPA's Wasm ABI, where 1 is supported/)
})

t.test('a guest that gives up says why', async (t) => {
  const { response } = await ask({ eval: (text) => `(call $abort ${text('var assignment conflict')})` })
  t.match(response, {
    allowed: false,
    status: { code: 500, message: 'internal server error: guest aborted: var assignment conflict' },
  })
})

t.test('a conflict in real Rego is such a failure', async (t) => {
  const policy = await buildRegoPolicy('opa', 'package policy\nmain := x if some x in input.request.object.list')
  const { message } = evaluateLogged(policy, createRequest('{"list":[1,2]}'))
  t.match(message, /^internal server error: guest aborted: .*conflict/)
})

t.test('a guest that prints is heard', async (t) => {
  t.match((await ask({ eval: (text) => `(call $println ${text('hello')})` })).lines, [{ message: 'hello' }])
})

t.test('traps are told from answers', async (t) => {
  t.match((await ask({ eval: () => '(unreachable)' })).message, 'internal server error: guest trapped: unreachable')
  const recursive = '(func $deep (call $deep))'
  t.match((await ask({ eval: () => '(call $deep)', more: recursive })).message, /call stack exhausted/)
})

t.test('declarations of built-ins that cannot be read are refused', async (t) => {
  for (const builtins of ['', 'x', '[]x', '1', 'null', '{"trace":"0"}', '{"trace":1.5}'])
    t.match((await ask({ builtins })).message, /guest does not say which built-ins it needs/, builtins)
  t.match((await ask({ builtins: '{"b":1,"trace":2,"a":3}' })).message, /Missing Rego builtins: a, b$/)
  for (const name of ['__proto__', 'constructor', 'toString'])
    t.match((await ask({ builtins: `{"${name}":1}` })).message, new RegExp(`Missing Rego builtins: ${name}$`))
})

t.test('what a guest hands to a built-in is checked', async (t) => {
  const call = (value: string, id = 1) =>
    ask({
      builtins: '{"trace":1}',
      pages: 16,
      eval: (text) => `(drop (call $builtin1 (i32.const ${id}) (i32.const 0) ${text(value)}))`,
    })
  t.match((await call('"said"')).lines, [{ message: 'said' }])
  t.match((await call('"said"')).response, { allowed: true })
  // a wrong type makes the call undefined, as in OPA
  t.match((await call('1')).response, { allowed: true })
  t.match((await call('"x"', 2)).message, /called a built-in by the number 2, which it did not declare/)
  for (const text of ['', '"', '"\\x"', '{', '[1', '{1:2,3}', '{1,2:3}', '1 2', 'nul', '-', '[1,]'])
    t.match((await call(text)).message, /guest passed a built-in what is no value, at character \d+/, text)
  t.match((await call('['.repeat(50_000))).message, /call stack|no value/)
  t.match((await call(`[${'1,'.repeat(250_000)}1]`)).message, /built-ins take at most 200000 values/)
})

t.test('a text that is no UTF-8 is refused', async (t) => {
  const guest: OpaGuest = {
    builtins: '{"trace":1}',
    more: String.raw`(data (i32.const 60000) "\"\ff\"\00")`,
    eval: () => '(drop (call $builtin1 (i32.const 1) (i32.const 0) (i32.const 60000)))',
  }
  t.match((await ask(guest)).message, /a text that is not UTF-8/)
})

t.test('addresses outside of the memory are refused', async (t) => {
  const out = '(i32.const -5)'
  t.match((await ask({ eval: () => `(call $println ${out})` })).message, /outside of its memory/)
  t.match((await ask({ eval: () => `(call $abort ${out})` })).message, /outside of its memory/)
  const unterminated =
    '(memory.fill (i32.const 70000) (i32.const 65) (i32.const 61072)) (call $println (i32.const 70000))'
  t.match((await ask({ eval: () => unterminated })).message, /guest passed a text that does not end/)
})

t.test('a call before the module has been started is refused', async (t) => {
  const early = '(func $early (drop (call $builtin1 (i32.const 1) (i32.const 0) (i32.const 0)))) (start $early)'
  t.match((await ask({ more: early })).message, /guest could not be instantiated: .*before it was started/)
})

t.test('a policy that needs more memory than it may have is told so', async (t) => {
  const policy = await buildRegoPolicy(
    'opa',
    'package policy\nmain := {"response": {"allowed": count(numbers.range(1, 10000000)) > 0}}',
    { memoryLimitBytes: 4 * MIB },
  )
  t.match(evaluateLogged(policy).message, /guest aborted: opa_malloc: failed; memory limit of 4 MiB reached/)
})

t.test(
  'an instance that is kept answers each request by itself: with its own time, random numbers and log',
  async (t) => {
    const policy = await buildRegoPolicy(
      'opa',
      `package policy
    main := {"response": {"allowed": true, "warnings": [sprintf("%d %d", [time.now_ns(), rand.intn("key", 1000000)])]}} if {
      print("asked about", input.request.object.name)
      trace(input.request.object.name)
    }`,
    )
    t.ok(policy.module.restorable)
    const instances = createParkedInstances()
    const ask = (name: string) => {
      const lines: PolicyLogLine[] = []
      const { allowed, warnings } = evaluate(
        policy,
        createRequest(`{"name":"${name}"}`),
        (line) => lines.push(line),
        instances,
      )
      return { allowed, warnings, logged: lines.map(({ message }) => message).join() }
    }
    const [one, other] = [ask('one'), ask('other')]
    t.match([one, other], [{ allowed: true }, { allowed: true }])
    t.not(one.warnings?.[0], other.warnings?.[0])
    t.match([one.logged, other.logged], [/one/, /other/])
    t.notMatch(other.logged, /one/)
  },
)
