import fc from 'fast-check'
import t from 'tap'
import { largeObject } from '../../bench/large-objects.ts'
import { objectSizes, parseObjectSize } from '../../bench/object-sizes.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const MIB = 1024 ** 2
const experiment = objectSizes(['small', 100 * 1024, MIB])

t.test('sizes are written as Kubernetes writes them, within what it stores', async (t) => {
  t.strictSame(['small', '100KiB', '1MiB'].map(parseObjectSize), ['small', 102_400, MIB])
  for (const text of ['', 'large', '1KiB', '2MiB', '1.5MiB', '100kB', '-1MiB'])
    t.throws(() => parseObjectSize(text), { code: 'ERR_BENCH_OPTIONS' }, text)
})

t.test('an object is as large as it was wanted, and within the limits of its kind', async (t) => {
  const sizes = fc.integer({ min: 8 * 1024, max: MIB })
  const property = fc.property(sizes, (bytes) => {
    const object = largeObject(bytes, 'shim')
    const size = JSON.stringify(object).length
    const values = Object.values(object.data ?? {}).join('').length
    return Math.abs(size - bytes) < Math.max(700, bytes * 0.02) && values <= MIB
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 30 }))
  t.equal(largeObject(100 * 1024, '').kind, 'Pod')
  t.equal(largeObject(MIB, '').kind, 'ConfigMap')
})

t.test('every size has every path, each compared with the floor and the baseline of its own size', async (t) => {
  const rows = experiment.rows.filter(({ name }) => name.endsWith('-100KiB'))
  t.strictSame(
    rows.map(({ name, baseline, floor }) => [name, baseline, floor]),
    [
      ['baseline-shim-100KiB', undefined, undefined],
      ['baseline-floor-100KiB', undefined, undefined],
      ['baseline-none-100KiB', undefined, undefined],
      ['cel-100KiB', 'baseline-none-100KiB', 'floor-100KiB'],
      ['floor-100KiB', 'baseline-floor-100KiB', 'floor-100KiB'],
      ['floor-again-100KiB', 'baseline-floor-100KiB', 'floor-100KiB'],
      ['shim-100KiB', 'baseline-shim-100KiB', 'floor-100KiB'],
    ],
  )
  t.equal(experiment.rows.length, 21)
})

t.test('each size is asked about by a policy for its kind, and nobody else answers for it', async (t) => {
  const endpoint = { host: 'x.test', caBundle: PEM }
  const set = { digest: '', plan: { entries: [] } } as never
  const { webhooks, inProcess } = experiment.registrationOf({
    floor: endpoint,
    shim: { socket: endpoint, loopback: endpoint, set },
  })
  const entries = webhooks.flatMap((configuration) => configuration.webhooks ?? [])
  t.equal(new Set(entries.map(({ name }) => name)).size, entries.length)
  t.strictSame(experiment.counters.map(({ webhook }) => webhook).sort(), entries.map(({ name }) => name).sort())
  const large = entries.filter(({ objectSelector }) =>
    objectSelector?.matchExpressions?.[0]?.values?.some((row) => row.endsWith('-1MiB')),
  )
  t.strictSame(
    large.map(({ rules }) => rules?.[0]?.resources),
    [['configmaps'], ['configmaps']],
  )
  t.strictSame(Object.keys(experiment.served), ['pod-privileged-small', 'pod-privileged-100kib', 'require-labels-1mib'])
  t.equal(inProcess.length, 3)
})

t.test('large objects may cost 1.3 times the floor, ordinary ones as one policy does', async (t) => {
  t.strictSame(
    experiment.goals.map((goal) => [goal.row, 'pass' in goal ? goal.pass : goal.atLeast]),
    [
      ['shim-small', 1.25],
      ['shim-small', 1.5],
      ['shim-small', 0.8],
      ['shim-100KiB', 1.3],
      ['shim-1MiB', 1.3],
    ],
  )
})

t.test('on every path with a policy the object that breaks the rule must be denied', async (t) => {
  const denied = experiment.proofs.filter(({ deniedBy }) => deniedBy !== undefined).map(({ row }) => row.name)
  t.strictSame(denied, ['cel-small', 'shim-small', 'cel-100KiB', 'shim-100KiB', 'cel-1MiB', 'shim-1MiB'])
})
