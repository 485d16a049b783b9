import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../util/package-root.ts'

const FOLDER = join(packageRoot(), 'policies/privileged-with-owner')

const gatehouse = (...args: readonly string[]) => execa(join(packageRoot(), 'cli/gatehouse'), args, { cwd: FOLDER })

t.test('what the README of the sample group shows is what happens', async (t) => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8')
  const [, args = '', output] = /^\$ gatehouse (.*)\n(.*)$/m.exec(readme) ?? []
  t.equal((await gatehouse(...args.split(' '))).stdout, output)
  const rules = readFileSync(join(FOLDER, 'policies.yml'), 'utf8')
  for (const line of /^expression: .*\nmessage: .*$/m.exec(readme)?.[0].split('\n') ?? [])
    t.ok(rules.includes(`  ${line}\n`), line)
})

t.test('the sample group lets pass what is unprivileged, or owned, and nothing else', async (t) => {
  t.match(await gatehouse('lint', 'policies.yml'), { stderr: 'policies: 1, problems: 0' })
  for (const [fixture, allowed] of [
    ['unprivileged-pod', true],
    ['owned-pod', true],
    ['privileged-pod', false],
  ] as const) {
    const { stdout } = await gatehouse('run', 'policies.yml', '-r', `fixtures/${fixture}.yaml`)
    t.match(JSON.parse(stdout), { allowed }, fixture)
  }
})
