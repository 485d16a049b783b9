import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { reloadBy, replaceFile } from '../../helpers/reloads.ts'
import { startShim, type TestShim } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

/** A folder with modules to name. */
function makeModules(t: Test): string {
  const folder = makeShortFolder(t)
  writeFileSync(join(folder, 'accept.wasm'), buildGuest('accept'))
  writeFileSync(join(folder, 'deny.wasm'), buildGuest('deny'))
  return folder
}

const ask = async (test: TestShim, id: string) => {
  const { status, text } = await test.call('POST', `/validate/${id}`, admissionReview())
  return status === 200 ? JSON.parse(text).response.allowed : status
}

t.test('a file that is written anew, in place or by renaming another one onto it, is in force', async (t) => {
  const modules = makeModules(t)
  const entry = (guest: string) => `p: {module: ${modules}/${guest}.wasm}\n`
  const policies = join(modules, 'policies.yml')
  writeFileSync(policies, entry('accept'))
  await using test = await startShim(t, {}, { policies })
  t.equal(await ask(test, 'p'), true)
  await reloadBy(test, () => writeFileSync(policies, entry('deny')))
  t.equal(await ask(test, 'p'), false)
  await reloadBy(test, () => replaceFile(policies, entry('accept')))
  t.equal(await ask(test, 'p'), true)
  await reloadBy(test, () => replaceFile(policies, entry('deny')))
  t.equal(await ask(test, 'p'), false, 'and again')
})

t.test('a module that is replaced is in force, though nothing changed in the policies file', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('accept') } })
  const module = join(test.folder, 'p.wasm')
  await reloadBy(test, () => replaceFile(module, buildGuest('deny')))
  t.equal(await ask(test, 'p'), false)
  await reloadBy(test, () => writeFileSync(module, buildGuest('accept')))
  t.equal(await ask(test, 'p'), true)
})

t.test('files come, change and go in a folder, and the folder itself is exchanged', async (t) => {
  const modules = makeModules(t)
  const folder = join(modules, 'policies.d')
  const entry = (id: string, guest: string) => `${id}: {module: ${modules}/${guest}.wasm}\n`
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.yml'), entry('a', 'accept'))
  await using test = await startShim(t, {}, { policies: folder })
  await reloadBy(test, () => replaceFile(join(folder, 'b.yml'), entry('b', 'deny')))
  t.strictSame([await ask(test, 'a'), await ask(test, 'b')], [true, false])
  await reloadBy(test, () => rmSync(join(folder, 'a.yml')))
  t.strictSame([await ask(test, 'a'), await ask(test, 'b')], [404, false])

  const next = join(modules, 'next')
  mkdirSync(next)
  writeFileSync(join(next, 'b.yml'), entry('b', 'accept'))
  await reloadBy(test, () => {
    renameSync(folder, join(modules, 'old'))
    renameSync(next, folder)
  })
  t.equal(await ask(test, 'b'), true)
  await reloadBy(test, () => replaceFile(join(folder, 'b.yml'), entry('b', 'deny')))
  t.equal(await ask(test, 'b'), false, 'the new folder is watched in place of the old one')
})

t.test('a link anywhere on the way is pointed elsewhere, as a deployment by checkout does', async (t) => {
  const modules = makeModules(t)
  for (const [release, guest] of [
    ['1', 'accept'],
    ['2', 'deny'],
    ['3', 'accept'],
  ]) {
    mkdirSync(join(modules, `releases/${release}/policies.d`), { recursive: true })
    writeFileSync(join(modules, `releases/${release}/policies.d/p.yml`), `p: {module: ${modules}/${guest}.wasm}\n`)
  }
  const current = join(modules, 'current')
  const pointTo = (release: string) => {
    symlinkSync(`releases/${release}`, `${current}.new`)
    renameSync(`${current}.new`, current)
  }
  pointTo('1')
  await using test = await startShim(t, {}, { policies: join(current, 'policies.d') })
  t.equal(await ask(test, 'p'), true)
  await reloadBy(test, () => pointTo('2'))
  t.equal(await ask(test, 'p'), false)
  await reloadBy(test, () => pointTo('3'))
  t.equal(await ask(test, 'p'), true)
})

t.test('a mounted ConfigMap is updated as the kubelet does it', async (t) => {
  const modules = makeModules(t)
  const mount = join(modules, 'mount')
  const update = (version: string, guest: string) => {
    mkdirSync(join(mount, version), { recursive: true })
    writeFileSync(join(mount, version, 'policies.yml'), `p: {module: ${modules}/${guest}.wasm}\n`)
    symlinkSync(version, join(mount, '..data_tmp'))
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
  }
  update('..2026_1', 'accept')
  symlinkSync('..data/policies.yml', join(mount, 'policies.yml'))
  for (const policies of [join(mount, 'policies.yml'), mount]) {
    await t.test(policies === mount ? 'mounted as a folder' : 'mounted as a file', async (t) => {
      await using test = await startShim(t, {}, { policies })
      t.equal(await ask(test, 'p'), true)
      await reloadBy(test, () => {
        update('..2026_2', 'deny')
        rmSync(join(mount, '..2026_1'), { recursive: true })
      })
      t.equal(await ask(test, 'p'), false)
      await reloadBy(test, () => update('..2026_1', 'accept'))
      t.equal(await ask(test, 'p'), true)
    })
  }
})
