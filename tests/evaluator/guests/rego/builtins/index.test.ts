import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { findCost } from '../../../../../evaluator/guests/rego/builtins/costs.ts'
import { findBuiltin, listBuiltins } from '../../../../../evaluator/guests/rego/builtins/index.ts'
import { packageRoot } from '../../../../../util/package-root.ts'
import { runOpa } from '../../../../helpers/rego.ts'

t.test('every built-in of Kubewarden is there, under its name', async (t) => {
  const names = `trace base64url.encode_no_pad urlquery.encode urlquery.decode urlquery.encode_object urlquery.decode_object
    json.is_valid json.patch yaml.marshal yaml.unmarshal yaml.is_valid hex.encode hex.decode glob.quote_meta regex.split
    regex.template_match regex.find_n semver.is_valid semver.compare sprintf time.now_ns parse_rfc3339_ns date`
  for (const name of names.split(/\s+/)) t.ok(findBuiltin(name), name)
})

t.test('each name is that of one of OPA, but for the two that Kubewarden misspells', async (t) => {
  const { builtins } = JSON.parse(await runOpa(['capabilities', '--current'], packageRoot())) as {
    builtins: { name: string }[]
  }
  const known = new Set(builtins.map(({ name }) => name))
  t.strictSame(
    listBuiltins().filter((name) => !known.has(name)),
    ['date', 'parse_rfc3339_ns'],
  )
})

t.test('the page on Rego lists them all', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs/rego.md'), 'utf8')
  const [, list = ''] = /<!-- built-ins -->([\s\S]*?)<!-- end -->/.exec(page) ?? []
  t.strictSame(list.match(/[^`\s]+/g), listBuiltins())
})

t.test('and those of which nobody says what they cost', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs/rego.md'), 'utf8')
  const [, table = ''] = /<!-- uncounted -->([\s\S]*?)<!-- end -->/.exec(page) ?? []
  const listed = [...table.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  t.strictSame(
    listed.sort(),
    listBuiltins().filter((name) => findCost(name) === undefined),
  )
})

t.test('no name leads to something else', async (t) => {
  for (const name of ['', 'constructor', '__proto__', 'toString', 'http.send'])
    t.equal(findBuiltin(name), undefined, name)
})
