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

const EXEMPTIONS = PAGE.slice(
  PAGE.indexOf('### Our extension: exemptions'),
  PAGE.indexOf('## Kubewarden policy resources'),
)

t.test('every field that the page lists is checked', async (t) => {
  const problemsOf = (entry: string) => {
    const folder = t.testdir({ 'policies.yml': `a: {module: a.wasm}\nb: ${entry}` })
    return loadPolicySpecs(folder)
  }
  for (const field of listFields(PAGE.replace(EXEMPTIONS, '')))
    await t.rejects(problemsOf(`{${field}: 5.5}`), { message: new RegExp(`:2: b\\.${field}: `) }, field)
  for (const field of listFields(EXEMPTIONS)) {
    const message = new RegExp(`:2: b\\.exemptions\\[0\\]\\.${field}: is 5.5`)
    await t.rejects(problemsOf(`{module: a.wasm, exemptions: [{${field}: 5.5}]}`), { message }, field)
  }

  function listFields(text: string): string[] {
    const fields = [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap((match) => match[1]?.match(/\w+/g) ?? [])
    t.ok(fields.length > 0)
    return fields
  }
})
