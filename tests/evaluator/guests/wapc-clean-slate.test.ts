import t from 'tap'
import { WAPC } from '../../../evaluator/guests/wapc.ts'
import { checkCleanSlate } from '../../helpers/clean-slate.ts'
import { createPolicy, createRequest } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'

t.setTimeout(600_000)

const policy = await createPolicy(buildGuest('leaky'))
const restorable = await createPolicy(buildGuest('leaky-memory'))
const request = createRequest('{}')

t.test('a waPC guest finds nothing of what others left behind, however it is asked', async (t) => {
  await checkCleanSlate(t, policy, request)
})

t.test('a waPC guest whose state is put back finds nothing either', async (t) => {
  t.ok(restorable.module.restorable)
  await checkCleanSlate(t, restorable, request)
})

t.test('what is not put back, it would find', async (t) => {
  const guest = WAPC.instantiate(restorable.module, { callHost: () => new Uint8Array(), console() {} })
  t.match(guest.validate(request, restorable.settings), { allowed: true })
  const message = 'left behind: global wide global memory data size of the memory size of the memory'
  t.match(guest.validate(request, restorable.settings), { allowed: false, status: { message } })
})

t.test('what it leaves behind in its own instance, it finds and names', async (t) => {
  const lines: string[] = []
  const host = { callHost: () => new Uint8Array(), console: (line: string) => lines.push(line) }
  const guest = WAPC.instantiate(policy.module, host)
  t.match(guest.validate(request, policy.settings), { allowed: true })
  const everything = 'left behind: global memory data grown memory table grown table closed file flags of a file'
  t.match(guest.validate(request, policy.settings), { allowed: false, status: { message: everything } })
  t.strictSame(guest.validateSettings(policy.settings), { valid: false, message: everything })
  t.strictSame(lines, ['/etc/passwd', '/etc/passwd', '/etc/passwd'])
})
