import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { checkMetadata } from '../../../evaluator/module/metadata-schema.ts'
import { readPlainMetadata } from '../../../evaluator/module/plain-metadata.ts'
import { packageRoot } from '../../../util/package-root.ts'

const text = fc.constantFrom('', 'v1', 'apps', 'pods', '*', '*/*', 'pods/*', 'pods/status', 'CREATE', 'PATCH', '1.2')
const odd = fc.oneof(text, fc.constantFrom(null, true, 0, [], {}), fc.array(text, { maxLength: 3 }))
/** What it should be, and now and then anything. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: odd as fc.Arbitrary<unknown> })
const some = (...values: string[]) => mostly(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }))

const rule = fc.record(
  {
    apiGroups: some('', 'apps', 'batch', '*'),
    apiVersions: some('v1', 'v1beta1', '*'),
    resources: some('pods', 'pods/status', 'nodes', '*', '*/*', 'pods/*'),
    operations: some('CREATE', 'UPDATE', 'DELETE', '*'),
    ruels: odd,
  },
  { requiredKeys: ['apiGroups', 'apiVersions', 'resources', 'operations'] },
)
const annotations = fc.dictionary(fc.constantFrom('a', '__proto__', 'toString'), mostly(text))
const resource = fc.record({ apiVersion: mostly(fc.constant('v1')), kind: mostly(fc.constant('Pod')) })
const metadata = fc.record(
  {
    mutating: mostly(fc.boolean()),
    protocolVersion: mostly(fc.constantFrom('v1', 'Unknown')),
    rules: mostly(fc.array(rule, { maxLength: 2 })),
    annotations: mostly(annotations),
    backgroundAudit: mostly(fc.boolean()),
    executionMode: mostly(fc.constantFrom('opa', 'wasi', 'kubewarden-wapc')),
    policyType: mostly(fc.constantFrom('raw', 'kubernetes')),
    contextAwareResources: mostly(fc.array(resource, { maxLength: 2 })),
    hostCapabilities: mostly(fc.array(text, { maxLength: 2 })),
    minimumKubewardenVersion: mostly(fc.constantFrom('1.2.3', '1.30.0-rc.1')),
    mutatin: odd,
  },
  { requiredKeys: ['mutating'] },
)

t.test('what is taken for plain is what the schema makes of it', async (t) => {
  let plain = 0
  fc.assert(
    fc.property(metadata, (value) => {
      const read = readPlainMetadata(value)
      if (read === undefined) return
      plain += 1
      // throws where the schema refuses
      const checked = checkMetadata(value, 'metadata.yml')
      if (JSON.stringify(sorted(read)) !== JSON.stringify(sorted(checked))) throw new Error('differ')
    }),
    { numRuns: 20_000 },
  )
  t.ok(plain > 100, `${plain} were plain`)
})

t.test('the metadata of the samples is plain, and whatever is no map is not', async (t) => {
  const root = join(packageRoot(), 'policies')
  const plain = globSync('*/metadata.yml', { cwd: root }).filter(
    (file) => readPlainMetadata(parse(readFileSync(join(root, file), 'utf8'))) !== undefined,
  )
  t.ok(plain.includes('pod-privileged/metadata.yml'))
  for (const value of [undefined, null, [], 'text', {}, { mutating: null }])
    t.equal(readPlainMetadata(value), undefined)
})

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
}
