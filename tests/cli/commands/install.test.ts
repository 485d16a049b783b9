import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runCommand } from '../../helpers/command.ts'

const INSTALL = ['install', '--target', 'service', '--policies', 'policies.yml']

t.test('files of a certificate go together, and not with a folder', async (t) => {
  for (const flags of [
    ['--cert-file', 'a'],
    ['--cert-dir', 'pki', '--cert-file', 'a', '--key-file', 'b', '--ca-file', 'c'],
  ]) {
    const { code, stderr } = await runCommand(...INSTALL, ...flags)
    t.equal(code, 2)
    t.match(stderr, /--cert-file, --key-file and --ca-file go together/)
  }
})

t.test('a target that is none is refused', async (t) => {
  const { code, stderr } = await runCommand('install', '--target', 'moon', '--policies', 'policies.yml')
  t.equal(code, 2)
  t.match(stderr, /Allowed choices are service/)
})

t.test('nothing is printed when the policies cannot be read', async (t) => {
  const { code, stdout, stderr } = await runCommand('install', '--target', 'service', '--policies', 'none/policies.yml')
  t.equal(code, 3)
  t.equal(stdout, '')
  t.match(stderr, /ERR_FILE_READ/)
})

t.test('while an authority is replaced, what comes next is told beside what is printed', async (t) => {
  const folder = t.testdir({ 'one.wasm': 'module' })
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  const policies = join(folder, 'policies.yml')
  writeFileSync(policies, JSON.stringify({ one: { module: 'one.wasm', rules } }))
  const certDir = ['--cert-dir', join(folder, 'pki')]
  const print = async () => {
    const { code, stdout, stderr } = await runCommand(
      'install',
      '--target',
      'service',
      '--policies',
      policies,
      ...certDir,
    )
    t.equal(code, 0, stderr)
    t.match(stdout, /kind: Deployment/)
    return stderr
  }
  t.equal(await print(), '')
  await runCommand('certificates', 'rotate', ...certDir)
  t.match(await print(), /pki: .* trust both: then `gatehouse certificates confirm`, and print again/)
  await runCommand('certificates', 'confirm', ...certDir)
  t.match(await print(), /pki: the new authority signs/)
})
