import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type DockerArchive, writeDockerArchive } from '../../containers/docker-archive.ts'

const LONG = `opt/${'long-name/'.repeat(30)}file`

t.test('an archive holds its files with their modes, links and folders, and nothing of this machine', async (t) => {
  const folder = t.testdir({ program: 'run me', data: 'abc' })
  const archive = await writeDockerArchive({
    ...archiveOf(folder),
    files: [
      { path: '/usr/bin/program', from: join(folder, 'program'), mode: 0o4755 },
      { path: '/etc/greeting', text: 'grüße\n' },
      { path: '/bin', linkTo: 'usr/bin' },
      { path: '/tmp', isFolder: true, mode: 0o1777 },
      { path: LONG, text: 'far down' },
      { path: '/a-link', linkTo: `/${LONG}` },
    ],
  })
  const root = unpackLayer(archive.file, folder)
  t.equal(readFileSync(join(root, 'usr/bin/program'), 'utf8'), 'run me')
  t.equal(readFileSync(join(root, 'bin/program'), 'utf8'), 'run me')
  t.equal(readFileSync(join(root, 'etc/greeting'), 'utf8'), 'grüße\n')
  t.equal(readFileSync(join(root, LONG), 'utf8'), 'far down')
  const listing = execFileSync('tar', ['--utc', '--full-time', '-tvf', join(folder, 'layer.tar')], { encoding: 'utf8' })
  t.match(listing, /^-rwsr-xr-x 0\/0 +6 1970-01-01 00:00:00 usr\/bin\/program$/m)
  t.match(listing, /^drwxrwxrwt 0\/0 +0 1970-01-01 00:00:00 tmp\/$/m)
  t.match(listing, `a-link -> /${LONG}`)
})

t.test('the configuration says how the image starts, and its digest is the id', async (t) => {
  const folder = t.testdir()
  const archive = await writeDockerArchive({
    ...archiveOf(folder),
    files: [{ path: '/x', text: 'x' }],
    entrypoint: ['/x', '--now'],
    user: '65532:65532',
    env: { GREETING: 'hello' },
    labels: { of: 'test' },
  })
  const names = execFileSync('tar', ['-tf', archive.file], { encoding: 'utf8' }).trim().split('\n')
  const configName = names.find((name) => /^[0-9a-f]{64}\.json$/.test(name)) ?? ''
  const config = execFileSync('tar', ['-xOf', archive.file, configName])
  t.equal(archive.id, `sha256:${sha256(config)}`)
  t.equal(configName, `${sha256(config)}.json`)
  t.match(JSON.parse(config.toString()), {
    os: 'linux',
    config: { Entrypoint: ['/x', '--now'], User: '65532:65532', Labels: { of: 'test' } },
  })
  t.ok(JSON.parse(config.toString()).config.Env.includes('GREETING=hello'))
  const manifest = JSON.parse(execFileSync('tar', ['-xOf', archive.file, 'manifest.json'], { encoding: 'utf8' }))
  t.equal(manifest[0].RepoTags[0], 'localhost/test:1')
  const layer = execFileSync('tar', ['-xOf', archive.file, manifest[0].Layers[0]])
  t.same(JSON.parse(config.toString()).rootfs.diff_ids, [`sha256:${sha256(layer)}`])
})

for (const isCompressed of [false, true]) {
  t.test(
    `equal contents give equal bytes, ${isCompressed ? 'compressed too' : 'whatever the files were made'}`,
    async (t) => {
      const write = async (folder: string, order: 1 | -1) => {
        mkdirSync(folder)
        writeFileSync(join(folder, 'a'), 'same', { mode: 0o644 })
        await utimes(join(folder, 'a'), order + 10, order + 10)
        const files = [
          { path: '/a', from: join(folder, 'a') },
          { path: '/b/c', text: 'c' },
        ]
        const archive = await writeDockerArchive({
          ...archiveOf(folder),
          files: order === 1 ? files : files.reverse(),
          isCompressed,
        })
        t.same((await readdir(folder)).sort(), ['a', 'image.tar'], 'no drafts are left')
        return { bytes: readFileSync(archive.file), id: archive.id }
      }
      const folder = t.testdir()
      const [one, other] = [await write(join(folder, '1'), 1), await write(join(folder, '2'), -1)]
      t.equal(one.id, other.id)
      t.ok(one.bytes.equals(other.bytes))
    },
  )
}

t.test('compression changes neither the id nor the contents', async (t) => {
  const folder = t.testdir()
  const text = 'again and again '.repeat(10_000)
  const plain = await writeDockerArchive({ ...archiveOf(folder), files: [{ path: '/text', text }] })
  const packed = await writeDockerArchive({
    ...archiveOf(folder),
    files: [{ path: '/text', text }],
    isCompressed: true,
  })
  t.equal(packed.id, plain.id)
  t.ok(packed.bytes < plain.bytes / 10)
  t.equal(readFileSync(join(unpackLayer(packed.file, folder), 'text'), 'utf8'), text)
})

t.test('of two files under one path the later one is taken', async (t) => {
  const folder = t.testdir()
  const files = [
    { path: '/etc/x', text: 'first' },
    { path: 'etc//x', text: 'second' },
  ]
  const archive = await writeDockerArchive({ ...archiveOf(folder), files })
  t.equal(readFileSync(join(unpackLayer(archive.file, folder), 'etc/x'), 'utf8'), 'second')
})

t.test('a file that is not there fails by name and leaves no archive', async (t) => {
  const folder = t.testdir()
  const files = [{ path: '/x', from: join(folder, 'absent') }]
  await t.rejects(writeDockerArchive({ ...archiveOf(folder), files }), { message: /absent/ })
  await t.rejects(writeDockerArchive({ ...archiveOf(folder), files: [{ path: '/a/../..', text: '' }] }), {
    message: "'/a/../..' is no path of a file in an image",
  })
  t.same(await readdir(folder), [])
})

function archiveOf(folder: string): Pick<DockerArchive, 'file' | 'tag'> {
  return { file: join(folder, 'image.tar'), tag: 'localhost/test:1' }
}

function unpackLayer(archive: string, folder: string): string {
  const root = join(folder, 'root')
  mkdirSync(root, { recursive: true })
  const manifest = JSON.parse(execFileSync('tar', ['-xOf', archive, 'manifest.json'], { encoding: 'utf8' }))
  writeFileSync(join(folder, 'layer.tar'), execFileSync('tar', ['-xOf', archive, manifest[0].Layers[0]]))
  execFileSync('tar', ['-xf', join(folder, 'layer.tar'), '-C', root])
  return root
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
