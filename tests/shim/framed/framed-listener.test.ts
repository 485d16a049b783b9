import fc from 'fast-check'
import t from 'tap'
import { ALL_IDS } from '../../../shim/framed/protocol.ts'
import { writeHello } from '../../../shim/framed/write-frames.ts'
import { connectFramed, frameOf, writeRequest } from '../../helpers/framed-client.ts'
import { type FramedShim, startFramedShim } from '../../helpers/framed-shim.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { socketOptions } from '../../helpers/shim.ts'
import { startProcess } from '../../helpers/shim-process.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { until } from '../../helpers/until.ts'

const ACCEPT = { guest: buildGuest('accept') }
const DENY = { guest: buildGuest('deny') }
const LATE = { guest: buildGuest('loop'), timeoutEvalSeconds: 1 }

const isBusy = async ({ shim }: FramedShim) =>
  (await shim.call('GET', '/metrics')).text.includes('gatehouse_evaluator_threads{state="busy"} 1')

t.test('a shutdown asks clients to leave, answers what is under way, and cuts nothing off', async (t) => {
  await using test = await startFramedShim(t, { accept: ACCEPT, late: LATE })
  using busy = await test.connect()
  using idle = await test.connect()
  await idle.ask(['accept'], admissionReview())
  const answer = busy.ask(['late'], admissionReview())
  await until(() => isBusy(test))
  const stopped = test.shim.shim.stop()
  await idle.ended
  t.match(idle.goodbyes, [
    { reason: 0, lastId: ALL_IDS },
    { reason: 0, lastId: 1, text: 'the shim has stopped' },
  ])
  t.match(await answer, [{ status: 200 }])
  await busy.ended
  t.equal(await stopped, 0, 'nothing was cut off')
  await t.rejects(test.connect(), { code: 'ENOENT' })
})

t.test(
  'a shim that takes over answers who dials from then on; who is connected is answered until he leaves',
  async (t) => {
    const socket = { ...socketOptions(makeShortFolder(t)), takeover: true }
    await using old = await startFramedShim(t, { gate: ACCEPT }, { socket })
    using client = await old.connect()
    const isAllowed = async (from: typeof client) =>
      JSON.parse((await from.ask(['gate'], admissionReview()))[0]?.text ?? '').response.allowed
    t.equal(await isAllowed(client), true)
    await using successor = await startFramedShim(t, { gate: DENY }, { socket })
    await until(() => client.goodbyes.length > 0)
    t.match(client.goodbyes, [{ reason: 0, lastId: ALL_IDS }])
    t.equal(await isAllowed(client), true, 'the old one answers on its connection')
    using next = await successor.connect()
    t.equal(await isAllowed(next), false)
    client.socket.end()
    t.equal(await old.shim.shim.ended, 0, 'the old one ends when nobody is connected')
    t.equal(await isAllowed(next), false)
  },
)

t.test('whatever is sent to a shim, it goes on answering, in frames and by HTTP', async (t) => {
  const path = `${makeShortFolder(t)}/f`
  const shim = startProcess(t, { policies: { accept: ACCEPT }, flags: ['--framed-socket', path] })
  await shim.wrote('ready')
  using good = await connectFramed(path)
  const parts = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map(frameOf),
    fc.nat(5).map((id) => writeRequest(id, ['accept'], admissionReview())),
    fc.uint8Array({ maxLength: 300 }).map((body) => writeRequest(6, ['accept', 'accept'], body)),
    fc.constant(writeHello()),
  )
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(parts, { maxLength: 6 }), async (isPolite, sent) => {
      using bad = await connectFramed(path, Buffer.concat([...(isPolite ? [writeHello()] : []), ...sent]))
      bad.socket.end()
      await bad.ended
      const [part] = await good.ask(['accept'], admissionReview())
      return part?.status === 200
    }),
    { numRuns: 200 },
  )
  const { status } = await shim.ask('/validate/accept', admissionReview())
  t.equal(status, 200)
  shim.child.kill('SIGTERM')
  const { code, stderr } = await shim.exited()
  t.equal(code, 0)
  t.notMatch(stderr, /ERROR/)
})
