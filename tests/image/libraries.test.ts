import { realpathSync } from 'node:fs'
import t from 'tap'
import { hostArchitecture } from '../../image/architecture.ts'
import { listLibraries } from '../../image/libraries.ts'

t.test('a program comes with its loader and all libraries, and what its extensions need besides', async (t) => {
  const pathsOf = async (extensions: readonly string[]) =>
    (await listLibraries(realpathSync('/bin/sh'), '/', hostArchitecture(), extensions)).map(({ path }) => path)
  const alone = await pathsOf([])
  t.ok(alone.some((path) => /\/ld-linux/.test(path)))
  t.ok(alone.some((path) => path.endsWith('/libc.so.6')))
  t.notOk(alone.some((path) => path.endsWith('/libm.so.6')))
  t.ok((await pathsOf([process.execPath])).some((path) => path.endsWith('/libm.so.6')))
})
