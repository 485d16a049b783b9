import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { buildFloorServer, FLOOR_HOST, floorFiles, floorProcess } from '../../bench/floor-server.ts'
import { startProcess, stopProcesses, waitUntilReady } from '../../util/managed-process.ts'
import { packageRoot } from '../../util/package-root.ts'

const hasGo = await execa('go', ['version'], { reject: false }).then(({ failed }) => !failed)
const skip = hasGo ? false : 'Go is not installed'

interface Floor {
  readonly socket: string
  readonly caBundle: string
}

async function startFloor(t: Test, program: string, folder: string): Promise<Floor> {
  const { socket, ca } = floorFiles(folder)
  const spec = floorProcess(program, { socket, ca })
  const server = await startProcess({ ...spec, logFile: join(folder, 'floor.log') })
  t.teardown(() => stopProcesses([server], 2000))
  await waitUntilReady(server, spec.readiness)
  return { socket, caBundle: await readFile(ca, 'utf8') }
}

function openTunnel(socketPath: string, method = 'CONNECT'): Promise<{ status: number | undefined; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path: `${FLOOR_HOST}:443` })
    outgoing.on('connect', ({ statusCode }, socket) => resolve({ status: statusCode, socket }))
    outgoing.on('response', ({ statusCode, socket }) => resolve({ status: statusCode, socket }))
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function handshake({ socket: path, caBundle }: Floor): Promise<TLSSocket> {
  const { socket } = await openTunnel(path)
  const tls = connectTls({ socket, ca: caBundle, servername: FLOOR_HOST, ALPNProtocols: ['h2', 'http/1.1'] })
  await new Promise((resolve, reject) => tls.once('secureConnect', resolve).once('error', reject))
  return tls
}

async function post(floor: Floor, body: string): Promise<{ status: number | undefined; text: string }> {
  const tls = await handshake(floor)
  return new Promise((resolve, reject) => {
    const outgoing = requestOverTls(
      { createConnection: () => tls, method: 'POST', path: '/validate/x' },
      async (incoming) => {
        resolve({ status: incoming.statusCode, text: (await incoming.toArray()).join('') })
        tls.destroy()
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

t.test('the floor server', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'floor-')) // a socket's path is short
  t.teardown(() => rm(folder, { recursive: true }))
  const program = await buildFloorServer(folder)
  const floor = await startFloor(t, program, folder)

  await t.test('is built once and found again', async (t) => {
    t.equal(await buildFloorServer(folder), program)
  })

  await t.test('allows everything, with the uid that it was asked with', async (t) => {
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u-1', object: {} } }
    const { status, text } = await post(floor, JSON.stringify(review))
    t.equal(status, 200)
    t.strictSame(JSON.parse(text), {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u-1', allowed: true },
    })
  })

  await t.test('reads the body: what is no review is refused', async (t) => {
    t.equal((await post(floor, 'nonsense')).status, 400)
    t.equal((await post(floor, '{}')).status, 400)
  })

  await t.test('speaks TLS 1.3 and HTTP/1.1 with a P-256 certificate, as the shim does', async (t) => {
    const tls = await handshake(floor)
    t.equal(tls.getProtocol(), 'TLSv1.3')
    t.equal(tls.alpnProtocol, 'http/1.1')
    t.equal(tls.getPeerCertificate().asn1Curve, 'prime256v1')
    tls.destroy()
  })

  await t.test('answers nothing but CONNECT outside of a tunnel', async (t) => {
    const { status, socket } = await openTunnel(floor.socket, 'GET')
    t.equal(status, 405)
    socket.destroy()
  })
})

t.test('its Go code is clean', { skip }, async (t) => {
  const cwd = `${packageRoot()}/bench/floor`
  t.equal((await execa('go', ['vet', './...'], { cwd })).exitCode, 0)
  t.equal((await execa('gofmt', ['-l', '.'], { cwd })).stdout, '')
})
