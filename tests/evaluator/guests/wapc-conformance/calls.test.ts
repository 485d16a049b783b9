import t from 'tap'
import { WAPC } from '../../../../evaluator/guests/wapc.ts'
import { createPolicy, createRequest, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildGuestFrom } from '../../../helpers/guests.ts'
import { accept, buildWapcGuest, callHost, type PlaceText, WAPC_TYPES } from '../../../helpers/wapc-guest.ts'

// What the guest has to say goes out as its error.
const failure = (text: string) => `internal server error: Guest call failure: ${text}`

async function whatIsSaid(call: (place: PlaceText) => string): Promise<string | undefined> {
  return evaluateLogged(await createPolicy(buildWapcGuest({ call }))).message
}

/** A guest of a host that gives these answers to its calls. */
async function startGuest(call: (place: PlaceText) => string, ...answers: (string | Error)[]) {
  const { module, settings } = await createPolicy(buildWapcGuest({ call }))
  const asked: string[][] = []
  const guest = WAPC.instantiate(module, {
    callHost(binding, namespace, operation, payload) {
      asked.push([binding, namespace, operation, Buffer.from(payload).toString()])
      const answer = answers.shift() ?? new Error('nobody expected this call')
      if (answer instanceof Error) throw answer
      return Buffer.from(answer)
    },
    console() {},
  })
  const ask = () => {
    try {
      return guest.validate(createRequest('{}'), settings).status?.message
    } catch (error) {
      return (error as Error).message.replace('Guest call failure: ', '')
    }
  }
  return { ask, asked }
}

t.test('a guest imports what it needs of the nine functions, and each works by itself', async (t) => {
  for (const [name, type] of Object.entries(WAPC_TYPES)) {
    const args = [...type.replace(/\(result.*/, '').matchAll(/i32/g)].map(() => '(i32.const 0)').join(' ')
    const call = type.includes('result') ? `(drop (call $it ${args}))` : `(call $it ${args})`
    const module = buildGuestFrom(`(module
      (import "wapc" "${name}" (func $it ${type})) (memory (export "memory") 1)
      (func (export "__guest_call") (param i32 i32) (result i32) ${call} (i32.const 0)))`)
    // the one whose effect shows is told that an empty text is the guest's error
    const expected = name === '__guest_error' ? '' : 'No error message set for call failure'
    t.equal(evaluateLogged(await createPolicy(module)).message, failure(expected), name)
  }
})

t.test('what a guest must export, and any other import, is missed when it is loaded', async (t) => {
  const problems: [module: string, problem: RegExp][] = [
    ['(module (memory (export "memory") 1))', /does not export the function `__guest_call`/],
    ['(module (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))', /the memory `memory`/],
    [
      '(module (import "wapc" "__host_log" (func (param i32 i32))))',
      /imports the function `wapc.__host_log`, which is not offered/,
    ],
  ]
  for (const [module, problem] of problems) await t.rejects(createPolicy(buildGuestFrom(module)), { message: problem })
})

t.test(
  'the lengths that a guest is told are those that it is given, and not a byte around them is touched',
  async (t) => {
    const said = await whatIsSaid(
      (place) => `(memory.fill (i32.const 4096) (i32.const 35) (i32.const 200))
      (call $request (i32.const 4097) (i32.const 4107))
      (call $say-number (local.get $operation)) (call $say ${place(' ')})
      (call $say-number (local.get $payload)) (call $say ${place(' ')})
      (call $say (i32.const 4096) (i32.add (local.get $payload) (i32.const 12))) (call $tell)`,
    )
    const payload = '{"request":{"uid":"u1","object":{}},"settings":{}}'
    t.equal(said, failure(`8 ${payload.length} #validate##${payload}#`))
  },
)

t.test('of several responses, and of several errors, the last counts', async (t) => {
  const twice = (place: PlaceText) => `(call $respond ${place('{"accepted":false}')}) ${accept(place)}`
  t.equal(await whatIsSaid(twice), undefined)
  const errors = (place: PlaceText) => `(call $error ${place('first')}) (call $error ${place('second')}) (i32.const 0)`
  t.equal(await whatIsSaid(errors), failure('second'))
})

// Says the lengths of the host's response and error, and both texts.
const sayAnswers = (place: PlaceText) => `
  (memory.fill (i32.const 4096) (i32.const 46) (i32.const 20))
  (call $response (i32.const 4096)) (call $host-error (i32.const 4106))
  (call $say ${place(' ')}) (call $say-number (call $response-length))
  (call $say (i32.const 4096) (i32.const 10))
  (call $say-number (call $error-length))
  (call $say (i32.const 4106) (i32.const 10)) (call $say ${place('; ')})`

t.test('before it has called the host, a guest finds no answer of it', async (t) => {
  const said = await whatIsSaid((place) => `${sayAnswers(place)} (call $tell)`)
  t.equal(said, failure(' 0..........0..........; '))
})

t.test(
  'a host call returns 1 and has a response, or returns 0 and has an error; each forgets the one before',
  async (t) => {
    const call = (place: PlaceText) =>
      Array(4)
        .fill(`${callHost(place, 'kubewarden', 'net', 'v1/dns_lookup_host', '"example.org"')} ${sayAnswers(place)}`)
        .join('')
    const { ask, asked } = await startGuest(
      (place) => `${call(place)} (call $tell)`,
      'found',
      new Error('not found'),
      '',
      'again',
    )
    t.equal(
      ask(),
      '1 5found.....0..........; 0 0..........9not found.; 1 0..........0..........; 1 5again.....0..........; ',
    )
    t.strictSame(asked, Array(4).fill(['kubewarden', 'net', 'v1/dns_lookup_host', '"example.org"']))
  },
)

t.test('no call of the guest finds what an earlier one was answered', async (t) => {
  const { ask } = await startGuest(
    (place) => `(global.set $said (i32.const 0)) ${sayAnswers(place)}
      ${callHost(place, 'kubewarden', 'tracing', 'log', '{}')} (call $tell)`,
    'found',
    new Error('not found'),
  )
  t.equal(ask(), ' 0..........0..........; 1')
  t.equal(ask(), ' 0..........0..........; 0')
})

t.test('nor does it leave a response or an error to the next', async (t) => {
  const { ask } = await startGuest(
    (place) => `(if (result i32) (global.get $said)
      (then (i32.const 0))
      (else (global.set $said (i32.const 1)) (call $error ${place('first')}) ${accept(place)}))`,
  )
  t.equal(ask(), undefined)
  t.equal(ask(), 'No error message set for call failure')
})

t.test('texts on the console are told as information, whatever the guest answers', async (t) => {
  const policy = await createPolicy(
    buildWapcGuest({ call: (place) => `(call $log ${place('grüße 💡')}) (call $log ${place('more')}) (i32.const 0)` }),
  )
  t.match(evaluateLogged(policy).lines, [
    { level: 'info', message: 'grüße 💡' },
    { level: 'info', message: 'more' },
  ])
})

t.test('what comes of a call about settings is told by the same rules', async (t) => {
  const failing = (text: string) => `Error invoking settings validation callback: Guest call failure: ${text}`
  const outcomes: [call: (place: PlaceText) => string, message: string | undefined][] = [
    [accept, undefined],
    [(place) => `(call $error ${place('e')}) ${accept(place)}`, undefined],
    [(place) => `(call $error ${place('e')}) (i32.const 1)`, failing('e')],
    [() => '(i32.const 1)', failing('No error message OR response set for call success')],
    [(place) => `(call $error ${place('e')}) (drop ${accept(place)}) (i32.const 0)`, failing('e')],
    [() => '(i32.const 0)', failing('No error message set for call failure')],
    [() => '(unreachable)', failing('guest trapped: unreachable')],
    [(place) => `(call $respond ${place('{"valid":false,"message":"m"}')}) (i32.const 1)`, 'm'],
    [
      (place) => `(call $respond ${place('{"message":"m"}')}) (i32.const 1)`,
      'error: cannot convert response: valid: is missing',
    ],
  ]
  for (const [call, message] of outcomes) {
    const { verdict } = validateSettingsLogged(await createPolicy(buildWapcGuest({ call })))
    t.strictSame(verdict, message === undefined ? { valid: true } : { valid: false, message })
  }
})
