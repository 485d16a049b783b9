import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { packageRoot, programFiles } from '../../util/package-root.ts'
import { killAtEnd } from '../helpers/kill-at-end.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

t.test('a shim whose log nobody reads any more goes on answering', async (t) => {
  const folder = makeShortFolder(t)
  const socketPath = join(folder, 's')
  const policies = join(folder, 'policies.yml')
  writeFileSync(policies, `a: {module: ${packageRoot()}/policies/pod-privileged/policy.wasm}\n`)
  const flags = [
    '--policies',
    policies,
    '--socket',
    socketPath,
    '--cert-dir',
    join(folder, 'pki'),
    '--log-level',
    'debug',
  ]
  const shim = spawn(process.execPath, [...programFiles(), 'shim', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  killAtEnd(t, shim)
  for await (const chunk of shim.stderr.iterator({ destroyOnReturn: true })) if (`${chunk}`.includes('ready')) break

  // each verdict is a log line, and a write to nobody
  const body = JSON.stringify({
    request: {
      uid: '1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      userInfo: {},
      object: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } },
    },
  })
  for (let i = 0; i < 3; i++) t.match(await post(socketPath, '/validate/a', body), '"allowed":true')
  shim.kill('SIGTERM')
  const [code] = await once(shim, 'exit')
  t.equal(code, 0)
})

const NO_FULL_DISK = existsSync('/dev/full') ? false : 'there is no /dev/full here'

t.test('an output that cannot be written is a failure, and no verdict', { skip: NO_FULL_DISK }, async (t) => {
  const full = await open('/dev/full', 'w')
  t.teardown(() => full.close())
  const command = spawn(process.execPath, [...programFiles(), '--version'], { stdio: ['ignore', full.fd, 'pipe'] })
  const exit = once(command, 'exit')
  const stderr = (await command.stderr?.toArray())?.join('') ?? ''
  t.match(stderr, /^gatehouse: cannot write to standard output: ENOSPC.*\n$/)
  t.equal(stderr.split('\n').length, 2, 'one line')
  t.strictSame(await exit, [3, null])
})

function post(socketPath: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    request({ socketPath, path, method: 'POST', headers }, async (answer) => resolve((await answer.toArray()).join('')))
      .on('error', reject)
      .end(body)
  })
}
