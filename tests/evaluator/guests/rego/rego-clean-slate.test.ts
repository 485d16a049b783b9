import t from 'tap'
import { createParkedInstances, evaluate } from '../../../../evaluator/evaluate.ts'
import { OPA } from '../../../../evaluator/guests/rego/opa.ts'
import { checkCleanSlate } from '../../../helpers/clean-slate.ts'
import { createPolicy, createRequest } from '../../../helpers/evaluations.ts'
import { buildOpaGuest } from '../../../helpers/opa-guest.ts'
import { buildRegoPolicy } from '../../../helpers/rego.ts'

t.setTimeout(600_000)

const PAGES = 2
const GROWN = PAGES * 65_536

/** Leaves a trace, and gives up if it finds one. */
const TRACES = {
  global: (abort: string) => `(if (global.get $trace) (then ${abort})) (global.set $trace (i32.const 1))`,
  memory: (abort: string) =>
    `(if (i32.load (i32.const 60000)) (then ${abort})) (i32.store (i32.const 60000) (i32.const 1))`,
  'grown memory': (abort: string) => `(if (i32.ne (memory.size) (i32.const ${PAGES})) (then ${abort}))
    (drop (memory.grow (i32.const 1)))
    (if (i32.load (i32.const ${GROWN})) (then ${abort}))
    (i32.store (i32.const ${GROWN}) (i32.const 1))`,
}
const TABLE = (abort: string) => `(if (i32.eqz (ref.is_null (table.get $t (i32.const 0)))) (then ${abort}))
  (table.set $t (i32.const 0) (ref.func $any))`

function buildLeaky(traces: Readonly<Record<string, (abort: string) => string>>) {
  return createPolicy(
    buildOpaGuest({
      pages: PAGES,
      more: '(global $trace (mut i32) (i32.const 0)) (table $t 1 funcref) (func $any) (elem declare func $any)',
      eval: (text) =>
        Object.entries(traces)
          .map(([name, leave]) => leave(`(call $abort ${text(`left behind: ${name}`)})`))
          .join('\n'),
    }),
  )
}

const request = createRequest('{}')

t.test(
  'a Rego guest whose state is put back finds nothing of what others left behind, however it is asked',
  async (t) => {
    const policy = await buildLeaky(TRACES)
    t.ok(policy.module.restorable, 'its instances are kept')
    await checkCleanSlate(t, policy, request)
  },
)

t.test('nor does one whose state cannot be put back', async (t) => {
  const policy = await buildLeaky({ ...TRACES, table: TABLE })
  t.equal(policy.module.restorable, undefined, 'its instances serve once')
  await checkCleanSlate(t, policy, request)
})

t.test('what it leaves behind in its own instance, it finds', async (t) => {
  for (const [name, leave] of Object.entries({ ...TRACES, table: TABLE })) {
    const { module, settings } = await buildLeaky({ [name]: leave })
    const guest = OPA.instantiate(module, { callHost: () => new Uint8Array(), console() {} })
    t.match(guest.validate(request, settings), { allowed: true })
    t.throws(() => guest.validate(request, settings), { message: `guest aborted: left behind: ${name}` })
  }
})

t.test('real Rego is kept too, and answers each request by itself', async (t) => {
  const rego = `package policy
    main := {"response": {"allowed": uuid.rfc4122("k") == uuid.rfc4122("k"), "status": {"message": message}}}
    message := sprintf("%s %v %v", [uuid.rfc4122("k"), input.request.object.n, data.n])`
  const policy = await buildRegoPolicy('opa', rego, { settings: { n: 1 } })
  t.ok(policy.module.restorable)
  const instances = createParkedInstances()
  const seen = new Set<string>()
  for (let n = 0; n < 200; n++) {
    const { allowed, status } = evaluate(
      { ...policy, settings: Buffer.from(`{"n":${0 - n}}`) },
      createRequest(`{"n":${n}}`),
      () => {},
      instances,
    )
    t.equal(allowed, true)
    const [uuid = '', ...numbers] = status?.message?.split(' ') ?? []
    t.strictSame(numbers, [String(n), String(n === 0 ? 0 : -n)])
    seen.add(uuid)
    instances.clean()
  }
  t.equal(seen.size, 200)
})
