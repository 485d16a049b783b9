import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../util/package-root.ts'
import { runCommand } from '../../helpers/command.ts'

const page = readFileSync(join(packageRoot(), 'docs/testing-policies.md'), 'utf8')

t.test('the commands of docs/testing-policies.md work', async (t) => {
  const bin = t.testdir()
  symlinkSync(join(packageRoot(), 'cli/gatehouse'), join(bin, 'gatehouse'))
  const [, commands = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? []
  const env = { PATH: `${bin}:${process.env['PATH']}` }
  const { stdout } = await execa('sh', ['-eux', '-c', commands], { cwd: packageRoot(), env })
  t.match(stdout, /^1 file: 1 passed, 0 failed/m)
  t.match(stdout, '"failed": 0')
})

t.test('the test file that it shows passes', async (t) => {
  const folder = t.testdir()
  const policy = join(packageRoot(), 'policies/require-labels')
  for (const path of ['policy.wasm', 'fixtures']) cpSync(join(policy, path), join(folder, path), { recursive: true })
  const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? []
  writeFileSync(join(folder, 'policy-test.yml'), example)
  const { code, stdout } = await runCommand('test', folder)
  t.equal(code, 0, stdout)
  t.match(stdout, '3 passed')
})
