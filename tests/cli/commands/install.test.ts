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

t.test('pods that stand in for shims are told by flags that do nothing else', async (t) => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [['--stand-in', '--no-webhooks'], /--no-webhooks excludes --stand-in/],
    [['--shim-host', 'shim.internal'], /--shim-host does nothing without --stand-in/],
    [['--selectors', 'shim'], /--selectors does nothing without --stand-in/],
    [['--kubernetes-version', '1.37'], /--kubernetes-version does nothing without --stand-in/],
    [['--stand-in', '--selectors', 'nobody'], /Allowed choices are api-server, shim/],
  ]
  for (const [flags, message] of refused) {
    const { code, stdout, stderr } = await runCommand(...INSTALL, ...flags)
    t.equal(code, 2, flags.join(' '))
    t.equal(stdout, '')
    t.match(stderr, message)
  }
})

t.test('they share entries as shims do unless told otherwise, and a Deployment for itself does not', async (t) => {
  const folder = t.testdir({ 'one.wasm': 'module' })
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  const policies = join(folder, 'policies.yml')
  writeFileSync(policies, JSON.stringify({ one: { module: 'one.wasm', rules } }))
  const print = async (...flags: string[]) =>
    (await runCommand('install', '--target', 'service', '--policies', policies, ...flags)).stdout
  t.match(await print('--stand-in'), /- --registration\n *- combined\n/)
  t.match(await print('--stand-in', '--registration', 'per-policy'), /- --registration\n *- per-policy\n/)
  t.match(await print(), /path: \/validate\/one\n/)
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
