import t from 'tap'
import { parseRawReview } from '../../../evaluator/admission-request.ts'
import { evaluate } from '../../../evaluator/evaluate.ts'
import { WASI_COMMAND } from '../../../evaluator/guests/wasi-command.ts'
import { createPolicy, createRequest, evaluateLogged, MIB, validateSettingsLogged } from '../../helpers/evaluations.ts'
import { buildGuestFrom } from '../../helpers/guests.ts'
import { answer, buildCommand, callHost, echo, type PlaceText, WASI_METADATA } from '../../helpers/wasi-commands.ts'

const ACCEPTED = '{"accepted":true}'
const VALID = '{"valid":true}'

const run = async (code: (text: PlaceText) => string, settings = {}) =>
  evaluateLogged(await createPolicy(buildCommand(code), { settings }))
const check = async (code: (text: PlaceText) => string, settings = {}) =>
  validateSettingsLogged(await createPolicy(buildCommand(code), { settings })).verdict

const say = (text: string) => (place: PlaceText) => `(call $print (i32.const 2) ${place(text)})`
const exit = (code: number) => `(call $exit (i32.const ${code}))`

t.test('a command is told by its arguments what it is asked', async (t) => {
  const commandLine = () => `(drop (call $args_get (i32.const 500) (i32.const 600)))
    (call $print (i32.const 2) (i32.const 600) (i32.const 30)) ${exit(1)}`
  t.equal((await run(commandLine)).message, 'policy.wasm\0validate\0'.padEnd(30, '\0'))
  t.equal((await check(commandLine)).message, 'policy.wasm\0validate-settings\0')
})

t.test('it reads request and settings, or the settings alone, from its input', async (t) => {
  const request = createRequest('{"big":12345678901234567890, "f":1.0}')
  const policy = await createPolicy(
    buildCommand(() => `${echo(2)} ${exit(1)}`),
    { settings: { a: [1] } },
  )
  t.equal(
    evaluateLogged(policy, request).message,
    '{"request":{"uid":"u1","object":{"big":12345678901234567890, "f":1.0}},"settings":{"a":[1]}}',
  )
  t.equal(validateSettingsLogged(policy).verdict.message, '{"a":[1]}')
})

t.test('it succeeds by returning or by exiting with 0, and its output is the answer', async (t) => {
  const denied = '{"accepted":false,"message":"no","code":403,"warnings":["w"],"audit_annotations":{"a":"b"}}\n'
  for (const ending of ['', exit(0), `(return)`]) {
    const { response, lines } = await run((text) => `${answer(denied)(text)} ${ending}`)
    t.strictSame(response, {
      uid: 'u1',
      allowed: false,
      status: { message: 'no', code: 403 },
      auditAnnotations: { a: 'b' },
      warnings: ['w'],
    })
    t.strictSame(lines, [])
    t.strictSame(await check((text) => `${answer(VALID)(text)} ${ending}`), { valid: true })
  }
  t.strictSame(await check(answer('{"valid":false,"message":"no such label"}')), {
    valid: false,
    message: 'no such label',
  })
})

t.test('an answer is put together of what was written in pieces', async (t) => {
  const { response } = await run((text) => [...ACCEPTED].map((letter) => answer(letter)(text)).join(' '))
  t.ok(response.allowed)
})

t.test('any other end is a denial with code 500, in the words of the command and no others', async (t) => {
  for (const ending of [exit(1), exit(2), exit(-1), '(unreachable)']) {
    const code = (text: PlaceText) =>
      `${answer(ACCEPTED)(text)} ${say('\n  cannot read\nthe object \n\n')(text)} ${ending}`
    const { response } = await run(code)
    t.strictSame(response, {
      uid: 'u1',
      allowed: false,
      status: { message: 'cannot read\nthe object', code: 500 },
      auditAnnotations: null,
      warnings: null,
    })
    t.strictSame(await check(code), { valid: false, message: 'cannot read\nthe object' })
  }
})

t.test('a command that fails without a word is described', async (t) => {
  const descriptions: Record<string, string> = {
    [exit(3)]: 'guest exited with code 3',
    '(unreachable)': 'guest trapped: unreachable',
    '(drop (i32.div_s (i32.const 1) (i32.const 0)))': 'guest trapped: divide by zero',
    '(drop (call $read (i32.const -4)))': 'guest passed 1000 bytes at 4294967292, but its memory ends at 262144',
  }
  for (const [ending, message] of Object.entries(descriptions)) {
    const code = (text: PlaceText) => `${say(' \n')(text)} ${ending}`
    t.strictSame((await run(code)).response.status, { message, code: 500 })
    t.strictSame(await check(code), { valid: false, message })
  }
})

t.test('why the host stopped a command that had something else to say is logged', async (t) => {
  const { message, lines } = await run((text) => `${say('half a thought')(text)} (unreachable)`)
  t.equal(message, 'half a thought')
  t.strictSame(lines, [{ level: 'warn', message: 'guest trapped: unreachable', fields: {} }])
  t.strictSame((await run((text) => `${say('no')(text)} ${exit(1)}`)).lines, [])
})

t.test('what a command that succeeds says aside is logged as a warning', async (t) => {
  const { response, lines } = await run((text) => `${say('deprecated\nsetting\n')(text)} ${answer(ACCEPTED)(text)}`)
  t.ok(response.allowed)
  t.strictSame(lines, [{ level: 'warn', message: 'stderr: deprecated\nsetting', fields: {} }])
})

t.test('an answer that cannot be read is a denial that says so', async (t) => {
  const unreadable: Record<string, RegExp> = {
    '': /end|empty/,
    'not JSON': /./,
    '{"accepted":1}': /^accepted: must be true or false, but is a number$/,
    '{"accepted":true} and more': /./,
  }
  for (const [text, reason] of Object.entries(unreadable)) {
    const { response } = await run(answer(text))
    t.match(response, { allowed: false, status: { code: 500 } }, text)
    const [start, rest] = (response.status?.message ?? '').split('response: ')
    t.equal(start, 'internal server error: Cannot deserialize policy validation ', text)
    t.match(rest, reason, text)
    const verdict = await check(answer(text.replace('accepted', 'valid')))
    t.notOk(verdict.valid)
    t.match(verdict.message, /^Cannot deserialize settings validation response: /, text)
  }
})

t.test('the object that a command gives back is compared with the one it got', async (t) => {
  const policy = await createPolicy(buildCommand(answer('{"accepted":true,"mutated_object":{"a":1.0,"b":2}}')))
  const { response } = evaluateLogged(policy, createRequest('{"a":1.0}'))
  t.equal(response.patchType, 'JSONPatch')
  t.equal(Buffer.from(response.patch ?? '', 'base64').toString(), '[{"op":"add","path":"/b","value":2}]')
  t.match(evaluateLogged(policy, createRequest()).message, /^Incoming object is null/)
})

t.test('of a raw request the whole is given, and may be mutated', async (t) => {
  const raw = parseRawReview(Buffer.from('{"request":{"uid":"r1","user":"tonio"}}'))
  const echoing = await createPolicy(buildCommand(() => `${echo(2)} ${exit(1)}`))
  t.match(
    evaluate(echoing, raw, () => {}),
    {
      uid: 'r1',
      status: { message: '{"request":{"uid":"r1","user":"tonio"},"settings":{}}' },
    },
  )
  const mutating = await createPolicy(buildCommand(answer('{"accepted":true,"mutated_object":{"uid":"r1"}}')))
  const { patch = '' } = evaluate(mutating, raw, () => {})
  t.equal(Buffer.from(patch, 'base64').toString(), '[{"op":"remove","path":"/user"}]')
})

t.test('a large request reaches the command, and a large answer comes back', async (t) => {
  const object = JSON.stringify({ text: 'x'.repeat(5_000_000) })
  const module = buildCommand(
    (text) => `(drop (memory.grow (i32.const 100)))
      (local.set $length (call $read (i32.const 65536)))
      ${answer('{"accepted":true,"mutated_object":')(text)}
      (call $print (i32.const 1) (i32.const ${65_536 + '{"request":{"uid":"u1","object":'.length}) (i32.const ${object.length}))
      ${answer('}')(text)}`,
  )
  const { response } = evaluateLogged(await createPolicy(module), createRequest(object))
  t.strictSame([response.allowed, response.status, response.patch], [true, undefined, undefined])
})

t.test('an answer larger than anything that the API server sends is not taken', async (t) => {
  const module = buildCommand(() => '(loop $on (call $print (i32.const 1) (i32.const 0) (i32.const 262144)) (br $on))')
  const { message } = evaluateLogged(await createPolicy(module))
  t.equal(message, 'guest answered with more than 16777216 bytes')
})

t.test('an account of a failure without end is cut', async (t) => {
  const module = buildCommand(
    (text) => `${say('start')(text)} (memory.fill (i32.const 70000) (i32.const 120) (i32.const 100000))
      (call $print (i32.const 2) (i32.const 70000) (i32.const 100000)) ${exit(1)}`,
  )
  const { message = '' } = evaluateLogged(await createPolicy(module))
  t.match(message, /^startx+… \(97\.7 KiB in all\)$/)
  t.ok(message.length < 66_000)
})

t.test('words that are not UTF-8 are shown as far as they can be', async (t) => {
  const module = buildCommand(
    () => `(call $print (i32.const 2) (i32.const 200) (i32.const 3)) ${exit(1)}`,
    '(data (i32.const 200) "a\\ffb")',
  )
  t.equal(evaluateLogged(await createPolicy(module)).message, 'a\ufffdb')
})

t.test('the host is called by either name, and its answer is read from the input', async (t) => {
  for (const name of ['$host', '$javy'] as const) {
    const payload = '{"level":"WARNING","message":"asked"}'
    const { message, lines } = await run(
      (text) => `(drop (call $read (i32.const 65536)))
        ${callHost(text, name, ['kubewarden', 'tracing', 'log', payload])}
        (if (local.get $code) (then (unreachable)))
        ${callHost(text, name, ['kubewarden', 'nonsense', 'log', ''])}
        (if (i32.ne (local.get $code) (i32.const 1)) (then (unreachable)))
        ${echo(2)} ${say('|')(text)}
        ${callHost(text, name, ['nobody', 'tracing', 'log', ''])}
        ${echo(2)} ${exit(1)}`,
    )
    t.equal(message, 'unknown namespace: nonsense|unknown binding: nobody')
    t.match(lines, [{ level: 'warn', message: 'asked' }])
  }
})

t.test('a capability that was not granted is refused to a command too', async (t) => {
  const module = buildCommand(
    (text) => `(drop (call $read (i32.const 65536)))
      ${callHost(text, '$host', ['kubewarden', 'oci', 'v2/verify', '{}'])} ${echo(2)} ${exit(1)}`,
  )
  t.equal(
    evaluateLogged(await createPolicy(module)).message,
    "Policy has not been granted access to the 'oci/v2/verify' host capability. The violation has been reported.",
  )
  const granted = await createPolicy(module, { hostCapabilities: ['oci/*'] })
  t.equal(evaluateLogged(granted).message, 'Cannot process Wasm guest request: callback channel not provided')
})

t.test('an answer that comes before the request was read stands behind it', async (t) => {
  const { message } = await run((text) => `${callHost(text, '$host', ['nobody', '', '', ''])} ${echo(2)} ${exit(1)}`)
  t.equal(message, '{"request":{"uid":"u1","object":{}},"settings":{}}unknown binding: nobody')
})

t.test('a command that asks and never listens is stopped', async (t) => {
  const { message } = await run((text) => `(loop $on ${callHost(text, '$host', ['nobody', '', '', ''])} (br $on))`)
  t.match(message, /^guest asked the host again without reading its answers \(\d+ bytes are waiting\)$/)
})

t.test('a command that ran out of memory is told the limit, whatever it said', async (t) => {
  const grow = (pages: number) => `(drop (memory.grow (i32.const ${pages})))`
  const limit = 'memory limit of 16 MiB reached'
  const endings: [code: (text: PlaceText) => string, message: string][] = [
    [() => `${grow(200)} (unreachable)`, `guest trapped: unreachable; ${limit} (12.8 MiB in use)`],
    [
      (text) => `${say('fatal error: out of memory\n\ngoroutine 1:\n')(text)} ${exit(2)}`,
      `fatal error: out of memory\n\ngoroutine 1:; ${limit} (256 KiB in use)`,
    ],
    [
      (text) => `${say('memory allocation of 99 bytes failed')(text)} (unreachable)`,
      `memory allocation of 99 bytes failed; ${limit} (256 KiB in use)`,
    ],
    [(text) => `${grow(200)} ${say('no such label')(text)} ${exit(1)}`, 'no such label'],
  ]
  for (const [code, message] of endings) {
    t.equal(evaluateLogged(await createPolicy(buildCommand(code), { memoryLimitBytes: 16 * MIB })).message, message)
  }
})

t.test('an instance runs once', async (t) => {
  const policy = await createPolicy(buildCommand(answer(VALID)))
  const instance = WASI_COMMAND.instantiate(policy.module, { callHost: () => new Uint8Array(), console() {} })
  t.ok(instance.validateSettings(policy.settings).valid)
  t.throws(() => instance.validateSettings(policy.settings), { message: 'guest was started already' })
  t.throws(() => instance.validate(createRequest('{}'), policy.settings), { message: 'guest was started already' })
})

t.test('a module that is no command is refused when it is loaded', async (t) => {
  const refused: Record<string, RegExp> = {
    '(memory (export "memory") 1)': /is not a wasi policy: it does not export the function `_start`/,
    '(func (export "_start"))': /does not export the memory `memory`/,
    '(import "host" "shout" (func)) (memory (export "memory") 1) (func (export "_start"))':
      /imports the function `host\.shout`, which is not offered/,
    '(import "wapc" "__guest_error" (func (param i32 i32))) (memory (export "memory") 1) (func (export "_start"))':
      /imports the function `wapc\.__guest_error`, which is not offered/,
  }
  for (const [text, message] of Object.entries(refused)) {
    await t.rejects(createPolicy(buildGuestFrom(`(module ${text})`, WASI_METADATA)), { message })
  }
})

t.test(
  'a command whose start takes arguments, or that traps before it starts, is a failure, not a crash',
  async (t) => {
    const build = (text: string) =>
      createPolicy(buildGuestFrom(`(module (memory (export "memory") 1) ${text})`, WASI_METADATA))
    const typed = await build('(func (export "_start") (param i64))')
    t.match(evaluateLogged(typed).message, /^guest trapped: /)
    const trapping = await build('(func $s (unreachable)) (start $s) (func (export "_start"))')
    t.equal(
      evaluateLogged(trapping).message,
      'internal server error: guest could not be instantiated: guest trapped: unreachable',
    )
  },
)
