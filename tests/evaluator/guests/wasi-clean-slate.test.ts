import t, { type Test } from 'tap'
import type { EvaluatedPolicy } from '../../../evaluator/evaluate.ts'
import { GuestMemory } from '../../../evaluator/guests/guest-memory.ts'
import { WASI_COMMAND } from '../../../evaluator/guests/wasi-command.ts'
import { hostCallImports } from '../../../evaluator/guests/wasi-host-call.ts'
import { CapturedOutput } from '../../../evaluator/wasi/captured-output.ts'
import { InputQueue } from '../../../evaluator/wasi/input-queue.ts'
import { createWasi } from '../../../evaluator/wasi/wasi.ts'
import { checkCleanSlate } from '../../helpers/clean-slate.ts'
import { createPolicy, createRequest, evaluateLogged } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { answer, buildCommand, WASI_METADATA } from '../../helpers/wasi-commands.ts'

t.setTimeout(600_000)

const SILENT = { callHost: () => new Uint8Array(), console() {} }
const policy = await createPolicy(buildGuest('leaky-command', WASI_METADATA))
const restorable = await createPolicy(buildGuest('leaky-memory-command', WASI_METADATA))
const request = createRequest('{}')

t.test('a WASI command finds nothing of what others left behind, however it is asked', async (t) => {
  t.match(evaluateLogged(policy).lines, [{ level: 'warn', message: 'stderr: /etc/passwd' }])
  await checkCleanSlate(t, policy, request)
})

t.test('a WASI command whose state is put back finds nothing either', async (t) => {
  t.ok(restorable.module.restorable)
  await checkCleanSlate(t, restorable, request)
})

t.test('what it leaves behind, it would find and name', async (t) => {
  const everything = 'left behind: global memory data grown memory table grown table closed file flags of a file input'
  t.strictSame(startTwice(t, policy), [undefined, everything])
  const restored = 'left behind: global wide global memory data size of the memory size of the memory input'
  t.strictSame(startTwice(t, restorable), [undefined, restored])
})

t.test('a command whose state is put back is started again, with new streams', async (t) => {
  const command = WASI_COMMAND.instantiate(restorable.module, SILENT)
  t.match(command.validate(request, restorable.settings), { allowed: true })
  t.throws(() => command.validateSettings(restorable.settings), { message: 'guest was started already' })
  command.reuse?.serve(SILENT)
  const message = 'left behind: global wide global memory data size of the memory size of the memory'
  t.strictSame(command.validateSettings(restorable.settings), { valid: false, message })
})

t.test('a command that failed serves once', async (t) => {
  const reuseAfter = async (code: string) => {
    const { module, settings } = await createPolicy(buildCommand((text) => `${code} ${answer('{"valid":true}')(text)}`))
    t.ok(module.restorable)
    const command = WASI_COMMAND.instantiate(module, SILENT)
    command.validateSettings(settings)
    return command.reuse !== undefined
  }
  t.ok(await reuseAfter(''))
  t.notOk(await reuseAfter('(call $exit (i32.const 1))'))
  t.notOk(await reuseAfter('(unreachable)'))
})

t.test('files that a command closed or changed are as they were when it is started again', async (t) => {
  const module = buildCommand(
    (text) => `(if (call $fd_close (i32.const 2)) (then (unreachable))) ${answer('{"valid":true}')(text)}`,
  )
  const policy = await createPolicy(module)
  const command = WASI_COMMAND.instantiate(policy.module, SILENT)
  for (let index = 0; index < 3; index++) {
    t.strictSame(command.validateSettings(policy.settings), { valid: true })
    command.reuse?.serve(SILENT)
  }
})

/** What a command finds that is started twice in one instance that nobody cleans. */
function startTwice(t: Test, { module: { module } }: EvaluatedPolicy): (string | undefined)[] {
  const memory = new GuestMemory()
  const [stdin, stdout, stderr] = [new InputQueue(), new CapturedOutput(1000), new CapturedOutput(1000)]
  const host = { callHost: () => Buffer.from('answer'), console() {} }
  const { exports } = new WebAssembly.Instance(module, {
    ...createWasi(memory, { argv: [], stdin, stdout, stderr }),
    ...hostCallImports(memory, stdin, host),
  })
  memory.attach(exports['memory'] as WebAssembly.Memory)
  return [1, 2].map(() => {
    stdout.clear()
    stdin.append(Buffer.from('{}'))
    t.throws(exports['_start'] as () => void, { name: 'GuestExit', code: 0 })
    return (JSON.parse(Buffer.from(stdout.bytes).toString()) as { message?: string }).message
  })
}
