import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommand } from '../../helpers/command.ts'
import { buildAnsweringGuest, type GuestName, MINIMAL_METADATA } from '../../helpers/guests.ts'
import { ALLOWED, folderWith, POD } from '../../helpers/policy-tests.ts'

/** Runs one case of one policy; what the report says of it. */
async function runCase(t: Test, guest: GuestName, testCase: object): Promise<{ code: number; mismatches: unknown }> {
  const tests = { policy: `${guest}.wasm`, cases: [{ name: 'case', ...testCase }] }
  const folder = folderWith(t, { 'policy-test.json': tests }, [guest])
  const { code, stdout, stderr } = await runCommand('test', folder, '-o', 'json', '--timeout', '0.5')
  if (code === 3) return { code, mismatches: stderr }
  return { code, mismatches: JSON.parse(stdout).files[0].cases[0].mismatches }
}

t.test('test files are found in folders and named, and nothing else is taken for one', async (t) => {
  const tests = { policy: 'accept.wasm', cases: [ALLOWED] }
  const nested = { policy: '../accept.wasm', cases: [ALLOWED] }
  const folder = folderWith(t, {
    'policy-test.yml': tests,
    'more/web.policy-test.yaml': nested,
    'more/policy-test.json': nested,
    'more/mypolicy-test.yml': 'not: one',
    'node_modules/policy-test.yml': 'not: one',
    '.hidden/policy-test.yml': 'not: one',
    'other.yml': tests,
  })
  symlinkSync('..', join(folder, 'more/loop'))
  const files = async (...paths: string[]) => {
    const { stdout } = await runCommand('test', ...paths.map((path) => join(folder, path)), '-o', 'json')
    return JSON.parse(stdout).files.map(({ file }: { file: string }) => file.slice(folder.length))
  }
  t.strictSame(await files('.'), ['/policy-test.yml', '/more/policy-test.json', '/more/web.policy-test.yaml'])
  t.strictSame(await files('other.yml', 'more', 'more'), [
    '/other.yml',
    '/more/policy-test.json',
    '/more/web.policy-test.yaml',
  ])
})

t.test('where there is nothing to run, the exit code is 3', async (t) => {
  const folder = folderWith(t, { 'policy-test.yml': { policy: 'accept.wasm', cases: [ALLOWED] }, 'empty/x': '' })
  t.match(await runCommand('test', join(folder, 'empty')), { code: 3, stderr: /ERR_TESTS_NONE: no test file is in/ })
  t.match(await runCommand('test', join(folder, 'missing')), { code: 3, stderr: /ERR_FILE_READ/ })
  t.match(await runCommand('test', folder, '--filter', 'no\nsuch'), { code: 3, stderr: /ERR_TESTS_NONE: --filter/ })
})

t.test('--filter chooses by the names of cases and files, and files without such a case are left out', async (t) => {
  const cases = ['Create', 'Delete'].map((name) => ({ ...ALLOWED, name }))
  const folder = folderWith(t, {
    'policy-test.yml': { policy: 'accept.wasm', cases },
    'web.policy-test.yml': { policy: 'accept.wasm', cases: [ALLOWED] },
  })
  const chosen = async (filter: string) => {
    const { stdout } = await runCommand('test', folder, '--filter', filter, '-o', 'json')
    return JSON.parse(stdout).files.flatMap(({ cases }: { cases: { name: string }[] }) => cases.map(({ name }) => name))
  }
  t.strictSame(await chosen('delete'), ['Delete'])
  t.strictSame(await chosen('web.policy'), ['a Pod'])
})

t.test('everything that an answer holds can be expected', async (t) => {
  const answer = {
    accepted: false,
    message: 'not on a Friday',
    code: 418,
    warnings: ['late', 'really late'],
    audit_annotations: { day: 'Friday' },
    mutated_object: { ...POD, metadata: { name: 'web', namespace: 'default', labels: { late: 'yes' } } },
    valid: true,
  }
  const folder = folderWith(t, {})
  writeFileSync(join(folder, 'policy.wasm'), buildAnsweringGuest(JSON.stringify(answer)))
  const right = {
    allowed: false,
    message: { matches: '^not .* Friday$' },
    code: 418,
    warnings: ['late', { contains: 'really' }],
    auditAnnotations: { day: 'Friday' },
    patch: [{ op: 'add', path: '/metadata/labels', value: { late: 'yes' } }],
    object: answer.mutated_object,
  }
  const wrong = {
    allowed: true,
    message: { contains: 'Monday' },
    code: 200,
    warnings: ['late'],
    auditAnnotations: {},
    patch: [],
    object: { ...POD, metadata: { name: 'web', namespace: 'default' } },
  }
  const cases = [
    { name: 'right', object: POD, expect: right },
    ...Object.entries(wrong).map(([name, value]) => ({ name, object: POD, expect: { ...right, [name]: value } })),
  ]
  writeFileSync(join(folder, 'policy-test.json'), JSON.stringify({ policy: 'policy.wasm', cases }))
  const { stdout } = await runCommand('test', folder, '-o', 'json')
  const results: { name: string; mismatches: { field: string }[] }[] = JSON.parse(stdout).files[0].cases
  t.strictSame(
    results.map(({ name, mismatches }) => [name, mismatches.map(({ field }) => field)]),
    [['right', []], ...Object.keys(wrong).map((name) => [name, [name]])],
  )
  t.match(results.at(-1)?.mismatches, [{ differences: [{ path: '/metadata/labels', actual: { late: 'yes' } }] }])
})

t.test('a policy that fails has denied nothing: that has to be expected', async (t) => {
  const denied = { object: POD, expect: { allowed: false } }
  t.match(await runCase(t, 'trap', denied), {
    code: 1,
    mismatches: [{ field: 'error', expected: 'an answer', actual: /^the policy failed: internal server error: / }],
  })
  t.match(await runCase(t, 'trap', { object: POD, expect: { error: true, message: { contains: 'unreachable' } } }), {
    code: 0,
  })
  t.match(await runCase(t, 'accept', { object: POD, expect: { error: true } }), {
    code: 1,
    mismatches: [{ field: 'error', expected: 'a policy that fails' }],
  })
})

t.test('settings that are refused fail a case that did not expect it, and no request is asked about', async (t) => {
  t.match(await runCase(t, 'deny-settings', { object: POD, expect: { allowed: false } }), {
    code: 1,
    mismatches: [{ field: 'settings', expected: 'accepted', actual: /^refused: / }],
  })
  const refused = (settings: object) => ({ expect: { settings } })
  t.match(await runCase(t, 'deny-settings', refused({ valid: false })), { code: 0 })
  t.match(await runCase(t, 'deny-settings', refused({ valid: false, message: 'other' })), {
    code: 1,
    mismatches: [{ field: 'settings.message', expected: 'other' }],
  })
  t.match(await runCase(t, 'accept', refused({ valid: false })), { code: 1, mismatches: [{ actual: 'accepted' }] })
})

t.test('a guest that never ends costs its own case, and those beside it pass', async (t) => {
  const cases = Array.from({ length: 6 }, (_, i) => ({ ...ALLOWED, name: `case ${i}` }))
  const folder = folderWith(
    t,
    {
      'a.policy-test.yml': { policy: 'accept.wasm', cases },
      'b.policy-test.yml': { policy: 'loop.wasm', cases: cases.slice(0, 2) },
      'c.policy-test.yml': { policy: 'memory-bomb.wasm', cases: [ALLOWED] },
    },
    ['accept', 'loop', 'memory-bomb'],
  )
  const { code, stdout } = await runCommand('test', folder, '--timeout', '0.3')
  t.equal(code, 1)
  t.equal(stdout.match(/ {2}✓/g)?.length, 6)
  t.equal(stdout.match(/the policy failed|refused/g)?.length, 3)
  t.match(stdout, /exceeded the allowed execution time/)
})

t.test('a policy of a file is asked under the mode and the settings that it has there', async (t) => {
  const policies = {
    seen: { module: 'mutate.wasm', message: 'ask us' },
    free: { module: 'mutate.wasm', allowedToMutate: true },
  }
  const test = (id: string, expect: object) => ({
    policy: { file: 'policies.yml', id },
    cases: [{ name: 'one', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }, expect }],
  })
  const folder = folderWith(
    t,
    {
      'policies.yml': policies,
      'seen.policy-test.yml': test('seen', { allowed: false, message: 'ask us', patch: [] }),
      'free.policy-test.yml': test('free', { allowed: true }),
    },
    ['mutate'],
  )
  const { code, stdout } = await runCommand('test', folder)
  t.equal(code, 0, stdout)
  writeFileSync(join(folder, 'other.policy-test.yml'), JSON.stringify(test('none', { allowed: true })))
  t.match(await runCommand('test', folder), {
    code: 3,
    stderr: /other\.policy-test\.yml:1: policy\.file: .*has no policy none; it has seen, free/,
  })
})

t.test('a policy for raw requests is asked nothing else, and any policy may be asked raw', async (t) => {
  const folder = folderWith(t, {})
  const answer = JSON.stringify({ accepted: true, valid: true, mutated_object: { a: 1, b: [2] } })
  for (const policyType of ['raw', 'kubernetes'])
    writeFileSync(join(folder, `${policyType}.wasm`), buildAnsweringGuest(answer, { ...MINIMAL_METADATA, policyType }))
  writeFileSync(join(folder, 'request.yml'), 'a: 1\n')
  const expect = { allowed: true, patch: [{ op: 'add', path: '/b', value: [2] }], object: { a: 1, b: [2] } }
  const cases = [
    { name: 'a file', rawRequest: 'request.yml', expect },
    { name: 'in place', rawRequest: { a: 1 }, expect },
  ]
  for (const policy of ['raw', 'kubernetes'])
    writeFileSync(join(folder, `${policy}.policy-test.json`), JSON.stringify({ policy: `${policy}.wasm`, cases }))
  const { code, stdout } = await runCommand('test', folder)
  t.equal(code, 0, stdout)
  writeFileSync(join(folder, 'raw.policy-test.json'), JSON.stringify({ policy: 'raw.wasm', cases: [ALLOWED] }))
  t.match(await runCommand('test', folder), {
    code: 3,
    stderr:
      /raw\.policy-test\.json:1: cases\[0\]\.object: is for the API server's requests; the policy is for raw ones: use rawRequest/,
  })
})

t.test('a group is asked as a whole, with the settings that its members have', async (t) => {
  const group = {
    both: {
      policies: { one: { module: 'accept.wasm' }, two: { module: 'deny.wasm' } },
      expression: 'one() && two()',
      message: 'not both',
    },
  }
  const tests = {
    policy: { file: 'policies.yml', id: 'both' },
    cases: [{ name: 'denied', object: POD, expect: { allowed: false, message: 'not both' } }],
  }
  const files = { 'policies.yml': group, 'policy-test.json': tests }
  const folder = folderWith(t, files, ['accept', 'deny'])
  const { code, stdout, stderr } = await runCommand('test', folder)
  t.equal(code, 0, stdout + stderr)
  writeFileSync(join(folder, 'policy-test.json'), JSON.stringify({ ...tests, settings: {} }))
  t.match(await runCommand('test', folder), { code: 3, stderr: /policy-test\.json:1: settings: cannot be given here/ })
})
