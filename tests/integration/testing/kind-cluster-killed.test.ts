import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { KindProvider } from '../../../clusters/kind/kind-provider.ts'
import type { ContainerEngine } from '../../../containers/engine.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'
import { createClusterFolders } from '../../helpers/cluster-folders.ts'
import { choosePlace } from '../../helpers/containers/test-engine.ts'
import { whyNoReaperOfOurs } from '../../helpers/containers/why-no-reaper.ts'
import { writePolicies } from '../../helpers/test-cluster.ts'
import { until } from '../../helpers/until.ts'

const HOLDER = join(import.meta.dirname, '../../fixtures/hold-kind-cluster.ts')
const RULES = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

const place = await choosePlace(t)
const skip = 'missing' in place ? place.missing : await whyNoReaperOfOurs(place.engine)

/** When the process is killed: as soon as there is the node's container, or once the cluster runs. */
const MOMENTS = ['while kind makes the node', 'while the cluster runs'] as const

for (const [index, moment] of MOMENTS.entries()) {
  t.test(`a test's process is killed ${moment}, and the reaper removes the node`, { skip, timeout }, async (t) => {
    if ('missing' in place) return
    const { engine } = place
    const { environment, stateFolder, runtimeFolder } = await createClusterFolders(t)
    const provider = new KindProvider({ stateFolder, runtimeFolder })
    const name = `test-killed-${index}-${process.pid}`
    const policies = writePolicies(t.testdir(), { accept: { guest: 'accept', rules: RULES } })
    const node = `${name}-control-plane`
    const isThere = () => engine.succeeds(['container', 'inspect', node])
    const holder = execa(process.execPath, [HOLDER, name, policies], {
      ...{ buffer: false, reject: false, stderr: 'inherit' },
      // the policies' copies, which nobody removes then, go with the test
      env: { ...environment, TMPDIR: t.testdirName },
    })
    try {
      await (moment === 'while the cluster runs' ? once(holder.stdout, 'data') : until(isThere))
      const volumes = await readVolumes(engine, node)
      t.ok(volumes.length > 0, 'the node has a volume')
      holder.kill('SIGKILL')
      t.equal((await holder).signal, 'SIGKILL')

      // it would make what has just been removed
      await until(() => !isKindAtWork(name))
      await until(async () => !(await isThere()))
      for (const volume of volumes) await until(async () => !(await engine.succeeds(['volume', 'inspect', volume])))
      t.pass('the node and its volumes are gone')
    } finally {
      holder.kill('SIGKILL')
      await holder
      t.ok(await provider.down(name, SILENT_STEPS), 'what has no container is shown, and removed by its name')
    }
    t.same(await provider.list(), [])
  })
}

async function readVolumes(engine: ContainerEngine, container: string): Promise<string[]> {
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
  return (await engine.run(['inspect', `--format=${format}`, container])).trim().split(' ').filter(Boolean)
}

function isKindAtWork(cluster: string): boolean {
  return globSync('/proc/[0-9]*/cmdline').some((file) => {
    try {
      const [program = '', ...args] = readFileSync(file, 'utf8').split('\0')
      return basename(program) === 'kind' && args.includes(`--name=${cluster}`)
    } catch {
      // it has ended meanwhile
      return false
    }
  })
}
