import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { createParkedInstances, evaluate } from '../../../../evaluator/evaluate.ts'
import { packageRoot } from '../../../../util/package-root.ts'
import { createPolicy, createRequest, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildGoGuest } from '../../../helpers/go-guest.ts'
import { buildStandIn, type CompiledShape } from '../../../helpers/stand-ins.ts'
import { WAPC_TYPES } from '../../../helpers/wapc-guest.ts'

// Go's takes a while to compile.
t.setTimeout(600_000)

const ALL = Object.keys(WAPC_TYPES)
const ALL_BUT_LOG = ALL.filter((name) => name !== '__console_log')
const COMPUTING = ['__guest_request', '__guest_error', '__guest_response']
const RUST = ['fd_write', 'random_get', 'environ_get', 'environ_sizes_get', 'proc_exit']
const TINYGO_ALLOCATOR = ['malloc', 'free', 'calloc', 'realloc']
const TINYGO_ASYNCIFY = ['get_state', 'start_rewind', 'start_unwind', 'stop_rewind', 'stop_unwind'].map(
  (name) => `asyncify_${name}`,
)

const STAND_INS: Readonly<Record<string, CompiledShape>> = {
  'Rust that does nothing but compute': { imports: [], wapc: COMPUTING, starter: 'wapc_init' },
  'Rust with its standard library': { imports: RUST, wapc: ALL, starter: 'wapc_init' },
  'Rust that sleeps': { imports: [...RUST, 'poll_oneoff'], wapc: ALL, starter: 'wapc_init' },
  'the oldest TinyGo, which knows WASI by its older name': {
    wasi: 'wasi_unstable',
    imports: ['fd_write'],
    wapc: ALL_BUT_LOG,
    starter: '_start',
    exports: TINYGO_ALLOCATOR,
  },
  'older TinyGo': {
    imports: [
      ...['fd_write', 'clock_time_get', 'args_sizes_get', 'args_get', 'proc_exit', 'environ_get', 'environ_sizes_get'],
      ...['fd_close', 'fd_fdstat_get', 'fd_prestat_get', 'fd_prestat_dir_name', 'fd_read', 'fd_seek', 'path_open'],
    ],
    wapc: ALL_BUT_LOG,
    starter: '_start',
    exports: [...TINYGO_ALLOCATOR, ...TINYGO_ASYNCIFY],
  },
  'newer TinyGo, whose start-up code exits': {
    imports: ['fd_write', 'clock_time_get', 'proc_exit', 'args_sizes_get', 'args_get'],
    wapc: ALL_BUT_LOG,
    starter: '_start',
    exits: true,
    exports: [...TINYGO_ALLOCATOR, ...TINYGO_ASYNCIFY],
  },
  'SwiftWasm, which links what Foundation knows of WASI': {
    imports: [
      ...['proc_exit', 'args_sizes_get', 'args_get', 'sched_yield', 'fd_read', 'fd_write', 'fd_close', 'fd_seek'],
      ...['environ_get', 'environ_sizes_get', 'clock_time_get', 'random_get', 'poll_oneoff'],
      ...['fd_fdstat_get', 'fd_fdstat_set_flags', 'fd_filestat_get', 'fd_prestat_get', 'fd_prestat_dir_name'],
      ...['fd_readdir', 'path_open', 'path_filestat_get', 'path_create_directory', 'path_remove_directory'],
      'path_unlink_file',
    ],
    wapc: ALL_BUT_LOG,
    starter: '_start',
  },
}

for (const [compiler, shape] of Object.entries(STAND_INS)) {
  t.test(`a stand-in for ${compiler}`, async (t) => {
    const policy = await createPolicy(buildStandIn(shape))
    t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
    const { response, lines } = evaluateLogged(policy)
    t.ok(response.allowed)
    t.strictSame(
      lines.map(({ message }) => message),
      shape.imports.includes('fd_write') ? ['hello'] : [],
    )
  })
}

t.test('real ones: the samples in Rust and AssemblyScript answer', async (t) => {
  for (const name of ['pod-privileged', 'host-namespaces']) {
    const policy = await createPolicy(readFileSync(join(packageRoot(), 'policies', name, 'policy.wasm')))
    t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
    const request = { uid: 'u1', kind: { group: '', version: 'v1', kind: 'Pod' }, operation: 'CREATE', object: {} }
    const json = new Uint8Array(Buffer.from(JSON.stringify(request)))
    t.ok(evaluateLogged(policy, { uid: 'u1', json }).response.allowed, name)
  }
})

const hasGo = await execa('go', ['version'], { reject: false }).then(({ failed }) => !failed)

t.test('standard Go', { skip: !hasGo && 'Go is not installed' }, async (t) => {
  const policy = await createPolicy(await buildGoGuest(t.testdir()), { memoryLimitBytes: 64 * 1024 * 1024 })
  const ask = (object: unknown) => evaluateLogged(policy, createRequest(JSON.stringify(object)))

  await t.test('its `main` has exited when it is asked, and its runtime works all the same', async (t) => {
    t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
    t.match(ask({}), { response: { allowed: true }, lines: [{ level: 'info', message: 'deferred' }] })
  })

  await t.test('its errors, panics and deadlocks are failures that say what they are', async (t) => {
    t.equal(ask('error').message, 'internal server error: Guest call failure: told by Go')
    for (const [object, said] of Object.entries({
      panic: 'panic: asked to',
      deadlock: 'fatal error: all goroutines',
    })) {
      const { message, lines } = ask(object)
      t.equal(message, 'internal server error: Guest call failure: guest exited with code 2')
      t.ok(
        lines.some(({ message }) => message.startsWith(said)),
        said,
      )
    }
  })

  await t.test('it answers again and again, on one instance that is put back', async (t) => {
    const instances = createParkedInstances()
    for (let run = 0; run < 20; run++) {
      const asked = run % 5 === 4 ? '"panic"' : JSON.stringify('x'.repeat(run * 10))
      const { allowed } = evaluate(policy, createRequest(asked), () => {}, instances)
      t.equal(allowed, run % 5 !== 4)
    }
  })

  await t.test('a library of it waits for `_initialize`, which waPC does not call, and says so', async (t) => {
    const library = await createPolicy(await buildGoGuest(t.testdir(), 'c-shared'), {
      memoryLimitBytes: 64 * 1024 * 1024,
    })
    const { message, lines } = evaluateLogged(library)
    t.equal(message, 'internal server error: Guest call failure: guest trapped: unreachable')
    t.match(lines[0], { message: 'runtime: wasmexport function called before runtime initialization' })
  })
})
