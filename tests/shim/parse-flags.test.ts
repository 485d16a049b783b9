import { availableParallelism } from 'node:os'
import t from 'tap'
import { countInheritedSockets, readEnvironment } from '../../shim/config.ts'
import { parseFlags, type ShimFlags } from '../../shim/parse-flags.ts'

const HOST = { host: 'admission.gatehouse.internal', port: 443 }

t.test('the policies alone are enough: the socket, and nothing on TCP', async (t) => {
  t.strictSame(parseFlags({ policies: 'policies.yml' }), {
    policies: 'policies.yml',
    socket: {
      path: '/run/gatehouse/gatehouse.sock',
      mode: 0o660,
      folderMode: 0o750,
      virtualHosts: [HOST],
      allowedTargets: [],
    },
    admin: { path: '/run/gatehouse/admin.sock', mode: 0o600, folderMode: 0o700 },
    certificates: { kind: 'issued', folder: '/var/lib/gatehouse/pki', hosts: [HOST.host] },
    selectors: 'api-server',
    events: false,
    modules: { store: '/var/lib/gatehouse/store' },
    workers: availableParallelism(),
    queue: 1024,
    policyTimeoutMs: 2000,
    memoryLimitBytes: 128 * 1024 * 1024,
    graceMs: 25_000,
    lingerMs: 0,
    handoverGraceMs: 100_000,
    log: { level: 'info', format: 'text' },
  })
})

t.test(
  'what needs the API server needs a kubeconfig, and the shim registers selectors that it decides itself',
  async (t) => {
    const problems = (flags: ShimFlags) => {
      try {
        parseFlags({ policies: 'a', ...flags })
        return ''
      } catch (error) {
        return String(error)
      }
    }
    const api = { register: 'api', kubeconfig: 'k' }
    t.equal(problems({ ...api, selectors: 'shim', events: true, registration: 'per-policy' }), '')
    t.match(
      problems({ register: 'api', selectors: 'shim', events: true }),
      /3 problems[\s\S]*--selectors[\s\S]*--register[\s\S]*--events/,
    )
    t.match(problems({ kubeconfig: 'k', selectors: 'shim' }), /--selectors: is "shim", which needs --register api or/)
    t.match(problems({ ...api, staticManifests: 'm' }), /--register: is "api" beside --static-manifests/)
    t.match(problems({ ...api, certFile: 'c', keyFile: 'k' }), /--register: needs --ca-file/)
    t.match(
      problems({ kubeconfig: 'k', kubernetesVersion: '1.36' }),
      /does nothing without --static-manifests or --register api/,
    )
    t.match(parseFlags({ policies: 'a', ...api }).apiObjects, {
      registration: 'combined',
      host: HOST.host,
      exclusions: 'default',
    })
  },
)

t.test('a Service that takes over is for API objects, and a process without a socket serves behind it', async (t) => {
  const flags = { policies: 'a', kubeconfig: 'k', register: 'api', fallbackService: 'system/gatehouse:8443' }
  const service = { namespace: 'system', name: 'gatehouse', port: 8443 }
  t.strictSame(parseFlags(flags).apiObjects, {
    registration: 'combined',
    host: HOST.host,
    exclusions: 'default',
    service,
  })
  const behind = { ...flags, port: '8443', host: ['gatehouse.system.svc'] }
  t.match(parseFlags(behind).apiObjects, { host: HOST.host, role: 'policy-server', service })
  t.match(parseFlags({ ...behind, shimHost: 'shim.internal' }).apiObjects, { host: 'shim.internal' })
  const refused: readonly (readonly [ShimFlags, RegExp])[] = [
    [{ ...flags, fallbackService: 'gatehouse' }, /--fallback-service: is "gatehouse"; must be namespace\/name/],
    [
      { ...flags, fallbackService: 'default/b' },
      /--fallback-service: is "default\/b", and the namespace .* not policed/,
    ],
    [{ policies: 'a', fallbackService: 'a/b' }, /--fallback-service: does nothing without/],
    [{ policies: 'a', staticManifests: 'm', fallbackService: 'a/b' }, /--fallback-service: goes with --register api/],
    [{ ...flags, shimHost: 'a' }, /--shim-host: is for policy servers/],
  ]
  for (const [given, message] of refused) t.throws(() => parseFlags(given), { message }, String(message))
})

t.test('every flag arrives', async (t) => {
  const options = parseFlags({
    policies: 'policies',
    socket: '/tmp/s',
    socketMode: '0600',
    socketDirMode: '700',
    socketOwner: 'root',
    socketGroup: '1042',
    adminSocket: '/tmp/a',
    host: ['one.internal', 'two.internal:8443', '[::1]'],
    allowConnect: ['webhook.example.com:443'],
    certDir: '/tmp/pki',
    addr: '127.0.0.1',
    port: '8443',
    readinessProbePort: '8081',
    policiesDownloadDir: '/tmp/store',
    sourcesPath: '/tmp/sources.yml',
    dockerConfigJsonPath: '/tmp/docker',
    workers: '3',
    queue: '0',
    policyTimeout: '0.5',
    memoryLimit: '64',
    grace: '1',
    handoverGrace: '200',
    linger: '3',
    logLevel: 'debug',
    logFmt: 'json',
  })
  t.strictSame(options, {
    policies: 'policies',
    socket: {
      path: '/tmp/s',
      mode: 0o600,
      folderMode: 0o700,
      uid: 0,
      gid: 1042,
      virtualHosts: [
        { host: 'one.internal', port: 443 },
        { host: 'two.internal', port: 8443 },
        { host: '::1', port: 443 },
      ],
      allowedTargets: [{ host: 'webhook.example.com', port: 443 }],
    },
    https: { host: '127.0.0.1', port: 8443 },
    probes: { host: '127.0.0.1', port: 8081 },
    admin: { path: '/tmp/a', mode: 0o600, folderMode: 0o700 },
    certificates: { kind: 'issued', folder: '/tmp/pki', hosts: ['one.internal', 'two.internal', '::1'] },
    selectors: 'api-server',
    events: false,
    modules: { store: '/tmp/store', sources: '/tmp/sources.yml', dockerConfig: '/tmp/docker' },
    workers: 3,
    queue: 0,
    policyTimeoutMs: 500,
    memoryLimitBytes: 64 * 1024 * 1024,
    graceMs: 1000,
    lingerMs: 3000,
    handoverGraceMs: 200_000,
    log: { level: 'debug', format: 'json' },
  })
})

t.test("with a port alone there is no socket, with certificates of one's own no authority", async (t) => {
  const options = parseFlags({ policies: 'p', port: '8443', certFile: 'tls.crt', keyFile: 'tls.key' })
  t.notOk('socket' in options)
  t.strictSame(options.https, { host: '0.0.0.0', port: 8443 })
  t.strictSame(options.certificates, { kind: 'given', certFile: 'tls.crt', keyFile: 'tls.key' })
})

t.test('all problems are reported together, each with its flag', async (t) => {
  const flags = {
    socketMode: '999',
    socketOwner: 'no-such-user',
    host: ['a b'],
    allowConnect: ['example.com'],
    certFile: 'tls.crt',
    addr: '::1',
    workers: '0',
    queue: '1.5',
    policyTimeout: 'soon',
    memoryLimit: '8192',
    logLevel: 'loud',
    logFmt: 'otlp',
  }
  t.throws(() => parseFlags(flags), {
    code: 'ERR_OPTIONS_INVALID',
    message: `13 problems:
  --host: is "a b"; must be host or host:port, an IPv6 address in brackets
  --policies: is missing; name a policies.yml, or a file or folder of policies
  --addr: needs --port or --readiness-probe-port
  --socket-owner: is "no-such-user", which this machine does not know; give its number
  --socket-mode: is "999"; must be octal rights such as 0660
  --allow-connect: is "example.com"; must be host:port, an IPv6 address in brackets
  --cert-file: needs --key-file
  --workers: is "0"; must be a whole number from 1 to 256
  --queue: is "1.5"; must be a whole number from 0 to 100000
  --policy-timeout: is "soon"; must be a number from 0.001 to 3600
  --memory-limit: is "8192"; must be a whole number from 1 to 4096
  --log-level: is "loud"; must be one of trace, debug, info, warn, error
  --log-fmt: is "otlp"; must be one of text, json`,
  })
})

t.test('a port for probes goes with the socket', async (t) => {
  const options = parseFlags({ policies: 'p', addr: '127.0.0.1', readinessProbePort: '8081' })
  t.strictSame(options.probes, { host: '127.0.0.1', port: 8081 })
  t.ok(options.socket)
  t.throws(() => parseFlags({ policies: 'p', readinessProbePort: '65536' }), { message: /from 0 to 65535/ })
})

t.test(
  'the admin socket lies beside the socket, and is absent where there is none, unless it is asked for',
  async (t) => {
    const adminOf = (flags: ShimFlags) => parseFlags({ policies: 'p', ...flags }).admin?.path
    t.equal(adminOf({ socket: '/tmp/x/s' }), '/tmp/x/admin.sock')
    t.equal(adminOf({ socket: '/tmp/x/s', adminSocket: 'none' }), undefined)
    t.equal(adminOf({ port: '8443' }), undefined)
    t.equal(adminOf({ port: '8443', adminSocket: '/tmp/a' }), '/tmp/a')
    t.throws(() => adminOf({ socket: '/tmp/s', adminSocket: '/tmp/s' }), {
      message: /--admin-socket: is \/tmp\/s, which/,
    })
  },
)

t.test('flags about the socket are refused where there is none', async (t) => {
  const flags = { policies: 'p', port: '8443', socketMode: '0600', allowConnect: ['example.com:443'] }
  t.throws(() => parseFlags(flags), { message: /--allow-connect: .*\n.*--socket-mode: is about the socket/ })
})

t.test("the variables of Kubewarden's policy server stand for flags", async (t) => {
  const env = {
    KUBEWARDEN_PORT: '8443',
    KUBEWARDEN_POLICIES: '/config/policies.yml',
    KUBEWARDEN_UNKNOWN: 'x',
    PATH: '/bin',
  }
  t.strictSame(readEnvironment(env), { port: '8443', policies: '/config/policies.yml' })
})

t.test('a socket of the service manager is used in the place of our own, with a port, too', async (t) => {
  t.match(parseFlags({ policies: 'p' }, 1).socket, { inheritedFd: 3 })
  t.match(parseFlags({ policies: 'p', port: '8443' }, 1), { socket: { inheritedFd: 3 }, https: { port: 8443 } })
  t.throws(() => parseFlags({ policies: 'p', socketMode: '0600', takeover: true }, 2), {
    code: 'ERR_OPTIONS_INVALID',
    message:
      /--socket-mode: cannot be used .*\n.*--takeover: cannot be used .*\n.*--socket: LISTEN_FDS is 2; the .socket unit/,
  })
})

t.test('sockets are passed on to the process that is named, and to nobody else', async (t) => {
  t.equal(countInheritedSockets({ LISTEN_PID: '42', LISTEN_FDS: '1' }, 42), 1)
  t.equal(countInheritedSockets({ LISTEN_PID: '41', LISTEN_FDS: '1' }, 42), 0)
  t.equal(countInheritedSockets({ LISTEN_PID: '42', LISTEN_FDS: 'all' }, 42), 0)
  t.equal(countInheritedSockets({}, 42), 0)
})

t.test('a takeover is of the socket alone', async (t) => {
  t.match(parseFlags({ policies: 'p', takeover: true }), { socket: { takeover: true }, admin: { takeover: true } })
  t.throws(() => parseFlags({ policies: 'p', takeover: true, port: '8443', socket: '/s' }), {
    message: '--takeover: hands over the socket alone, and not the --port',
  })
})

t.test(
  'frames are answered where that is asked for alone, by a socket of its own for the owner of the other',
  async (t) => {
    const framed = (flags: ShimFlags) => parseFlags({ policies: 'a', ...flags }).framed
    t.equal(framed({}), undefined)
    const path = '/run/gatehouse/framed.sock'
    t.strictSame(framed({ framedSocket: path }), { path, mode: 0o600, folderMode: 0o700 })
    t.match(framed({ framedSocket: path, socketOwner: '42', takeover: true }), { uid: 42, takeover: true })
    t.throws(() => framed({ framedSocket: '/run/gatehouse/gatehouse.sock' }), /--framed-socket: is .*needs its own/)
    t.throws(() => framed({ framedSocket: '/run/gatehouse/admin.sock' }), /--framed-socket: is .*needs its own/)
  },
)
