import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { type CompileOptions, compilePolicyModule } from '../../../evaluator/module/compile.ts'
import { MIB } from '../../helpers/evaluations.ts'
import { buildGuest, buildGuestFrom, MINIMAL_METADATA } from '../../helpers/guests.ts'

const compile = (module: Uint8Array, options: Partial<CompileOptions> = {}) =>
  compilePolicyModule(module, { memoryLimitBytes: 4 * MIB, source: 'm.wasm', ...options })

t.test('a policy is compiled with its digest, its metadata and its limit', async (t) => {
  const bytes = buildGuest('accept')
  const { module, metadata } = await compile(bytes)
  t.equal(module.digest, `sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  t.match(module, { executionMode: 'kubewarden-wapc', memoryInitialBytes: 65_536, memoryLimitBytes: 4 * MIB })
  t.match(metadata, MINIMAL_METADATA)
  t.ok(module.module instanceof WebAssembly.Module)
})

t.test('a compiled policy crosses to another thread', async (t) => {
  const { module } = await compile(buildGuest('accept'))
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     parentPort.once('message', ({ module }) => parentPort.postMessage(WebAssembly.Module.exports(module).length))`,
    { eval: true },
  )
  t.teardown(() => worker.terminate())
  const answer = new Promise((resolve) => worker.once('message', resolve))
  worker.postMessage(module)
  t.equal(await answer, WebAssembly.Module.exports(module.module).length)
})

t.test("the limit is the module's own maximum where that is less", async (t) => {
  const module = buildGuestFrom(`(module (memory (export "memory") 1 2)
    (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))`)
  t.equal((await compile(module)).module.memoryLimitBytes, 131_072)
})

t.test('of a module without metadata the kind can be found out, but for the two kinds of Rego', async (t) => {
  const executionMode = 'detect'
  t.match((await compile(buildGuest('accept', null), { executionMode })).module, { executionMode: 'kubewarden-wapc' })
  const rego = buildGuestFrom('(module (func (export "opa_eval")))', null)
  await t.rejects(compile(rego, { executionMode }), {
    code: 'ERR_MODULE_METADATA',
    message: 'm.wasm: The policy has been created with Rego, please specify which Opa runtime has to be used',
  })
})

t.test('what Kubewarden refuses at load time is refused with its words', async (t) => {
  const refused: [metadata: object, message: string][] = [
    [
      { mutating: false },
      'm.wasm: Policy is missing protocol version, which is required for KubewardenWapc execution mode',
    ],
    [
      { mutating: false, protocolVersion: 'Unknown' },
      'm.wasm: Policy uses protocol version Unknown but only V1 is supported',
    ],
    [
      { ...MINIMAL_METADATA, minimumKubewardenVersion: '1.38.0' },
      'm.wasm: Policy required Kubewarden version 1.38.0 but is running on 1.37.2',
    ],
    [
      { ...MINIMAL_METADATA, minimumKubewardenVersion: '2.0.0' },
      'm.wasm: Policy required Kubewarden version 2.0.0 but is running on 1.37.2',
    ],
  ]
  for (const [metadata, message] of refused) {
    await t.rejects(compile(buildGuest('accept', metadata)), { code: 'ERR_MODULE_METADATA', message })
  }
})

t.test('of the version that a policy asks for, only major and minor count', async (t) => {
  for (const minimumKubewardenVersion of ['1.37.9', '1.9.0', '0.99.0']) {
    await compile(buildGuest('accept', { ...MINIMAL_METADATA, minimumKubewardenVersion }))
  }
  t.pass('all of them are served')
})

t.test('a module without metadata is served only if its execution mode is named', async (t) => {
  const module = buildGuest('accept', null)
  await t.rejects(compile(module), {
    code: 'ERR_MODULE_METADATA',
    message: 'm.wasm: carries no Kubewarden metadata',
    hint: 'annotate it with `gatehouse annotate`, or name its execution mode',
  })
  const rego = buildGuestFrom('(module (func (export "opa_eval")))', null)
  await t.rejects(compile(rego), {
    code: 'ERR_MODULE_METADATA',
    message: 'm.wasm: The policy has been created with Rego, please specify which Opa runtime has to be used',
  })
  const compiled = await compile(module, { executionMode: 'kubewarden-wapc' })
  t.equal(compiled.metadata, undefined)
  t.equal(compiled.module.executionMode, 'kubewarden-wapc')
  await t.rejects(compile(module, { executionMode: 'opa' }), {
    message: /^m\.wasm: is not an opa policy: it does not export the function `builtins`/,
  })
})

t.test('a mode that contradicts the metadata is refused', async (t) => {
  await t.rejects(compile(buildGuest('accept'), { executionMode: 'opa' }), {
    code: 'ERR_MODULE_METADATA',
    message: 'm.wasm: its metadata says execution mode kubewarden-wapc, but opa was asked for',
  })
})

t.test('what would fail at the first request is refused at load time', async (t) => {
  const message = [
    'm.wasm: is not a kubewarden-wapc policy: it does not export the memory `memory`',
    'it does not export the function `__guest_call`',
    'it imports the function `env.abort`, which is not offered',
    'it imports the function `wapc.__later`, which is not offered',
    'it imports the memory `env.memory`, which is not offered',
    'it imports the function `constructor.name`, which is not offered',
  ].join('; ')
  const module = buildGuestFrom(`(module
    (import "env" "abort" (func)) (import "wapc" "__later" (func)) (import "env" "memory" (memory 1))
    (import "constructor" "name" (func)))`)
  await t.rejects(compile(module), { code: 'ERR_MODULE_INVALID', message })
})

t.test('a command that is taken for something else is told what to say', async (t) => {
  const command = buildGuestFrom('(module (memory (export "memory") 1) (func (export "_start")))', null)
  await t.rejects(compile(command, { executionMode: 'detect' }), {
    message: 'm.wasm: is not a kubewarden-wapc policy: it does not export the function `__guest_call`',
    hint: 'it looks like execution mode wasi: name that',
  })
  t.equal((await compile(command, { executionMode: 'wasi' })).module.executionMode, 'wasi')
  const other = compile(buildGuestFrom('(module)', null), { executionMode: 'detect' })
  const { hint } = (await other.then(
    () => ({}),
    (error: unknown) => error,
  )) as { hint?: string }
  t.equal(hint, undefined)
})

t.test('bytes that V8 does not take are refused in a sentence', async (t) => {
  const broken = buildGuest('accept')
  // the last byte of the code section, ahead of the section with the metadata
  broken[broken.lastIndexOf(0x0b)] = 0xff
  await t.rejects(compile(broken), {
    code: 'ERR_MODULE_INVALID',
    message: /^m\.wasm: is not a valid WebAssembly module: /,
  })
  await t.rejects(compile(Buffer.from('hello')), {
    code: 'ERR_MODULE_INVALID',
    message: /^m\.wasm: is not WebAssembly/,
  })
})

t.test('a module that wants more memory than it may have is refused, with the way out', async (t) => {
  await t.rejects(compile(buildGuest('echo'), { memoryLimitBytes: MIB / 2 }), {
    code: 'ERR_MODULE_INVALID',
    message: 'm.wasm: needs 1 MiB of memory to start, but 512 KiB are allowed',
    hint: 'raise the memory limit',
  })
})
