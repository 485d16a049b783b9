import t from 'tap'
import { createPolicy, evaluateLogged, MIB } from '../../helpers/evaluations.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { watString } from '../../helpers/wat.ts'

/** A guest that runs this code and then fails as given, after printing what it has to say. */
function guestThat(code: string, { says = '', ending = '(unreachable)', pages = 1 } = {}): Uint8Array {
  return buildGuestFrom(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $print (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wapc" "__console_log" (func $log (param i32 i32)))
    (memory (export "memory") ${pages})
    (data (i32.const 0) "\\10\\00\\00\\00\\${Buffer.byteLength(says).toString(16).padStart(2, '0')}\\00\\00\\00")
    (data (i32.const 16) ${watString(says)})
    (func (export "__guest_call") (param i32 i32) (result i32)
      ${code}
      (drop (call $print (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      ${ending} (i32.const 0)))`)
}

const grow = (pages: number) => `(drop (memory.grow (i32.const ${pages})))`

async function explain(module: Uint8Array, memoryLimitBytes = 16 * MIB): Promise<string | undefined> {
  const { message } = evaluateLogged(await createPolicy(module, { memoryLimitBytes }))
  return message?.replace('internal server error: Guest call failure: ', '')
}

t.test('a guest that doubled its memory until it got no more is told the limit, wherever the limit lies', async (t) => {
  const bomb = buildGuest('memory-bomb')
  const told: Record<number, string> = {
    16: '16 MiB reached (16 MiB in use)',
    // the last doubling that fits leaves it just above the half
    15: '15 MiB reached (8 MiB in use)',
    17: '17 MiB reached (16 MiB in use)',
    31: '31 MiB reached (16 MiB in use)',
  }
  for (const [limit, end] of Object.entries(told)) {
    t.equal(await explain(bomb, Number(limit) * MIB), `guest trapped: unreachable; memory limit of ${end}`)
  }
})

t.test('a guest that says that it got no memory is believed, however little it uses', async (t) => {
  const sayings = [
    'memory allocation of 104857600 bytes failed\n',
    // a line that the trap cut short
    'memory allocation of 104857600 bytes failed',
    'panic: runtime error: out of memory\n',
    'fatal error: Out of memory\n',
  ]
  for (const says of sayings) {
    t.equal(
      await explain(guestThat(grow(2000), { says })),
      'guest trapped: unreachable; memory limit of 16 MiB reached (64 KiB in use)',
      says,
    )
  }
})

t.test('it may say so on its console, and exit instead of trapping', async (t) => {
  const says = 'memory allocation of 104857600 bytes failed'
  const console = guestThat('(call $log (i32.const 16) (i32.const 43))', { says })
  t.match(await explain(console), /memory limit of 16 MiB reached/)
  const exit = guestThat('', { says, ending: '(call $exit (i32.const 2))' })
  t.equal(await explain(exit), 'guest exited with code 2; memory limit of 16 MiB reached (64 KiB in use)')
})

t.test('a guest that uses much and gives another reason is believed too', async (t) => {
  const says = "thread '<unnamed>' panicked at src/lib.rs:1:1:\n"
  t.equal(await explain(guestThat(grow(200), { says })), 'guest trapped: unreachable')
})

t.test('a guest that uses little and says nothing has another reason', async (t) => {
  t.equal(await explain(guestThat(grow(100))), 'guest trapped: unreachable')
})

t.test('memory that a guest had from its start is no sign of growth', async (t) => {
  t.equal(await explain(guestThat('', { pages: 200 })), 'guest trapped: unreachable')
})

t.test(
  'using a null pointer, as some allocators leave it to their callers, is a sign; dividing by zero is not',
  async (t) => {
    t.match(await explain(guestThat(grow(200), { ending: '(i32.store (i32.const -1) (i32.const 0))' })), /memory limit/)
    const division = '(drop (i32.div_s (i32.const 1) (i32.const 0)))'
    t.equal(await explain(guestThat(grow(200), { ending: division })), 'guest trapped: divide by zero')
    t.equal(await explain(guestThat(grow(200), { ending: '(call $exit (i32.const 1))' })), 'guest exited with code 1')
  },
)
