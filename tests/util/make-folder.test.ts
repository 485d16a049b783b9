import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../../util/make-folder.ts'

t.test('a folder is made with those above it, and making it again is no error', async (t) => {
  const folder = join(t.testdir(), 'a/b/c')
  await makeFolder(folder, 0o700)
  await Promise.all([makeFolder(folder), makeFolder(join(folder, 'd')), makeFolder(join(folder, 'd'))])
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.ok(statSync(join(folder, 'd')).isDirectory())
})

t.test('where no folder can be, the kernel says why', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  writeFileSync(file, '')
  await t.rejects(makeFolder(file), { code: 'EEXIST' })
  await t.rejects(makeFolder(join(file, 'below')), { code: 'ENOTDIR' })
  await t.rejects(makeFolder('/proc/gatehouse/below'), { code: 'ENOENT' })
})
