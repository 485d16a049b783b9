import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { clusterLayout } from '../../../clusters/local/layout.ts'
import { ensureSocketFolder } from '../../../clusters/local/socket-folder.ts'

t.test('the folder is for its owner only', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(parent, { recursive: true }))
  const layout = clusterLayout('a', parent, join(parent, 'run'))
  await ensureSocketFolder(layout)
  t.equal((await stat(layout.sockets)).mode & 0o777, 0o700)
  await ensureSocketFolder(layout)
})

t.test('a parent that others may write to is refused', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(parent, { recursive: true }))
  const run = join(parent, 'run')
  await mkdir(run)
  await chmod(run, 0o777)
  await t.rejects(ensureSocketFolder(clusterLayout('a', parent, run)), {
    code: 'ERR_CLUSTER_OPTIONS',
    message: `others may write to ${run}`,
    hint: /XDG_RUNTIME_DIR/,
  })
})

t.test('a parent of another user is refused', { skip: !isRoot() && 'only root can give a folder away' }, async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(parent, { recursive: true }))
  const run = join(parent, 'run')
  await mkdir(run)
  await chown(run, 4242, 4242)
  await t.rejects(ensureSocketFolder(clusterLayout('a', parent, run)), {
    code: 'ERR_CLUSTER_OPTIONS',
    message: `${run} belongs to user 4242, not to you`,
  })
})

t.test('a path that is too long for a socket is refused before anything is started', async (t) => {
  const layout = clusterLayout('a', '/unused', `/tmp/${'x'.repeat(100)}`)
  await t.rejects(ensureSocketFolder(layout), { code: 'ERR_CLUSTER_OPTIONS', message: /longer than 107 bytes/ })
})

function isRoot(): boolean {
  return process.getuid?.() === 0
}
