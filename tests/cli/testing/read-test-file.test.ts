import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readTestFiles } from '../../../cli/testing/read-test-file.ts'
import { isGatehouseError } from '../../../util/errors.ts'
import { buildGuest } from '../../helpers/guests.ts'

/** The problems of test files, without the folder that they stand in. */
async function problemsOf(folder: string, ...files: string[]): Promise<string[]> {
  const read = readTestFiles(
    files.map((file) => join(folder, file)),
    { timeoutMs: 2000, access: {} },
  )
  const error = await read.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!isGatehouseError(error, 'ERR_TESTS_INVALID')) throw error ?? new Error('there are no problems')
  const lines = error.message.split('\n').map((line) => line.trim().replaceAll(`${folder}/`, ''))
  return lines.length === 1 ? lines : lines.slice(1)
}

t.test('all problems of all files are listed, with file, line and field', async (t) => {
  const folder = t.testdir({
    'one.yml': `policy: {module: policy.wasm, id: none}
casse: []
cases:
  - name: ""
    object: {kind: Pod}
    request: review.json
    expect: {allowed: maybe, mesage: none}
  - name: nothing
    expect: {}
  - name: both
    rawRequest: [1]
    expect: {allowed: true, settings: {valid: false, message: {contains: a, equals: b}}}
`,
    'two.yml': `policy: missing.wasm
settings: []
cases:
  - name: update
    object: {apiVersion: v1, kind: Pod}
    operation: UPDATE
    expect: {message: {matches: "("}}
  - name: recorded
    request: review.json
    namespace: shop
    expect: {allowed: true, error: true}
`,
    'three.yml': 'cases: [',
    'four.yml': '',
    'five.yml': '{}\n---\n{}\n',
  })
  t.strictSame(await problemsOf(folder, 'one.yml', 'two.yml', 'three.yml', 'four.yml', 'five.yml'), [
    'one.yml:1: policy.id: goes with file: a policy, or a group, in it',
    'one.yml:4: cases[0].name: is empty',
    'one.yml:7: cases[0].expect.allowed: is "maybe"; must be true or false',
    'one.yml:7: cases[0].expect.mesage: is not a field here; did you mean message?',
    'one.yml:4: cases[0]: has request and object, of which one is asked about',
    'one.yml:7: cases[0].expect: must say whether the request is allowed',
    'one.yml:8: cases[1]: asks nothing; it needs one of request, object, rawRequest, unless it expects something of settings only',
    'one.yml:12: cases[2].expect.settings.message: must be a text, or have one of equals, contains, matches',
    'one.yml:12: cases[2].expect: of settings that are refused, no request is answered',
    'one.yml:2: casse: is not a field here; did you mean cases?',
    'two.yml:2: settings: must be a map',
    'two.yml:7: cases[0].expect.message.matches: is no regular expression of RE2: error parsing regexp: missing closing ): `(`',
    'two.yml:7: cases[0].expect: must say whether the request is allowed',
    'two.yml:4: cases[0].oldObject: and operation: UPDATE need each other',
    'two.yml:11: cases[1].expect.error: is true, and a policy that fails allows nothing',
    'two.yml:10: cases[1].namespace: goes with object; a request says it',
    'three.yml:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
    'four.yml: is empty',
    'five.yml: holds several documents; a test file is one',
  ])
})

t.test('documents and modules that a file names are read before anything runs', async (t) => {
  const folder = t.testdir({
    'list.yml': 'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}, {apiVersion: v1, kind: Pod}]\n',
    'pod.yml': 'apiVersion: v1\nkind: Pod\n',
    'review.json': '{"kind": {"kind": "Pod"}}',
    'broken.wasm': 'not wasm',
    'broken.yml': 'policy: broken.wasm\ncases: [{name: a, expect: {settings: {valid: true}}}]',
    'remote.yml': 'policy: {module: "ftp://host/policy.wasm"}\ncases: [{name: a, expect: {settings: {valid: true}}}]',
    'test.yml': `policy: policy.wasm
cases:
  - name: a
    object: missing.yml
    expect: {allowed: true}
  - name: b
    object: list.yml
    expect: {allowed: true}
  - name: a
    request: pod.yml
    expect: {allowed: true}
  - name: c
    request: review.json
    expect: {allowed: true}
  - name: d
    rawRequest: pod.yml
    expect: {allowed: true}
  - name: e
    object: {apiVersion: v1}
    expect: {allowed: true, object: missing.yml}
`,
  })
  writeFileSync(join(folder, 'policy.wasm'), buildGuest('accept'))
  const problems = await problemsOf(folder, 'test.yml', 'broken.yml', 'remote.yml')
  t.match(problems.sort(), [
    /^broken\.yml:1: policy\.module: broken\.wasm: is not WebAssembly/,
    /^remote\.yml:1: policy\.module: the module reference "ftp:.* has the scheme ftp; must be registry/,
    'request.kind.group: is missing',
    'request.kind.version: is missing',
    'request.operation: is missing',
    'request.resource: is missing',
    'request.uid: is missing',
    'request.userInfo: is missing',
    'test.yml:10: cases[2].request: pod.yml: does not hold one AdmissionReview or AdmissionRequest',
    'test.yml:13: cases[3].request: review.json: 6 problems:',
    /^test\.yml:19: cases\[5\]\.object: is not an AdmissionReview, an AdmissionRequest or a Kubernetes object/,
    /^test\.yml:20: cases\[5\]\.expect\.object: cannot read missing\.yml/,
    /^test\.yml:4: cases\[0\]\.object: cannot read missing\.yml/,
    'test.yml:7: cases[1].object: list.yml: holds 2 objects; must hold one',
    'test.yml:9: cases[2].name: is "a", as another case\'s',
  ])
})
