import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../util/package-root.ts'

t.test('the commands of docs/kwctl.md work', async (t) => {
  const bin = t.testdir()
  symlinkSync(join(packageRoot(), 'cli/gatehouse'), join(bin, 'gatehouse'))
  const page = readFileSync(join(packageRoot(), 'docs/kwctl.md'), 'utf8')
  const [, commands = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? []
  const env = { PATH: `${bin}:${process.env['PATH']}` }
  const { stdout } = await execa('sh', ['-eux', '-c', commands], { cwd: packageRoot(), env })
  t.match(stdout, /^{"uid":.*"allowed":true/m)
  t.match(stdout, /^kind: ClusterAdmissionPolicy$/m)
  t.match(stdout, /^kwctl version: /m)
})
