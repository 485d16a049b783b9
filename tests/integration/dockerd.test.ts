import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { writeDockerArchive } from '../../containers/docker-archive.ts'
import { readDaemon } from '../../containers/dockerd/record.ts'
import { missingPrograms, startDockerd } from '../../containers/dockerd/start.ts'
import { stopDockerd } from '../../containers/dockerd/stop.ts'
import { hostArchitecture } from '../../image/architecture.ts'
import { listLibraries } from '../../image/libraries.ts'
import { isRunning } from '../../util/process-identity.ts'
import { findProgram } from '../../util/programs.ts'
import { createSteps } from '../../util/steps.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

const missing = [...(await missingPrograms()), ...((await findProgram('ip')) === undefined ? ['ip'] : [])]
const SKIP =
  missing.length > 0 ? `${missing.join(', ')} not installed` : process.getuid?.() !== 0 ? 'needs root' : false

t.test(
  'a daemon is started where none answers, runs privileged containers, and is stopped',
  { skip: SKIP },
  async (t) => {
    const folder = makeShortFolder(t)
    const host = `unix://${join(folder, 's')}`
    const lines: string[] = []
    const steps = createSteps({ isTerminal: false, write: (line) => void lines.push(line) })
    const own = ['data-root', 'exec-root'].map((flag) => `--${flag}=${join(folder, flag)}`)
    // one that the machine's own daemon does not notice; told to have no bridge at all, it would remove that one's
    const bridge = await addBridge(t)
    const args = [...own, `--pidfile=${join(folder, 'pid')}`, `--bridge=${bridge}`, '--iptables=false']
    const options = { folder: join(folder, 'daemon'), host, args }
    t.teardown(() => stopDockerd(options.folder))
    await startDockerd(steps, options)
    t.match(lines.join(''), /process \d+, log .*dockerd\.log; scripts\/dockerd --stop ends it/)
    const docker = (...args: string[]) => execa('docker', ['--host', host, ...args], { stdin: 'ignore' })
    const libraries = await listLibraries('/bin/cat', '/', hostArchitecture())
    const archive = await writeDockerArchive({
      file: join(folder, 'cat.tar'),
      tag: 'localhost/cat:1',
      files: [{ path: '/bin/cat', from: '/bin/cat' }, ...libraries],
      entrypoint: ['/bin/cat', '/proc/self/status'],
    })
    await docker('load', '--input', archive.file)
    const inspected = await docker('image', 'inspect', '--format', '{{.Id}}', 'localhost/cat:1')
    t.equal(inspected.stdout, archive.id, 'the image has the id that was told')
    const { stdout } = await docker('run', '--rm', '--privileged', '--network=none', 'localhost/cat:1')
    t.match(stdout, /^CapEff:\t[0-9a-f]{16}$/m)

    const daemon = await readDaemon(options.folder)
    await startDockerd(steps, options)
    t.same(await readDaemon(options.folder), daemon, 'one that answers is left as it is')
    t.equal(await stopDockerd(options.folder), true)
    t.notOk(daemon !== undefined && isRunning(daemon))
    t.equal(await stopDockerd(options.folder), false)
  },
)

async function addBridge(t: Test): Promise<string> {
  const name = `gh${process.pid}`
  const ip = (...args: string[]) => execa('ip', args)
  await ip('link', 'add', name, 'type', 'bridge')
  t.teardown(() => ip('link', 'delete', name))
  await ip('address', 'add', '172.31.254.1/24', 'dev', name)
  return name
}
