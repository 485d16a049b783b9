import { join } from 'node:path'
import t from 'tap'
import { runCommandLine } from '../../../cli/program.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

/** Runs one command line with folders of the test's own. */
async function gatehouse(...argv: string[]) {
  const io = createRecordedIo()
  const code = await runCommandLine(argv, io)
  return { code, out: io.stdout(), err: io.stderr() }
}

t.beforeEach((t) => {
  process.env['XDG_STATE_HOME'] = t.testdir()
  process.env['XDG_RUNTIME_DIR'] = t.testdirName
})

t.test('every command has examples in its help', async (t) => {
  for (const command of [[], ['up'], ['down'], ['list'], ['logs'], ['kubeconfig']]) {
    const { code, out } = await gatehouse('cluster', ...command, '--help')
    t.equal(code, 0)
    t.match(out, /\nExamples:\n.*gatehouse cluster /s, command.join())
  }
})

t.test('without clusters the list is empty, and down says that there is nothing', async (t) => {
  t.match(await gatehouse('cluster', 'list'), { code: 0, out: /^NAME +PROVIDER +KUBERNETES +API SERVERS +STATE\n$/ })
  t.match(await gatehouse('cluster', 'list', '-o', 'json'), { code: 0, out: '[]\n' })
  t.match(await gatehouse('cluster', 'down'), { code: 0, out: "there is no cluster 'gatehouse'\n" })
  t.match(await gatehouse('cluster', 'down', '--all'), { code: 0, out: 'there are no clusters\n' })
})

t.test('a cluster that is not there is named, with the way to have one', async (t) => {
  for (const command of ['logs', 'kubeconfig']) {
    t.match(await gatehouse('cluster', command, '--name', 'a'), {
      code: 3,
      err: /ERR_CLUSTER_NOT_FOUND: there is no cluster 'a'\n {2}Start one: gatehouse cluster up\./,
    })
  }
})

t.test('a gate that does not exist is refused with those that do', async (t) => {
  t.match(await gatehouse('cluster', 'up', '--feature-gates', 'WasmPolicy=true'), {
    code: 2,
    err: /ERR_CLI_USAGE: --feature-gates: unknown gate 'WasmPolicy'\n {2}Gates: WasmPolicies\./,
  })
})

t.test('flags that would have no effect are refused', async (t) => {
  const idle = [['--policies', 'p.yml'], ['--no-default-exclusions'], ['--webhooks=api'], ['--shim-arg=--queue=1']]
  for (const flags of idle) {
    const { code, err } = await gatehouse('cluster', 'up', ...flags)
    t.equal(code, 2)
    t.match(err, /does nothing while the gate WasmPolicies is off\n {2}Add --feature-gates WasmPolicies=true\./)
  }
  const { code, err } = await gatehouse('cluster', 'up', '--feature-gates', 'WasmPolicies=true')
  t.equal(code, 2)
  t.match(err, /the gate WasmPolicies needs policies/)
})

t.test('what no cluster can have is refused before anything is started', async (t) => {
  t.match(await gatehouse('cluster', 'up', '--api-servers', 'two'), { code: 2, err: /Write a number/ })
  t.match(await gatehouse('cluster', 'up', '--api-servers', '0'), { code: 2, err: /apiServers: is 0/ })
  t.match(await gatehouse('cluster', 'up', '--name', '../x'), { code: 2, err: /ERR_CLUSTER_NAME: '\.\.\/x'/ })
  t.match(await gatehouse('cluster', 'up', '--kubernetes-version', '1.20'), { code: 2, err: /1\.37, 1\.36, 1\.35/ })
  t.match(await gatehouse('cluster', 'up', '--api-server-arg', '--v=4'), { code: 2, err: /without dashes/ })
  t.match(await gatehouse('cluster', 'list'), { out: /^NAME.*\n$/ })
})

t.test('policies with problems are refused before anything is started', async (t) => {
  const policies = join(t.testdir({ 'policies.yml': 'a: {module: 5}' }), 'policies.yml')
  const flags = ['--feature-gates=WasmPolicies=true', '--policies', policies]
  t.match(await gatehouse('cluster', 'up', ...flags), { code: 3, err: /ERR_POLICIES_INVALID/ })
  t.match(await gatehouse('cluster', 'list', '-o', 'json'), { out: '[]\n' })
})
