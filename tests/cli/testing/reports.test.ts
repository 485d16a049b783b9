import t from 'tap'
import { runCommand } from '../../helpers/command.ts'
import { ALLOWED, folderWith } from '../../helpers/policy-tests.ts'

t.test('people read a line per case, what is wrong below it, and a sum', async (t) => {
  const tests = `
policy: deny.wasm
cases:
  - name: a Pod is denied
    object: {apiVersion: v1, kind: Pod, metadata: {name: web}}
    expect: {allowed: false}
  - name: a Pod is allowed
    object: {apiVersion: v1, kind: Pod, metadata: {name: web}}
    expect: {allowed: true, message: fine, code: 403, warnings: [careful]}
`
  const folder = folderWith(t, { 'policy-test.yml': tests }, ['deny'])
  const { code, stdout, stderr } = await runCommand('test', folder)
  t.equal(code, 1)
  t.equal(stderr, '')
  t.equal(
    stdout.replace(/\d\.\d s/, '0.0 s'),
    `${folder}/policy-test.yml: 1 passed, 1 failed
  ✓ a Pod is denied
  ✗ a Pod is allowed (line 7)
      allowed
        - true
        + false
      message
        - "fine"
        + "denied by the fixture"
      code
        - 403
        + null
      warnings
        - ["careful"]
        + []

1 file: 1 passed, 1 failed (0.0 s)
`,
  )
})

t.test('what a policy logs is shown with the case that failed', async (t) => {
  const tests = {
    policy: 'host-call.wasm',
    cases: [ALLOWED, { ...ALLOWED, name: 'denied', expect: { allowed: false } }],
  }
  const { stdout } = await runCommand('test', folderWith(t, { 'policy-test.json': tests }, ['host-call']))
  t.equal(stdout.match(/the policy logged/g)?.length, 1)
  t.match(stdout, /✗ denied[\s\S]*the policy logged\n {8}\d{4}-/)
})

t.test('the report for pipelines is JUnit XML, whatever stands in names and messages', async (t) => {
  const hostile = 'a "Pod" <b>&\u0000\u001b[2J]]>'
  const tests = {
    policy: 'deny.wasm',
    cases: [{ ...ALLOWED, name: hostile, expect: { allowed: true, message: hostile } }],
  }
  const folder = folderWith(t, { 'policy-test.json': tests }, ['deny'])
  const { code, stdout } = await runCommand('test', folder, '-o', 'junit')
  t.equal(code, 1)
  t.match(
    stdout,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="gatehouse" tests="1" failures="1" errors="0" /,
  )
  t.match(stdout, 'name="a &#34;Pod&#34; &lt;b&gt;&amp;\\u0000\\u001b[2J]]&gt;"')
  t.match(stdout, /<failure type="allowed" message="allowed, message">.*policy-test\.json:1\nallowed\n/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
  t.notMatch(stdout, /[\u0000-\u0008\u000b-\u001f]/)
})
