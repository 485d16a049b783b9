import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import { createParkedInstances, evaluate } from '../../../evaluator/evaluate.ts'
import { embedMetadata } from '../../../evaluator/module/metadata-section.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { createPolicy, createRequest, evaluateLogged, MIB, validateSettingsLogged } from '../../helpers/evaluations.ts'
import { buildGuestFrom } from '../../helpers/guests.ts'
import { WASI_METADATA } from '../../helpers/wasi-commands.ts'
import { watString } from '../../helpers/wat.ts'

const root = packageRoot()
const rust = await buildRustCommand(t.testdir())

t.test('a command of the Rust standard library', { skip: typeof rust === 'string' && rust }, async (t) => {
  if (typeof rust === 'string') return
  const policyFor = (scenario: string) => createPolicy(rust, { settings: { scenario } })
  const run = async (scenario: string) => evaluateLogged(await policyFor(scenario))

  await t.test('answers, and has its settings checked', async (t) => {
    t.ok((await run('accept')).response.allowed)
    t.strictSame(validateSettingsLogged(await policyFor('accept')).verdict, { valid: true })
    t.strictSame(validateSettingsLogged(await createPolicy(rust)).verdict, { valid: false })
  })

  await t.test('fails by exiting or panicking, with its words or without', async (t) => {
    t.equal((await run('exit')).message, 'exiting')
    t.equal((await run('silent')).message, 'guest exited with code 7')
    const panic = await run('panic')
    t.match(panic.message, /^thread 'main' .*panicked at .*:\d+:\d+:\npanicking\nnote: run with `RUST_BACKTRACE=1`/)
    t.match(panic.lines, [{ level: 'warn', message: 'guest trapped: unreachable' }])
    t.match((await run('half')).message, /^internal server error: Cannot deserialize policy validation response: /)
  })

  await t.test('warns aside', async (t) => {
    t.match(await run('warn'), {
      response: { allowed: true },
      lines: [{ level: 'warn', message: 'stderr: a warning' }],
    })
  })

  await t.test('calls the host by both names, and reads each answer until its input ends', async (t) => {
    const { message, lines } = await run('host')
    const answers = ['host', 'javy'].map((name) => `${name} log 0 ; ${name} shout 1 unknown operation: shout`)
    t.equal(message, answers.join('; '))
    t.match(lines, Array(2).fill({ level: 'warn', message: 'from a command' }))
  })

  await t.test('finds no file, no folder, no network, no thread and no variable of the host', async (t) => {
    const { message } = await run('world')
    t.match(message, /^0 variables(; [^;]+){5}$/)
    t.notMatch(message, /no error/)
  })

  await t.test('sleeps, and has clocks and chance', async (t) => {
    t.ok((await run('sleep')).response.allowed)
  })

  await t.test('is told that its memory ran out', async (t) => {
    const { message } = await run('memory')
    t.match(message, /^memory allocation of \d+ bytes failed[\s\S]*; memory limit of 16 MiB reached \(.* MiB in use\)$/)
  })

  await t.test('reads a large request whole', async (t) => {
    const policy = await createPolicy(rust, { settings: { scenario: 'length' }, memoryLimitBytes: 64 * MIB })
    const [request, settings] = [createRequest(JSON.stringify('x'.repeat(5_000_000))), policy.settings]
    const length = '{"request":,"settings":}'.length + request.json.length + settings.length
    t.equal(evaluateLogged(policy, request).message, String(length))
  })
})

t.test("a command of Go, with Kubewarden's SDK: the sample policy", async (t) => {
  const folder = join(root, 'policies/ingress-tls')
  const module = readFileSync(join(folder, 'policy.wasm'))
  const request = parseAdmissionReview(readFileSync(join(folder, 'fixtures/plain-ingress.json')))
  const policyWith = (settings: object) => createPolicy(module, { settings, memoryLimitBytes: 128 * MIB })
  const exempting = evaluateLogged(await policyWith({ plain_hosts: ['shop.example.org', '*.example.org'] }), request)

  t.ok(exempting.response.allowed)
  const hosts = ['shop.example.org', 'status.example.org']
  t.match(exempting.lines, [{ level: 'info', message: 'hosts may be served without TLS', fields: { data: { hosts } } }])
  const denying = evaluateLogged(await policyWith({}), request)
  t.match(denying, { message: 'hosts without TLS: shop.example.org, status.example.org', lines: [] })
  const failing = await policyWith({ plainHosts: [] })
  const message = 'cannot read the settings: json: unknown field "plainHosts"'
  t.strictSame(evaluateLogged(failing, request).response.status, { message, code: 500 })
  t.strictSame(validateSettingsLogged(failing).verdict, { valid: false, message })
  const starved = await createPolicy(module, { memoryLimitBytes: 3 * MIB })
  t.match(evaluateLogged(starved, request).message, /^fatal error: .*memory[\s\S]*; memory limit of 3 MiB reached/)
})

t.test("a policy in JavaScript, on Javy's runtime: the sample policy", async (t) => {
  const folder = join(root, 'policies/service-types')
  const module = readFileSync(join(folder, 'policy.wasm'))
  const request = parseAdmissionReview(readFileSync(join(folder, 'fixtures/external-ips.json')))
  const policyWith = (settings: object) => createPolicy(module, { settings })
  const addresses = ['192.0.2.10', '203.0.113.7']
  const logging = evaluateLogged(await policyWith({ external_ips: addresses }), request)
  t.ok(logging.response.allowed)
  t.match(logging.lines, [{ message: /external addresses/, fields: { data: { externalIPs: addresses } } }])
  const failing = await policyWith({ external_ips: {} })
  t.strictSame(evaluateLogged(failing, request).response.status, { message: 'external_ips: must be a list', code: 500 })
  t.match(
    evaluateLogged(failing, createRequest('{}')).message,
    /^TypeError: cannot read property 'group' of undefined$/,
  )
  t.match(validateSettingsLogged(failing).verdict, { valid: false, message: 'external_ips: must be a list' })
})

for (const [policy, fixtures] of Object.entries({
  'ingress-tls': ['plain-ingress', 'covered-ingress', 'foreign-ingress'],
  'service-types': ['node-port', 'cluster-ip', 'external-ips'],
})) {
  t.test(`${policy} answers on an instance that was put back as on a fresh one`, async (t) => {
    const folder = join(root, 'policies', policy)
    const guest = await createPolicy(readFileSync(join(folder, 'policy.wasm')), { memoryLimitBytes: 128 * MIB })
    t.ok(guest.module.restorable)
    const instances = createParkedInstances()
    for (const name of [...fixtures, ...fixtures.toReversed(), ...fixtures]) {
      const request = parseAdmissionReview(readFileSync(join(folder, 'fixtures', `${name}.json`)))
      const [parked, fresh] = [evaluate(guest, request, () => {}, instances), evaluate(guest, request, () => {})]
      t.strictSame(parked, fresh, name)
      instances.clean()
    }
  })
}

// https://github.com/bytecodealliance/javy: what its modules import, and Kubewarden's plugin adds
const JAVY_IMPORTS = {
  args_get: 'i32 i32',
  args_sizes_get: 'i32 i32',
  clock_time_get: 'i32 i64 i32',
  fd_read: 'i32 i32 i32 i32',
  fd_write: 'i32 i32 i32 i32',
  environ_get: 'i32 i32',
  environ_sizes_get: 'i32 i32',
  fd_close: 'i32',
  fd_fdstat_get: 'i32 i32',
  fd_prestat_get: 'i32 i32',
  fd_prestat_dir_name: 'i32 i32 i32',
  fd_seek: 'i32 i64 i32 i32',
}

t.test('a WebAssembly text with exactly the imports of a policy that Javy compiled', async (t) => {
  const imports = Object.entries(JAVY_IMPORTS).map(
    ([name, type]) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${type}) (result i32)))`,
  )
  const module = buildGuestFrom(
    `(module ${imports.join('\n')}
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (import "kubewarden:javy/host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) ${watString('{"accepted":true}kubewardentracinglog{}')})
      (func (export "_start")
        (drop (call $args_sizes_get (i32.const 100) (i32.const 104)))
        (if (i32.ne (i32.load (i32.const 100)) (i32.const 2)) (then (call $exit (i32.const 1))))
        (if (i32.eqz (call $fd_prestat_get (i32.const 3) (i32.const 100))) (then (call $exit (i32.const 2))))
        (if (call $call (i32.const 17) (i32.const 10) (i32.const 27) (i32.const 7) (i32.const 34) (i32.const 3)
          (i32.const 37) (i32.const 2)) (then (call $exit (i32.const 3))))
        (i32.store (i32.const 100) (i32.const 0))
        (i32.store (i32.const 104) (i32.const 17))
        (drop (call $fd_write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 108)))
        (call $exit (i32.const 0))))`,
    WASI_METADATA,
  )
  t.strictSame(evaluateLogged(await createPolicy(module)).response.status, undefined)
})

/** The module, or why it cannot be built here. */
async function buildRustCommand(folder: string): Promise<Uint8Array | string> {
  const output = join(folder, 'command.wasm')
  const flags = ['--edition=2024', '--target=wasm32-wasip1', '-O', '-Cstrip=symbols', '-o', output]
  // the folder whose rust-toolchain.toml names the target
  const cwd = join(root, 'policies')
  const { failed, shortMessage, stderr } = await execa(
    'rustc',
    [...flags, join(root, 'tests/fixtures/guests/command.rs')],
    {
      cwd,
      reject: false,
    },
  )
  if (failed) return `rustc cannot build for wasm32-wasip1 here: ${stderr || shortMessage}`
  return embedMetadata(readFileSync(output), WASI_METADATA)
}
