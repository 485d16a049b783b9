import { createServer, type IncomingMessage } from 'node:http'
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { readPostHead } from '../../../shim/http/post-head.ts'

const HEAD = [
  'POST /validate/pods?timeout=10s HTTP/1.1',
  'Host: admission.gatehouse.internal',
  'User-Agent: kube-apiserver-admission',
  'Content-Length: 12',
  'Accept: application/json, */*',
  'Content-Type: application/json',
  'Accept-Encoding: gzip',
]

t.test('what an API server sends is read', async (t) => {
  t.match(readPostHead(HEAD.join('\r\n')), {
    url: '/validate/pods?timeout=10s',
    headers: { host: 'admission.gatehouse.internal', 'content-type': 'application/json', 'accept-encoding': 'gzip' },
    bodyLength: 12,
  })
})

t.test('whatever frames a message otherwise, or is not plainly right, is left to others', async (t) => {
  const changed: Readonly<Record<string, readonly string[]>> = {
    'another method': ['GET / HTTP/1.1', ...HEAD.slice(1)],
    'another version': ['POST / HTTP/1.0', ...HEAD.slice(1)],
    'a whole URL': ['POST http://host/ HTTP/1.1', ...HEAD.slice(1)],
    'a space in the path': ['POST /a b HTTP/1.1', ...HEAD.slice(1)],
    'no host': HEAD.filter((line) => !line.startsWith('Host')),
    'two hosts': [...HEAD, 'host: other'],
    'no length': HEAD.filter((line) => !line.startsWith('Content-Length')),
    'two lengths': [...HEAD, 'content-length: 12'],
    'a length that is none': [...HEAD.filter((line) => !line.startsWith('Content-Length')), 'Content-Length: +12'],
    'a length in two parts': [...HEAD.filter((line) => !line.startsWith('Content-Length')), 'Content-Length: 1, 2'],
    'a length beyond all limits': [
      ...HEAD.filter((line) => !line.startsWith('Content-Length')),
      'Content-Length: 99999999',
    ],
    chunks: [...HEAD, 'Transfer-Encoding: chunked'],
    'an expectation': [...HEAD, 'Expect: 100-continue'],
    'a word about the connection': [...HEAD, 'Connection: close'],
    'an upgrade': [...HEAD, 'Upgrade: websocket'],
    'a folded line': [...HEAD, ' and more'],
    'a space before the colon': [...HEAD, 'X : 1'],
    'a name that is none': [...HEAD, 'X(: 1'],
    'a line feed alone': [...HEAD, 'X: 1\nY: 2'],
    'a carriage return alone': [...HEAD, 'X: 1\rY: 2'],
    'a null character': [...HEAD, 'X: \0'],
    'an empty name': [...HEAD, ': 1'],
  }
  for (const [what, lines] of Object.entries(changed)) t.equal(readPostHead(lines.join('\r\n')), undefined, what)
})

t.test('a field of blanks is looked at once, or this would not end', async (t) => {
  t.equal(readPostHead([...HEAD, `X:${' '.repeat(400_000)}\x01`].join('\r\n')), undefined)
})

t.test("what is taken, Node's server takes as well, and finds the same in it", async (t) => {
  const piece = fc.constantFrom(
    ...HEAD,
    'POST /%zz?a=%20 HTTP/1.1',
    'content-length: 0',
    'Content-Length: 012',
    'X: a\tb \t',
    'X:',
    'Y:\u00e4\u00ff',
    'transfer-encoding : chunked',
    'Transfer-Encoding:\tchunked',
    'Constructor: x',
    "!#$%&'*+.^_`|~: z",
    'Z: 1\u007f',
  )
  const noise = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    insert: fc.constantFrom('\r', '\n', '\0', ' ', ':', 'é', ''),
  })
  const heads = fc.tuple(fc.array(piece, { maxLength: 4 }), fc.option(noise, { freq: 2 }))
  let taken = 0
  await fc.assert(
    fc.asyncProperty(heads, async ([further, noise]) => {
      const lines = HEAD.concat(further).join('\r\n')
      const at = Math.floor((noise?.at ?? 0) * lines.length)
      const head = lines.slice(0, at) + (noise?.insert ?? '') + lines.slice(at)
      const read = readPostHead(head)
      if (read === undefined) return
      taken += 1
      const request = await parse(`${head}\r\n\r\n`)
      t.equal(request.url, read.url)
      t.strictSame({ ...request.headers }, { ...read.headers, 'content-length': String(read.bodyLength) })
      t.equal(request.headers['transfer-encoding'], undefined)
    }),
    { numRuns: 500 },
  )
  t.ok(taken > 50, `only ${taken} were taken`)
})

/** As Node's server reads it. @throws its error */
async function parse(head: string): Promise<IncomingMessage> {
  const [ours, theirs] = duplexPair()
  const server = createServer()
  const read = new Promise<IncomingMessage>((resolve, reject) => {
    server.on('request', resolve)
    server.on('clientError', reject)
  })
  server.emit('connection', theirs)
  ours.write(head, 'latin1')
  const request = await read
  ours.destroy()
  return request
}
