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
