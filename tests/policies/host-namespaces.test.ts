import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parseAdmissionReview } from '../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { packageRoot } from '../../util/package-root.ts'
import { reviewOf } from '../helpers/admission-review.ts'
import { createPolicy, evaluateLogged, validateSettingsLogged } from '../helpers/evaluations.ts'

const FOLDER = join(packageRoot(), 'policies/host-namespaces')
const module = readFileSync(join(FOLDER, 'policy.wasm'))
const policy = await createPolicy(module)

/** What the policy says against a request; nothing when it accepts. */
function objectionTo(review: Uint8Array, asked: EvaluatedPolicy = policy): string | undefined {
  const { response, lines, message } = evaluateLogged(asked, parseAdmissionReview(review))
  if (lines.length > 0) throw new Error(`the policy logs ${lines.map(({ message }) => message)}`)
  return response.allowed ? undefined : message
}

const fixture = (name: string) => readFileSync(join(FOLDER, 'fixtures', `${name}.json`))

function podReview(spec: unknown): Buffer {
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const resource = { group: '', version: 'v1', resource: 'pods' }
  return reviewOf({ uid: 'u1', kind, resource, operation: 'CREATE', userInfo: {}, object: { spec } })
}

t.test('what Pods and templates of Pods use of their host is named', (t) => {
  const objections: Record<string, string | undefined> = {
    pod: undefined,
    'host-namespaces-pod': 'the network of the host, the processes of the host, the IPC of the host',
    'host-ports-pod': 'host port 8080 (container web), host port 9100 (container agent)',
    'host-pid-cronjob': 'the processes of the host',
  }
  for (const [name, uses] of Object.entries(objections)) {
    t.equal(objectionTo(fixture(name)), uses && `Pods may not use ${uses}`, name)
  }
  t.end()
})

t.test('an update is judged by what it adds, and whatever is deleted may go', (t) => {
  t.equal(objectionTo(fixture('labelled-host-network-pod')), undefined)
  t.equal(objectionTo(fixture('updated-deployment')), 'Pods may not use the network of the host')
  t.equal(objectionTo(fixture('deleted-pod')), undefined)
  t.end()
})

t.test('what the settings allow is allowed, and no more', async (t) => {
  const allow = async (name: string, settings: object) =>
    objectionTo(fixture(name), await createPolicy(module, { settings }))
  t.equal(await allow('host-pid-cronjob', { allow_host_pid: true }), undefined)
  t.equal(await allow('host-pid-cronjob', { allow_host_network: true }), 'Pods may not use the processes of the host')
  t.equal(
    await allow('host-namespaces-pod', { allow_host_network: true, allow_host_pid: true }),
    'Pods may not use the IPC of the host',
  )
  const ports = (...ranges: [number, number][]) => ({ allow_host_ports: ranges.map(([min, max]) => ({ min, max })) })
  t.equal(await allow('host-ports-pod', ports([8080, 8080], [9000, 9200])), undefined)
  t.equal(
    await allow('host-ports-pod', ports([1, 8079], [8081, 65535])),
    'Pods may not use host port 8080 (container web)',
  )
})

t.test('kinds of other groups are not taken for those that hold Pods', (t) => {
  const kind = { group: 'batch.example.org', version: 'v1', kind: 'Job' }
  const object = { spec: { template: { spec: { hostPID: true } } } }
  const resource = { group: 'batch.example.org', version: 'v1', resource: 'jobs' }
  t.equal(objectionTo(reviewOf({ uid: 'u1', kind, resource, operation: 'CREATE', userInfo: {}, object })), undefined)
  t.end()
})

t.test('a Pod of another shape than the API server knows is a failure, which says what it is about', (t) => {
  const failures: [spec: object, reason: string][] = [
    [{ hostNetwork: 'yes' }, 'hostNetwork is neither true nor false'],
    [{ containers: {} }, 'containers is not a list'],
    [{ containers: [{ ports: [{ hostPort: '80' }] }] }, 'hostPort is not a number'],
  ]
  for (const [spec, reason] of failures) {
    const objection = objectionTo(podReview(spec)) ?? ''
    t.match(objection, `Guest call failure: guest trapped: unreachable; guest reported: ${reason}; assembly/`)
  }
  t.end()
})

t.test('settings that would not do what they seem to are refused', async (t) => {
  const problemOf = async (settings: object) => {
    const { verdict } = validateSettingsLogged(await createPolicy(module, { settings }))
    return verdict.valid ? undefined : verdict.message
  }
  const range = 'allow_host_ports[0] must have a min and a max, two ports in this order'
  const problems: [settings: object, problem: string | undefined][] = [
    [{}, undefined],
    [{ allow_host_network: true, allow_host_pid: false, allow_host_ipc: true, allow_host_ports: [] }, undefined],
    [{ allow_host_ports: [{ min: 0, max: 65535 }] }, undefined],
    [{ allow_hostnetwork: true }, 'there is no setting allow_hostnetwork'],
    [{ 'a "quoted"\n\\ name': true }, 'there is no setting a "quoted"\n\\ name'],
    [{ allow_host_pid: 'yes' }, 'allow_host_pid must be true or false'],
    [{ allow_host_ipc: null }, 'allow_host_ipc must be true or false'],
    [{ allow_host_ports: 80 }, 'allow_host_ports must be a list'],
    [{ allow_host_ports: [{ min: 2, max: 1 }] }, range],
    [{ allow_host_ports: [{ min: 1 }] }, range],
    [{ allow_host_ports: [{ min: 1, max: 2, step: 1 }] }, range],
    [{ allow_host_ports: [{ min: '1', max: 2 }] }, range],
    [{ allow_host_ports: [{ min: 1, max: 65536 }] }, range],
    [{ allow_host_ports: [{ min: 0.5, max: 1 }] }, range],
    [{ allow_host_ports: [7] }, range],
  ]
  for (const [settings, problem] of problems) t.equal(await problemOf(settings), problem, JSON.stringify(settings))
})

t.test('no way to write a Pod in JSON hides what it uses', (t) => {
  const anything = fc.jsonValue({ maxDepth: 2 })
  const switches = fc.record(
    { hostNetwork: fc.boolean(), hostPID: fc.boolean(), hostIPC: fc.boolean(), hostUsers: anything, note: anything },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(switches, fc.infiniteStream(fc.nat(9)), (spec, choices) => {
      const written = writeOddly(spec, () => choices.next().value)
      const review = podReview({})
        .toString()
        .replace('"spec":{}', () => `"spec":${written}`)
      const names = { hostNetwork: 'network', hostPID: 'processes', hostIPC: 'IPC' }
      const used = Object.entries(names).filter(([field]) => spec[field as keyof typeof spec] === true)
      const uses = used.map(([, name]) => `the ${name} of the host`).join(', ')
      return objectionTo(Buffer.from(review)) === (uses === '' ? undefined : `Pods may not use ${uses}`)
    }),
    { numRuns: 300 },
  )
  t.end()
})

/** JSON with space anywhere and escapes where none are needed. */
function writeOddly(value: unknown, choose: () => number): string {
  const space = () => ['', ' ', '\n', '\t\r'][choose()] ?? ''
  const write = (value: unknown): string => {
    if (typeof value === 'string') return writeString(value)
    if (Array.isArray(value)) return `[${space()}${value.map((item) => space() + write(item) + space()).join()}]`
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    const members = Object.entries(value).map(
      ([name, member]) => `${space()}${writeString(name)}${space()}:${space()}${write(member)}${space()}`,
    )
    return `{${members.join(',')}${space()}}`
  }
  const writeString = (text: string) => {
    const units = [
      ...JSON.stringify(text)
        .slice(1, -1)
        .matchAll(/\\u....|\\.|[^\\]/gsu),
    ].map(([unit]) => unit)
    return `"${units.map((unit) => (choose() > 7 && unit.length === 1 ? escapeUnit(unit) : unit)).join('')}"`
  }
  return write(value)
}

const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
