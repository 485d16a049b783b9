import { deepStrictEqual } from 'node:assert/strict'
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import fc from 'fast-check'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { addToKubeconfig, createKubeconfig, removeFromKubeconfig } from '../../clusters/kubeconfig.ts'

const ENTRY = { name: 'gatehouse-a', server: 'https://127.0.0.1:6443', ca: 'CA', cert: 'CERT', key: 'KEY' }

const THEIRS = `# my clusters
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
  - name: work # do not touch
    cluster: {server: https://work.example, certificate-authority: ca.crt, extensions: [{name: x, extension: {a: 1}}]}
contexts:
  - name: work
    context: {cluster: work, user: me, namespace: team}
current-context: work
users:
  - name: me
    user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}
`

t.test('a kubeconfig is what a Kubernetes client expects', async (t) => {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(createKubeconfig(ENTRY))
  t.match(kubeConfig.getCurrentCluster(), { name: 'gatehouse-a', server: 'https://127.0.0.1:6443', caData: 'Q0E=' })
  t.match(kubeConfig.getCurrentUser(), { name: 'gatehouse-a', certData: 'Q0VSVA==', keyData: 'S0VZ' })
  t.equal(kubeConfig.getCurrentContext(), 'gatehouse-a')
})

t.test('an entry goes into a file and out again, and all else stays: fields, order, comments', async (t) => {
  const path = join(t.testdir({ config: THEIRS }), 'config')
  await addToKubeconfig(path, ENTRY)
  const merged = await readFile(path, 'utf8')
  t.match(merged, '# my clusters')
  t.match(merged, '# do not touch')
  t.equal(parse(merged)['current-context'], 'gatehouse-a')
  t.same(
    parse(merged).clusters.map(({ name }: { name: string }) => name),
    ['work', 'gatehouse-a'],
  )
  t.equal((await stat(path)).mode & 0o777, 0o600)
  await removeFromKubeconfig(path, 'gatehouse-a')
  t.same(parse(await readFile(path, 'utf8')), { ...parse(THEIRS), 'current-context': '' })
})

t.test('adding twice replaces the entry', async (t) => {
  const path = join(t.testdir({ config: THEIRS }), 'config')
  await addToKubeconfig(path, ENTRY)
  await addToKubeconfig(path, { ...ENTRY, server: 'https://127.0.0.1:7443' })
  const { clusters } = parse(await readFile(path, 'utf8'))
  t.equal(clusters.length, 2)
  t.equal(clusters[1].cluster.server, 'https://127.0.0.1:7443')
})

t.test('a context that the user has chosen meanwhile stays chosen', async (t) => {
  const path = join(t.testdir({ config: THEIRS }), 'config')
  await addToKubeconfig(path, ENTRY)
  await writeFile(path, (await readFile(path, 'utf8')).replace('current-context: gatehouse-a', 'current-context: work'))
  await removeFromKubeconfig(path, 'gatehouse-a')
  t.equal(parse(await readFile(path, 'utf8'))['current-context'], 'work')
})

t.test(
  'a file that only held our entries is removed, with no other file left; one that is missing stays so',
  async (t) => {
    const folder = t.testdir()
    const path = join(folder, 'new', 'config')
    await addToKubeconfig(path, ENTRY)
    await addToKubeconfig(path, { ...ENTRY, name: 'gatehouse-b' })
    await removeFromKubeconfig(path, 'gatehouse-a')
    t.match(parse(await readFile(path, 'utf8')), { contexts: [{ name: 'gatehouse-b' }] })
    await removeFromKubeconfig(path, 'gatehouse-b')
    t.same(await readdir(join(folder, 'new')), [])
    await removeFromKubeconfig(join(folder, 'other', 'config'), 'gatehouse-a')
    t.same(await readdir(folder), ['new'])
  },
)

t.test('a link stays a link', async (t) => {
  const folder = t.testdir({ real: THEIRS })
  await symlink(join(folder, 'real'), join(folder, 'link'))
  await addToKubeconfig(join(folder, 'link'), ENTRY)
  t.ok((await lstat(join(folder, 'link'))).isSymbolicLink())
  t.match(await readFile(join(folder, 'real'), 'utf8'), 'gatehouse-a')
})

t.test('a file that is no kubeconfig is left as it is, with an error that names it', async (t) => {
  const folder = t.testdir()
  for (const content of ['just text', '[]', 'a: [', 'a: 1\n b: 2']) {
    const path = join(folder, 'config')
    await writeFile(path, content)
    await t.rejects(addToKubeconfig(path, ENTRY), { code: 'ERR_FILE_READ', message: new RegExp(`kubeconfig ${path} `) })
    t.equal(await readFile(path, 'utf8'), content)
  }
  await mkdir(join(folder, 'directory'))
  await t.rejects(addToKubeconfig(join(folder, 'directory'), ENTRY), { code: 'ERR_FILE_READ' })
})

t.test('parallel writers lose nothing', async (t) => {
  const path = join(t.testdir(), 'config')
  const names = Array.from({ length: 10 }, (_, index) => `gatehouse-${index}`)
  await Promise.all(names.map((name) => addToKubeconfig(path, { ...ENTRY, name })))
  const { contexts } = parse(await readFile(path, 'utf8'))
  t.same(contexts.map(({ name }: { name: string }) => name).sort(), names)
})

t.test('whatever a kubeconfig holds, in and out again changes nothing but the current context', async (t) => {
  const folder = t.testdir()
  const name = fc.string({ minLength: 1 }).filter((text) => !text.startsWith('gatehouse-'))
  const entry = (field: string) => fc.record({ name, [field]: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 })) })
  const kubeconfig = fc.record(
    {
      apiVersion: fc.constant('v1'),
      kind: fc.constant('Config'),
      clusters: fc.array(entry('cluster'), { minLength: 1 }),
      users: fc.array(entry('user')),
      contexts: fc.array(entry('context')),
      extensions: fc.array(fc.jsonValue({ maxDepth: 3 })),
    },
    { requiredKeys: ['apiVersion', 'kind', 'clusters'] },
  )
  await fc.assert(
    fc.asyncProperty(kubeconfig, async (theirs) => {
      const path = join(folder, 'config')
      await writeFile(path, stringify(theirs))
      const before = parse(await readFile(path, 'utf8'))
      await addToKubeconfig(path, ENTRY)
      await removeFromKubeconfig(path, ENTRY.name)
      const { 'current-context': _, ...after } = parse(await readFile(path, 'utf8'))
      deepStrictEqual(after, { users: [], contexts: [], ...before })
    }),
    { numRuns: 100 },
  )
})
