import t from 'tap'
import { GuestMemory } from '../../../evaluator/guests/guest-memory.ts'
import { hostCallImports } from '../../../evaluator/guests/wasi-host-call.ts'
import { CapturedOutput } from '../../../evaluator/wasi/captured-output.ts'
import { InputQueue } from '../../../evaluator/wasi/input-queue.ts'
import { createWasi } from '../../../evaluator/wasi/wasi.ts'
import { checkCleanSlate } from '../../helpers/clean-slate.ts'
import { createPolicy, createRequest, evaluateLogged } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { WASI_METADATA } from '../../helpers/wasi-commands.ts'

t.setTimeout(600_000)

const policy = await createPolicy(buildGuest('leaky-command', WASI_METADATA))

t.test('a WASI command finds nothing of what others left behind, however it is asked', async (t) => {
  t.match(evaluateLogged(policy).lines, [{ level: 'warn', message: 'stderr: /etc/passwd' }])
  await checkCleanSlate(t, policy, createRequest('{}'))
})

t.test('what it leaves behind, it would find and name', async (t) => {
  const memory = new GuestMemory()
  const [stdin, stdout, stderr] = [new InputQueue(), new CapturedOutput(1000), new CapturedOutput(1000)]
  const host = { callHost: () => Buffer.from('answer'), console() {} }
  const { exports } = new WebAssembly.Instance(policy.module.module, {
    ...createWasi(memory, { argv: [], stdin, stdout, stderr }),
    ...hostCallImports(memory, stdin, host),
  })
  memory.attach(exports['memory'] as WebAssembly.Memory)
  const start = (): string => {
    const before = stdout.written
    stdin.append(Buffer.from('{}'))
    t.throws(exports['_start'] as () => void, { name: 'GuestExit', code: 0 })
    return Buffer.from(stdout.bytes.subarray(before)).toString()
  }
  t.match(JSON.parse(start()), { accepted: true })
  const message = 'left behind: global memory data grown memory table grown table closed file flags of a file input'
  t.match(JSON.parse(start()), { accepted: false, message })
})
