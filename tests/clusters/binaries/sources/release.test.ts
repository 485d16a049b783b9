import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import type { RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import type { WantedBinary } from '../../../../clusters/binaries/binary.ts'
import { releaseFile, releaseSource } from '../../../../clusters/binaries/sources/release.ts'
import { startHttpsSite } from '../../../helpers/https-site.ts'

const API_SERVER: WantedBinary = { name: 'kube-apiserver', version: 'v1.37.2', architecture: 'amd64' }
const ETCD: WantedBinary = { name: 'etcd', version: 'v3.7.3', architecture: 'arm64' }
const FILE = Buffer.alloc(300_000, 'a program ')
const PATH = '/v1.37.2/bin/linux/amd64/kube-apiserver'

t.test('the files of a release are the official ones, for both architectures', async (t) => {
  t.same(releaseFile(API_SERVER), {
    url: 'https://dl.k8s.io/v1.37.2/bin/linux/amd64/kube-apiserver',
    checksumUrl: 'https://dl.k8s.io/v1.37.2/bin/linux/amd64/kube-apiserver.sha256',
  })
  t.equal(
    releaseFile({ ...API_SERVER, architecture: 'arm64' }).url,
    'https://dl.k8s.io/v1.37.2/bin/linux/arm64/kube-apiserver',
  )
  const etcd = 'https://github.com/etcd-io/etcd/releases/download/v3.7.3'
  t.same(releaseFile(ETCD), {
    url: `${etcd}/etcd-v3.7.3-linux-arm64.tar.gz`,
    checksumUrl: `${etcd}/SHA256SUMS`,
    member: 'etcd-v3.7.3-linux-arm64/etcd',
  })
  const coredns = 'https://github.com/coredns/coredns/releases/download/v1.14.6/coredns_1.14.6_linux_arm64.tgz'
  t.same(releaseFile({ name: 'coredns', version: 'v1.14.6', architecture: 'arm64' }), {
    url: coredns,
    checksumUrl: `${coredns}.sha256`,
    member: 'coredns',
  })
  const kind = 'https://github.com/kubernetes-sigs/kind/releases/download/v0.33.0/kind-linux-amd64'
  t.same(releaseFile({ name: 'kind', version: 'v0.33.0', architecture: 'amd64' }), {
    url: kind,
    checksumUrl: `${kind}.sha256sum`,
  })
})

t.test('a program is downloaded through redirects, checked and made executable', async (t) => {
  await using site = await startHttpsSite((request, response) => {
    if (request.url === PATH) response.writeHead(302, { location: '/elsewhere' }).end()
    else response.end(request.url === `${PATH}.sha256` ? sha256(FILE) : FILE)
  })
  const cache = t.testdir()
  const details: string[] = []
  const answer = await source(site.url, cache).find(API_SERVER, (text) => details.push(text))
  const path = join(cache, 'binaries/kubernetes-v1.37.2-linux-amd64/kube-apiserver')
  t.same(answer, { path, version: 'v1.37.2' })
  t.ok((await readFile(path)).equals(FILE))
  t.equal((await stat(path)).mode & 0o777, 0o755)
  t.match(details[0], /^downloading .* \d+ MB$/)
  t.same(await readdir(join(cache, 'binaries')), ['kubernetes-v1.37.2-linux-amd64'])
})

t.test('etcd is taken out of its archive, by the line of the checksum list that names it', async (t) => {
  const folder = t.testdir()
  await mkdir(join(folder, 'etcd-v3.7.3-linux-arm64'))
  await writeFile(join(folder, 'etcd-v3.7.3-linux-arm64/etcd'), FILE)
  execFileSync('tar', ['-czf', 'archive', 'etcd-v3.7.3-linux-arm64'], { cwd: folder })
  const archive = await readFile(join(folder, 'archive'))
  await using site = await startHttpsSite((request, response) => {
    const list = `${'0'.repeat(64)}  etcd-v3.7.3-linux-amd64.tar.gz\n${sha256(archive)}  etcd-v3.7.3-linux-arm64.tar.gz\n`
    response.end(request.url === '/v3.7.3/SHA256SUMS' ? list : archive)
  })
  const answer = await source(site.url, join(folder, 'cache')).find(ETCD, () => {})
  t.match(answer, { path: /etcd-v3\.7\.3-linux-arm64\/etcd$/ })
  t.ok((await readFile('path' in answer ? answer.path : '')).equals(FILE))
})

t.test('a wrong checksum stops everything, and leaves no file', async (t) => {
  await using site = await startHttpsSite(serve((response) => response.end(Buffer.concat([FILE, FILE]))))
  const cache = t.testdir()
  await t.rejects(
    source(site.url, cache).find(API_SERVER, () => {}),
    {
      code: 'ERR_BINARIES_CHECKSUM',
      message: new RegExp(`kube-apiserver has SHA-256 [0-9a-f]{64}, published is ${sha256(FILE)}`),
    },
  )
  t.same(await readdir(join(cache, 'binaries')), [])
})

const UNUSABLE: Record<string, { listener: RequestListener; reason: RegExp; timeoutMs?: number }> = {
  'a release that does not exist': {
    listener: (_request, response) => void response.writeHead(404).end('no'),
    reason: /\.sha256: HTTP 404/,
  },
  'a login page instead of a checksum': {
    listener: (_request, response) => void response.end('<html>Welcome to our hotel</html>'),
    reason: /\.sha256: holds no SHA-256 checksum of kube-apiserver/,
  },
  'a checksum list that never ends': {
    listener: (_request, response) => void response.end(Buffer.alloc(2_000_000, 'x')),
    reason: /more than 1048576 bytes/,
  },
  'a connection cut in the middle': {
    listener: serve((response) => {
      response.writeHead(200, { 'content-length': FILE.length })
      response.write(FILE.subarray(0, 1000), () => response.destroy())
    }),
    reason: /kube-apiserver: /,
  },
  'a server that falls silent in the middle': {
    listener: serve((response) => {
      response.writeHead(200, { 'content-length': FILE.length })
      response.write(FILE.subarray(0, 1000))
    }),
    reason: /no answer within 0\.2 s/,
    timeoutMs: 200,
  },
  'a server that never answers': { listener: () => {}, reason: /no answer within 0\.2 s/, timeoutMs: 200 },
  'a redirect to plain HTTP': {
    listener: (_request, response) => void response.writeHead(302, { location: 'http://localhost/x' }).end(),
    reason: /http:\/\/localhost\/x is not HTTPS/,
  },
  'a redirect in a circle': {
    listener: (request, response) => void response.writeHead(302, { location: request.url ?? '' }).end(),
    reason: /more than 5 redirects/,
  },
}
for (const [what, { listener, reason, timeoutMs }] of Object.entries(UNUSABLE)) {
  t.test(`${what} is a source that does not have it, and leaves no file`, async (t) => {
    await using site = await startHttpsSite(listener)
    const cache = t.testdir()
    t.match(await source(site.url, cache, timeoutMs).find(API_SERVER, () => {}), { missing: reason })
    t.same(await readdir(join(cache, 'binaries')), [])
  })
}

t.test('an address where nobody listens, and one that is not HTTPS, are sources that do not have it', async (t) => {
  const cache = t.testdir()
  const site = await startHttpsSite(() => {})
  await site[Symbol.asyncDispose]()
  t.match(await source(site.url, cache).find(API_SERVER, () => {}), { missing: /ECONNREFUSED/ })
  t.match(await source('http://localhost:1', cache).find(API_SERVER, () => {}), { missing: /is not HTTPS/ })
})

// A site with the right checksum, and whatever the case answers for the file.
function serve(answerFile: (response: ServerResponse) => void): RequestListener {
  return (request, response) => {
    if (request.url === `${PATH}.sha256`) response.end(`${sha256(FILE)}\n`)
    else answerFile(response)
  }
}

function source(url: string, cache: string, timeoutMs = 60_000) {
  return releaseSource(
    cache,
    { kubernetes: url, etcd: url, coredns: url, kind: url },
    { answerMs: timeoutMs, idleMs: timeoutMs },
  )
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
