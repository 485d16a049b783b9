import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { packageRoot } from '../../../util/package-root.ts'

const PAGE = readFileSync(join(packageRoot(), 'docs/policies-file.md'), 'utf8')
const EXAMPLES = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? '')

t.test('every example of the page can be loaded as it stands', async (t) => {
  t.ok(EXAMPLES.length > 0)
  const folder = t.testdir(Object.fromEntries(EXAMPLES.map((text, index) => [`${index}.yml`, text])))
  for (const index of EXAMPLES.keys()) await t.resolves(loadPolicySpecs(join(folder, `${index}.yml`)))
})

t.test('every field that the page lists is checked', async (t) => {
  const fields = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? '')
  t.ok(fields.length > 0)
  for (const field of fields) {
    const folder = t.testdir({ 'policies.yml': `a: {module: a.wasm}\nb: {${field}: 5.5}` })
    await t.rejects(loadPolicySpecs(folder), { message: new RegExp(`:2: b\\.${field}: `) }, field)
  }
})
