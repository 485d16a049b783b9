import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../util/package-root.ts'
import { startRegistry } from '../../helpers/registry.ts'

const POLICY = join(packageRoot(), 'policies/pod-privileged')

t.test('the commands of docs/artifacts.md work, one after the other', async (t) => {
  const registry = await startRegistry(t, { tls: true })
  const folder = t.testdir({ 'ca.pem': registry.authority, bin: {} })
  symlinkSync(join(packageRoot(), 'cli/gatehouse'), join(folder, 'bin/gatehouse'))
  for (const name of ['policy.wasm', 'metadata.yml']) copyFileSync(join(POLICY, name), join(folder, name))
  copyFileSync(join(POLICY, 'fixtures/privileged-pod.json'), join(folder, 'request.json'))
  const page = readFileSync(join(packageRoot(), 'docs/artifacts.md'), 'utf8')
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? []
  writeFileSync(join(folder, 'commands'), block.replaceAll('registry.example.com', registry.host))
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    GATEHOUSE_STORE: join(folder, 'store'),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    DOCKER_CONFIG: folder,
  }
  const { stdout } = await execa('sh', ['-eu', './commands'], { cwd: folder, env })
  t.match(stdout, /^Policy successfully pushed: localhost:\d+\/policies\/mine@sha256:\w{64}$/m)
  t.match(stdout, /^localhost:\d+\/policies\/mine:v1@sha256:\w{64}$/m)
  t.match(stdout, /^registry:\/\/localhost:\d+\/policies\/mine:v1 +no +no /m)
  t.match(stdout, /^protocolVersion: v1$/m)
  t.match(stdout, /^{"uid":.*"allowed":false/m)
  t.match(stdout, /^removed 0 modules/m)
})
