import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { Agent } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { programFiles } from '../../../util/package-root.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { descriptorOf, startServiceManager } from '../../helpers/service-manager.ts'
import { send, writePolicies } from '../../helpers/shim.ts'
import { startProcess } from '../../helpers/shim-process.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const policies = { gate: { guest: buildGuest('accept') } }

/** Asks for verdicts, on new connections and on kept ones, until it is stopped; gives what was no verdict. */
function startLoad(socketPath: string) {
  const pool = new Agent({ keepAlive: true })
  const failures: string[] = []
  let [verdicts, isOver] = [0, false]
  const options = {
    socketPath,
    method: 'POST',
    path: '/validate/gate',
    headers: { 'content-type': 'application/json' },
  }
  const client = async (agent: Agent | false) => {
    while (!isOver) {
      const answer = await send({ ...options, agent }, admissionReview()).catch((error) => ({
        status: 0,
        text: `${error}`,
      }))
      if (answer.status === 200) verdicts += 1
      else failures.push(`${answer.status} ${answer.text}`)
    }
  }
  const clients = Promise.all([client(false), client(pool), client(pool)])
  return {
    async stop() {
      isOver = true
      await clients
      pool.destroy()
      return { failures, verdicts }
    },
  }
}

t.test('shims take the socket from each other under load, and none of them drops a request', async (t) => {
  let current = startProcess(t, { policies, flags: ['--takeover'] })
  await current.wrote(' ready ')
  const { socket } = current
  const load = startLoad(socket)
  for (let turn = 0; turn < 3; turn++) {
    const next = startProcess(t, { policies, flags: ['--takeover', '--socket', socket] })
    await next.wrote(' ready ')
    t.match(await current.exited(), { code: 0, stderr: /another shim has taken the socket.*\n.*stopped cutOff=0/ })
    current = next
  }
  const { failures, verdicts } = await load.stop()
  t.strictSame(failures, [])
  t.ok(verdicts > 0, `${verdicts} verdicts`)
})

t.test('a successor that cannot start leaves the running shim alone', async (t) => {
  const first = startProcess(t, { policies, flags: ['--readiness-probe-port', '0'] })
  await first.wrote(' ready ')
  const socket = ['--takeover', '--socket', first.socket]
  const unreadable = startProcess(t, { policies, flags: [...socket, '--policies', '/nowhere/policies.yml'] })
  t.match(await unreadable.exited(), { code: 3 })
  const port = await listenSomewhere(t)
  const portless = startProcess(t, { policies, flags: [...socket, '--readiness-probe-port', `${port}`] })
  t.match(await portless.exited(), { code: 3, stderr: /ERR_PORT_LISTEN/ })
  t.equal((await first.ask('/readiness')).status, 200)
  first.child.kill('SIGTERM')
  t.notMatch((await first.exited()).stderr, 'taken')
})

t.test('the socket of a shim that was killed is taken, and one that is missing is made', async (t) => {
  const killed = startProcess(t, { policies, flags: ['--takeover'] })
  await killed.wrote(' ready ')
  killed.child.kill('SIGKILL')
  await killed.exited()
  const next = startProcess(t, { policies, flags: ['--takeover', '--socket', killed.socket] })
  await next.wrote(' ready ')
  t.equal((await killed.ask('/validate/gate', admissionReview())).status, 200)
})

t.test('a signal to a shim that hands over is the first one, and a second one ends it', async (t) => {
  const old = startProcess(t, { policies })
  await old.wrote(' ready ')
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  await send({ socketPath: old.socket, agent, path: '/nothing' })
  const next = startProcess(t, { policies, flags: ['--takeover', '--socket', old.socket] })
  await next.wrote(' ready ')
  await old.wrote('another shim has taken the socket')
  old.child.kill('SIGTERM')
  old.child.kill('SIGINT')
  t.match(await old.exited(), { code: 0 })
  t.equal((await old.ask('/livez')).status, 200, 'the next one answers')
})

t.test('with a socket of the service manager, who dials during a restart waits for the next shim', async (t) => {
  const folder = makeShortFolder(t)
  const flags = [
    '--policies',
    writePolicies(folder, policies),
    '--cert-dir',
    join(folder, 'pki'),
    '--admin-socket',
    'none',
  ]
  const service = await startServiceManager(t, [process.execPath, ...programFiles(), 'shim', ...flags])
  const { socket } = service
  const early = send({ socketPath: socket, path: '/readiness' })
  await service.start(' ready addresses=\\["fd:3"')
  t.equal((await early).status, 200)
  const load = startLoad(socket)
  for (let turn = 0; turn < 3; turn++) {
    t.equal(await service.stop(), 0)
    await service.start(' ready ')
  }
  const { failures, verdicts } = await load.stop()
  t.strictSame(failures, [])
  t.ok(verdicts > 0, `${verdicts} verdicts`)
  t.equal(await service.stop(), 0)
  t.ok((await stat(socket)).isSocket(), 'the socket belongs to the service manager')
})

t.test('what is passed on and is no Unix socket is refused', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const shim = startProcess(t, { policies, inherited: descriptorOf(server) })
  t.match(await shim.exited(), {
    code: 3,
    stderr: /ERR_SOCKET_INHERITED: cannot listen on the inherited file descriptor 3: it is a TCP socket/,
  })
})

async function listenSomewhere(t: Test): Promise<number> {
  const server = createServer().listen(0)
  t.teardown(() => server.close())
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}
