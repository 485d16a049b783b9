import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { clusterLayout } from '../../../clusters/local/layout.ts'
import { LocalProvider } from '../../../clusters/local/local-provider.ts'
import { withFileLock } from '../../../util/file-lock.ts'
import { createSteps, SILENT_STEPS } from '../../../util/steps.ts'

t.test('who changes a cluster that somebody else is changing waits, and says for whom', async (t) => {
  const folder = t.testdir()
  const provider = new LocalProvider({ stateFolder: folder, runtimeFolder: folder })
  const waiting = Promise.withResolvers<void>()
  let text = ''
  const write = (line: string) => {
    text += line
    if (line.includes('Waiting')) waiting.resolve()
  }
  const { lock } = clusterLayout('a', folder, folder)
  const down = await withFileLock(lock, { timeoutMs: 0 }, async () => {
    const removing = provider.down('a', createSteps({ isTerminal: false, write }))
    await waiting.promise
    return { removing }
  })
  t.equal(await down.removing, false)
  t.match(text, `Waiting for process ${process.pid}, which is changing cluster 'a'`)
})

t.test('a folder without a record is listed, and down removes it; any other folder is passed over', async (t) => {
  const folder = t.testdir()
  const provider = new LocalProvider({ stateFolder: folder, runtimeFolder: folder })
  await mkdir(clusterLayout('a', folder, folder).folder, { recursive: true })
  await mkdir(`${clusterLayout('a', folder, folder).folder}.bak`)
  t.same(await provider.list(), [{ name: 'a', kubernetesVersion: 'unknown', apiServers: 0, state: 'stopped' }])
  t.equal(await provider.get('a'), undefined)
  t.equal(await provider.down('a', SILENT_STEPS), true)
  t.same(await provider.list(), [])
})

t.test('names are checked before anything is looked at', async (t) => {
  const provider = new LocalProvider({ stateFolder: t.testdir(), runtimeFolder: t.testdirName })
  await t.rejects(provider.get('../x'), { code: 'ERR_CLUSTER_NAME' })
  await t.rejects(provider.down('../x', SILENT_STEPS), { code: 'ERR_CLUSTER_NAME' })
})
