import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')

t.test('scripts/demo shows what the README says', async (t) => {
  const { stdout, exitCode } = await execa(join(ROOT, 'scripts/demo'), { reject: false })
  t.equal(exitCode, 0)

  await t.test('a privileged Pod denied, another mutated, a third allowed, each with the policy', async (t) => {
    t.match(stdout, /^ denied +Pod default\/privileged +by pod-privileged: Privileged container is not allowed/m)
    t.match(stdout, /^ mutated +Pod default\/web +by default-seccomp-profile: .*RuntimeDefault/m)
    t.match(stdout, /^ allowed +Pod default\/hardened +as it was written$/m)
  })

  await t.test('nothing on TCP, and what happens without the shim', async (t) => {
    t.match(stdout, /listens on 2 Unix sockets and 0 TCP ports$/m)
    t.match(stdout, /^ refused +Pod default\/hardened .*failurePolicy is Fail.*no such file or directory$/m)
    t.match(stdout, /^ allowed +Pod kube-system\/dns /m)
  })

  await t.test('the README prints the same lines', async (t) => {
    const [, shown = ''] =
      /<!-- demo -->\n([\s\S]*)<!-- \/demo -->/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
    const verdicts = linesThat(/^ (denied|mutated|allowed|refused) /, shown)
    t.ok(verdicts.length >= 7, 'the README shows verdicts')
    t.strictSame(verdicts, linesThat(/^ (denied|mutated|allowed|refused) /, stdout))
    t.strictSame(linesThat(/^==/, shown), linesThat(/^==/, stdout))
  })

  await t.test('the cluster is gone', async (t) => {
    const { stdout: list } = await execa(join(ROOT, 'cli/gatehouse'), ['cluster', 'list', '-o', 'json'])
    t.notMatch(list, 'gatehouse-demo')
  })
})

/** The lines of one kind, without what differs from machine to machine, and with the policies' bytes. */
function linesThat(match: RegExp, text: string): string[] {
  const lines = text.split('\n').filter((line) => match.test(line))
  return lines.map((line) =>
    line.replace(/dial unix \S+:/, 'dial unix SOCKET:').replace(/combined\/\w+/, 'combined/SET'),
  )
}
