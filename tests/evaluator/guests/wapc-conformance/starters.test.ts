import t from 'tap'
import { createPolicy, evaluateLogged } from '../../../helpers/evaluations.ts'
import { buildGuestFrom } from '../../../helpers/guests.ts'
import { accept, buildWapcGuest, callHost, type PlaceText } from '../../../helpers/wapc-guest.ts'

type Starter = (place: PlaceText) => string

/** What a guest with these starters has said when it is asked; each of them says its name first. */
async function ask(starters: Record<string, Starter>): Promise<string | undefined> {
  const module = buildWapcGuest({
    call: (place) => `(call $say ${place('call')}) (call $tell)`,
    more: (place) =>
      Object.entries(starters)
        .map(([name, code]) => `(func (export "${name}") (call $say ${place(`${name} `)}) ${code(place)})`)
        .join('\n'),
  })
  return evaluateLogged(await createPolicy(module)).message?.replace('internal server error: ', '')
}

const nothing = () => ''
const exit = (code: number) => () => `(call $exit (i32.const ${code})) (unreachable)`
const trap = () => '(unreachable)'

t.test('`_start` runs, then `wapc_init`, then the guest is asked', async (t) => {
  t.equal(await ask({}), 'Guest call failure: call')
  t.equal(await ask({ _start: nothing }), 'Guest call failure: _start call')
  t.equal(await ask({ wapc_init: nothing }), 'Guest call failure: wapc_init call')
  t.equal(await ask({ wapc_init: nothing, _start: nothing }), 'Guest call failure: _start wapc_init call')
})

t.test('`_initialize` never runs, and no other export does', async (t) => {
  const others = { _initialize: trap, __wasm_call_ctors: trap, main: trap, protocol_version: trap }
  t.equal(await ask({ ...others, wapc_init: nothing }), 'Guest call failure: wapc_init call')
})

t.test('a starter that exits with 0 has succeeded: the next runs, and the instance is asked', async (t) => {
  t.equal(await ask({ _start: exit(0), wapc_init: nothing }), 'Guest call failure: _start wapc_init call')
  t.equal(await ask({ _start: exit(0), wapc_init: exit(0) }), 'Guest call failure: _start wapc_init call')
})

t.test('so it is by the older name of WASI', async (t) => {
  const module = buildGuestFrom(`(module
    (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") 1) (global $n (mut i32) (i32.const 0))
    (data (i32.const 0) "{\\"accepted\\":true}")
    (func (export "_start") (global.set $n (i32.const 17)) (call $exit (i32.const 0)))
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0) (global.get $n)) (i32.const 1)))`)
  t.ok(evaluateLogged(await createPolicy(module)).response.allowed)
})

t.test('any other end of a starter is a failure that names it, and nothing after it runs', async (t) => {
  t.equal(await ask({ _start: exit(1), wapc_init: trap }), 'guest failed in _start: guest exited with code 1')
  t.equal(await ask({ _start: trap, wapc_init: exit(3) }), 'guest failed in _start: guest trapped: unreachable')
  t.equal(await ask({ _start: exit(0), wapc_init: exit(-1) }), 'guest failed in wapc_init: guest exited with code -1')
  t.equal(await ask({ wapc_init: trap }), 'guest failed in wapc_init: guest trapped: unreachable')
})

t.test('a starter calls the host as any code of the guest', async (t) => {
  const policy = await createPolicy(
    buildWapcGuest({
      call: accept,
      more: (
        place,
      ) => `(func (export "wapc_init") ${callHost(place, 'kubewarden', 'tracing', 'log', '{"level":"info"}')}
        (call $log ${place('ready')}))`,
    }),
  )
  t.match(evaluateLogged(policy).lines, [{ message: '' }, { message: 'ready' }])
})

t.test('what a starter responds or reports is no answer to anything', async (t) => {
  t.equal(await ask({ wapc_init: (place) => `(call $error ${place('early')})` }), 'Guest call failure: wapc_init call')
  const early = buildWapcGuest({
    call: () => '(i32.const 1)',
    more: (place) => `(func (export "_start") (drop (block (result i32) ${accept(place)})))`,
  })
  t.match(
    evaluateLogged(await createPolicy(early)).message,
    /Guest call failure: No error message OR response set for call success$/,
  )
})

t.test('an exit while the guest is asked is a failure, whatever its code', async (t) => {
  for (const code of [0, 1]) {
    const module = buildWapcGuest({ call: () => `(call $exit (i32.const ${code})) (i32.const 1)` })
    t.match(evaluateLogged(await createPolicy(module)).response, {
      allowed: false,
      status: { code: 500, message: `internal server error: Guest call failure: guest exited with code ${code}` },
    })
  }
})
