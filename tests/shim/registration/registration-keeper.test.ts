import t from 'tap'
import type { Registrable } from '../../../shim/registration/registrar.ts'
import { RegistrationKeeper } from '../../../shim/registration/registration-keeper.ts'
import { SILENT_LOG } from '../../../util/log.ts'

const log = SILENT_LOG

function registrable(digest: string): Registrable {
  return { set: { digest, policies: new Map(), entries: new Map() }, caBundle: '' }
}

t.test('what changes during an attempt is registered by the next one, and only its last state', async (t) => {
  const registered: string[] = []
  const gate = Promise.withResolvers<void>()
  let current = 'a'
  const registrar = {
    async register({ set }: Registrable) {
      registered.push(set.digest)
      if (set.digest === 'a') await gate.promise
    },
  }
  await using keeper = new RegistrationKeeper({ registrar, read: async () => registrable(current), log })
  const first = keeper.update()
  current = 'b'
  void keeper.update()
  current = 'c'
  void keeper.update()
  gate.resolve()
  await first
  t.strictSame(registered, ['a', 'c'])
})

t.test('a failure is tried again until it succeeds', async (t) => {
  const done = Promise.withResolvers<void>()
  let attempts = 0
  const registrar = {
    async register() {
      attempts += 1
      if (attempts < 3) throw new Error('not yet')
      done.resolve()
    },
  }
  await using keeper = new RegistrationKeeper({ registrar, read: async () => registrable('a'), log, retryMs: 1 })
  void keeper.update()
  await done.promise
  t.equal(attempts, 3)
})

t.test('what cannot be read is tried again too, and a stop waits for the attempt under way', async (t) => {
  let isStopped = false
  const started = Promise.withResolvers<void>()
  const registrar = {
    async register(_: Registrable, signal: AbortSignal) {
      started.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      isStopped = true
    },
  }
  let reads = 0
  const read = async () => {
    reads += 1
    if (reads === 1) throw new Error('not yet')
    return registrable('a')
  }
  const keeper = new RegistrationKeeper({ registrar, read, log, retryMs: 1 })
  void keeper.update()
  await started.promise
  await keeper[Symbol.asyncDispose]()
  t.ok(isStopped)
})
