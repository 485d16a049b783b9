import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { createKubeconfig } from '../../../clusters/kubeconfig.ts'
import { readKubeconfig } from '../../../kube/kubeconfig/read-kubeconfig.ts'
import { createAuthority, issueCertificate } from '../../../util/certificates.ts'

const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const authority = await createAuthority({ commonName: 'test', ...validity })
const client = await issueCertificate(authority, { commonName: 'gatehouse:shim', ...validity })
const other = await issueCertificate(authority, { commonName: 'other', ...validity })

interface Parts {
  readonly cluster?: object
  readonly user?: object
}

function write(folder: string, { cluster = { server: 'https://a:6443' }, user = {} }: Parts, rest: object = {}) {
  const file = join(folder, 'kubeconfig')
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster }],
    users: [{ name: 'u', user }],
    ...rest,
  }
  writeFileSync(file, stringify(content))
  return file
}

t.test(
  'it reads what gatehouse writes: a server, an authority and a client certificate, all inside the file',
  async (t) => {
    const file = join(t.testdir(), 'kubeconfig')
    const { certificate: ca } = authority
    const { certificate: cert, key } = client
    writeFileSync(file, createKubeconfig({ name: 'a', server: 'https://127.0.0.1:6443', ca, cert, key }))
    const { server, tls, authorize } = await readKubeconfig(file)
    t.strictSame([server.href, tls], ['https://127.0.0.1:6443/', { ca, cert, key }])
    t.equal(authorize, undefined)
  },
)

t.test('files are named relative to the kubeconfig; data in it comes before a file', async (t) => {
  const folder = t.testdir({
    pki: { 'ca.crt': authority.certificate, 'a.crt': client.certificate, 'a.key': client.key },
  })
  const file = write(folder, {
    cluster: {
      server: 'https://a:6443/behind/a/path',
      'certificate-authority': 'pki/ca.crt',
      'tls-server-name': 'kubernetes',
    },
    user: {
      'client-certificate': 'pki/a.crt',
      'client-key': 'nowhere.key',
      'client-key-data': Buffer.from(client.key).toString('base64'),
    },
  })
  const { tls, server } = await readKubeconfig(file)
  t.equal(server.pathname, '/behind/a/path')
  t.strictSame(tls, {
    ca: authority.certificate,
    cert: client.certificate,
    key: client.key,
    servername: 'kubernetes',
  })
})

t.test('a token is sent as it is, one in a file as the file has it at that moment', async (t) => {
  const folder = t.testdir({ token: 'first\n' })
  t.equal(await (await readKubeconfig(write(folder, { user: { token: 'fixed' } }))).authorize?.(), 'Bearer fixed')
  const both = { token: 'old copy', tokenFile: 'token' }
  const { authorize } = await readKubeconfig(write(folder, { user: both }))
  t.equal(await authorize?.(), 'Bearer first')
  writeFileSync(join(folder, 'token'), 'second\n')
  t.equal(await authorize?.(), 'Bearer second')
})

t.test('another context than the current one can be named', async (t) => {
  const more = {
    contexts: [
      { name: 'c', context: { cluster: 'k', user: 'u' } },
      { name: 'd', context: { cluster: 'l', user: 'u' } },
    ],
    clusters: [
      { name: 'k', cluster: { server: 'https://a' } },
      { name: 'l', cluster: { server: 'https://b' } },
    ],
  }
  t.equal((await readKubeconfig(write(t.testdir(), {}, more), 'd')).server.hostname, 'b')
  await t.rejects(readKubeconfig(write(t.testdir(), {}, more), 'e'), {
    code: 'ERR_KUBE_CONFIG',
    message: /contexts: has no context "e"; there are c, d$/,
  })
})

t.test('programs that log in are refused with the way out', async (t) => {
  const exec = write(t.testdir(), { user: { exec: { command: 'aws' } } })
  await t.rejects(readKubeconfig(exec), {
    code: 'ERR_KUBE_CONFIG',
    message:
      /users\[u\]\.user\.exec: runs a program to log in.*give the user a client certificate, a token or a tokenFile/,
  })
  const plugin = write(t.testdir(), { user: { 'auth-provider': { name: 'gcp' } } })
  await t.rejects(readKubeconfig(plugin), { message: /auth-provider: was removed from Kubernetes; give the user/ })
})

t.test('all problems are told at once', async (t) => {
  const folder = t.testdir()
  mkdirSync(join(folder, 'folder'))
  const file = write(folder, {
    cluster: { server: 'http://a', 'certificate-authority': 'absent.crt', 'proxy-url': 'http://proxy' },
    user: { 'client-certificate-data': Buffer.from('no PEM').toString('base64'), tokenFile: 'folder', as: 'somebody' },
  })
  const error = await readKubeconfig(file).catch((error: Error) => error)
  const message = error instanceof Error ? error.message : ''
  t.match(message, /^7 problems:\n/)
  for (const problem of [
    'clusters[k].cluster.server: is "http://a"; must be a URL that begins with https://',
    'clusters[k].cluster.proxy-url: is not supported',
    'clusters[k].cluster.certificate-authority: cannot be read: ENOENT',
    'users[u].user.as: impersonates somebody',
    'users[u].user.tokenFile: cannot be read: EISDIR',
    'users[u].user.client-certificate-data: holds no PEM',
    'users[u].user.client-key: is missing',
  ])
    t.ok(message.includes(`${file}: ${problem}`), problem)
})

t.test('a certificate and a key that do not belong together are refused', async (t) => {
  const data = (pem: string) => Buffer.from(pem).toString('base64')
  const user = { 'client-certificate-data': data(client.certificate), 'client-key-data': data(other.key) }
  await t.rejects(readKubeconfig(write(t.testdir(), { user })), {
    message: /client-certificate: and client-key cannot be used together/,
  })
})

t.test('an authority beside the wish not to check it is a contradiction', async (t) => {
  const cluster = { server: 'https://a', 'insecure-skip-tls-verify': true }
  t.strictSame((await readKubeconfig(write(t.testdir(), { cluster }))).tls, { rejectUnauthorized: false })
  const both = { ...cluster, 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') }
  await t.rejects(readKubeconfig(write(t.testdir(), { cluster: both })), {
    message: /insecure-skip-tls-verify: contradicts/,
  })
})

t.test('what is no kubeconfig is refused by its name', async (t) => {
  const folder = t.testdir({ broken: 'a: [', list: '- a' })
  await t.rejects(readKubeconfig(join(folder, 'absent')), { code: 'ERR_FILE_READ', message: /kubeconfig .*absent/ })
  await t.rejects(readKubeconfig(join(folder, 'broken')), { code: 'ERR_KUBE_CONFIG', message: /broken is not YAML/ })
  await t.rejects(readKubeconfig(join(folder, 'list')), {
    code: 'ERR_KUBE_CONFIG',
    message: /list is not a kubeconfig/,
  })
  await t.rejects(readKubeconfig(write(folder, {}, { 'current-context': '' })), {
    message: /current-context: is missing/,
  })
})
