import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FolderRecord, readState } from '../../clusters/folder-record.ts'

t.test('changes made at the same time are all kept', async (t) => {
  const folder = t.testdir()
  const layout = { folder, state: join(folder, 'state.json') }
  const record = await new FolderRecord(layout, { kubeconfigs: [] as string[], port: 0 }).write()
  await Promise.all([record.update({ port: 1 }), record.rememberKubeconfig('a'), record.rememberKubeconfig('a')])
  t.strictSame(await readState(layout), { kubeconfigs: ['a'], port: 1 })
})

t.test('a write that fails is told, and does not keep the next one from being made', async (t) => {
  const root = t.testdir({ cluster: {} })
  const folder = join(root, 'cluster')
  const layout = { folder, state: join(folder, 'state.json') }
  const record = await new FolderRecord(layout, { kubeconfigs: [], port: 0 }).write()
  await rename(folder, join(root, 'elsewhere'))
  await t.rejects(record.update({ port: 1 }))
  await rename(join(root, 'elsewhere'), folder)
  await record.update({ port: 2 })
  t.match(await readFile(layout.state, 'utf8'), /"port": 2/)
})

t.test('without a folder there is no cluster', async (t) => {
  const folder = join(t.testdir(), 'absent')
  t.equal(await readState({ folder, state: join(folder, 'state.json') }), undefined)
})
