import type { CasePolicy, EqualityCase } from '../case.ts'

const MAPS = 'core/v1 configmaps CREATE'
const CREATE = { send: 'POST /api/v1/namespaces/dev/configmaps', body: { metadata: { name: 'c' }, data: { a: '1' } } }
const deny = (message?: string, code?: number) => [
  { deny: { ...(message !== undefined && { message }), ...(code !== undefined && { code }) } },
]
const warn = (...warnings: string[]) => [{ warnings }]
const does = (does: CasePolicy['does'], fields: Partial<CasePolicy> = {}): CasePolicy => ({
  rules: MAPS,
  ...(does && { does }),
  ...fields,
})
const LONG_ID = `policy-${'of-a-very-long-name-'.repeat(4)}x`

export const ANSWERS: readonly EqualityCase[] = [
  {
    title: 'a denial with a message and a code',
    sits: 'shared',
    policies: { a: does(deny('no {/name}', 418)), b: does(warn('b')) },
    requests: [{ ...CREATE, asks: 'a b', status: 418 }],
  },
  {
    title: 'a denial with a message alone, or a code alone, or nothing',
    sits: 'shared',
    policies: {
      code: does([{ when: [{ pointer: '/name', equals: 'code' }], deny: { code: 409 } }]),
      message: does([{ when: [{ pointer: '/name', equals: 'message' }], deny: { message: 'no' } }]),
      nothing: does([{ when: [{ pointer: '/name', equals: 'nothing' }], deny: {} }]),
    },
    requests: ['code', 'message', 'nothing'].map((name) => ({
      ...CREATE,
      body: { metadata: { name } },
      asks: 'code message nothing',
      status: name === 'code' ? 409 : 400,
    })),
  },
  {
    title: 'several denials at once',
    sits: 'shared',
    policies: { a: does(deny('no a', 403)), b: does(deny('no b', 403)), c: does(warn('c')) },
    requests: [{ ...CREATE, asks: 'a b c', status: 403 }],
  },
  {
    title: 'several denials of several codes',
    sits: 'shared',
    policies: { a: does(deny('no a', 403)), b: does(deny('no b', 422)), c: does(deny()) },
    requests: [{ ...CREATE, asks: 'a b c' }],
  },
  {
    title: 'messages with everything in them',
    sits: 'shared',
    policies: { a: does(deny('"quoted" \\ ; policy b: \n\tü€𝄞 <&> %s %!d')), b: does(warn('"quoted", 299 - \\ ü€𝄞')) },
    requests: [{ ...CREATE, asks: 'a b', status: 400 }],
  },
  {
    title: "the operator's own message",
    sits: 'shared',
    policies: { a: does(deny('no', 403), { message: 'ask the operators' }), b: does(warn('b'), { message: 'unused' }) },
    requests: [{ ...CREATE, asks: 'a b', status: 403 }],
  },
  {
    title: 'a policy that only looks on',
    sits: 'shared',
    policies: { a: does(deny('no'), { policyMode: 'monitor' }), b: does(warn('b')) },
    requests: [{ ...CREATE, asks: 'a b', status: 201 }],
  },
  {
    title: 'a mutating policy that only looks on',
    sits: 'shared',
    policies: {
      a: does([{ labels: { a: 'b' } }], { mutating: true, mutates: 'metadata', policyMode: 'monitor' }),
      b: does([{ annotations: { seen: '{/object/metadata/labels/a}' } }], { mutating: true, mutates: 'metadata' }),
    },
    requests: [{ ...CREATE, asks: 'a b', status: 201 }],
  },
  {
    title: 'a validating policy that attempts a change',
    sits: 'shared',
    policies: { a: does([{ labels: { a: 'b' } }]), b: does(warn('b')) },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'the same warnings of several policies',
    sits: 'shared',
    policies: { a: does(warn('careful', 'a', 'careful')), b: does(warn('careful', 'b')), c: does(warn('b', '')) },
    requests: [{ ...CREATE, asks: 'a b c' }],
  },
  {
    title: 'more warnings than the API server hands on',
    sits: 'shared',
    policies: {
      a: does(warn(...Array.from({ length: 20 }, (_, index) => `${index} ${'ü'.repeat(300)}`))),
      b: does([{ when: [{ pointer: '/object/none' }] }]),
    },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'warnings of a policy that denies',
    sits: 'shared',
    policies: { a: does([{ warnings: ['mind this'], deny: { message: 'no' } }]), b: does(warn('and that')) },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'audit annotations, under keys that other policies use too',
    sits: 'shared',
    policies: {
      a: does([{ auditAnnotations: { seen: '{/name}', 'with.dots-and_more': 'x' } }]),
      b: does([{ auditAnnotations: { seen: 'by b' } }]),
    },
    requests: [{ ...CREATE, asks: 'a b', audited: true }],
  },
  {
    title: 'audit annotations of long names',
    sits: 'shared',
    policies: {
      a: does([{ auditAnnotations: { ['k'.repeat(63)]: 'long key' } }]),
      [LONG_ID]: does([{ auditAnnotations: { key: 'long id', ['k'.repeat(60)]: 'both' } }]),
    },
    requests: [{ ...CREATE, asks: `a ${LONG_ID}`, audited: true }],
  },
  {
    title: 'audit annotations of a denial and of mutating policies',
    sits: 'shared',
    policies: {
      a: does([{ auditAnnotations: { why: 'because' }, deny: { message: 'no' } }]),
      b: does([{ auditAnnotations: { k: 'v' } }]),
      m: does([{ auditAnnotations: { k: 'm' }, labels: { a: 'b' } }], { mutating: true, mutates: 'metadata' }),
      n: does([{ auditAnnotations: { k: 'n' } }], { mutating: true, mutates: 'metadata' }),
    },
    requests: [{ ...CREATE, asks: 'm n a b', audited: true }],
  },
  {
    title: 'ids that no DNS name is',
    sits: 'shared',
    policies: { Upper_Case: does(deny('no', 403)), 'with space': does([{ auditAnnotations: { k: 'v' } }]) },
    requests: [
      { ...CREATE, asks: 'Upper_Case with space', status: 403 },
      { ...CREATE, asks: 'Upper_Case with space', audited: true },
    ],
  },
  {
    title: 'a guest that traps denies, and does not keep others from answering',
    sits: 'shared',
    policies: { a: does([{ fail: 'trap' }]), b: does(warn('b')) },
    requests: [{ ...CREATE, asks: 'a b', status: 500 }],
  },
  {
    title: 'guests that trap where failures are ignored',
    sits: 'shared',
    policies: {
      a: does([{ fail: 'trap' }], { failurePolicy: 'Ignore' }),
      b: does(warn('b'), { failurePolicy: 'Ignore' }),
    },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'Fail and Ignore side by side, none in an entry of the other',
    sits: 'shared',
    policies: {
      a: does(warn('a'), { failurePolicy: 'Ignore' }),
      b: does(warn('b'), { failurePolicy: 'Fail' }),
      c: does(warn('c'), { failurePolicy: 'Ignore' }),
      d: does(deny('d', 410)),
    },
    requests: [{ ...CREATE, asks: 'a b c d', status: 410 }],
  },
  {
    title: 'an evaluation that is late',
    sits: 'shared',
    policies: { a: does([{ fail: 'loop' }], { timeoutEvalSeconds: 1 }), b: does(warn('b')) },
    requests: [{ ...CREATE, asks: 'a b', status: 500 }],
  },
  {
    title: 'a webhook that the API server would not wait for any longer',
    sits: 'shared',
    policies: {
      a: does([{ fail: 'loop' }], { timeoutSeconds: 1, failurePolicy: 'Ignore' }),
      b: does(warn('b'), { failurePolicy: 'Ignore' }),
    },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'dry runs of policies with effects on the side, but for dry runs',
    sits: 'shared',
    policies: {
      a: does(warn('a'), { sideEffects: 'NoneOnDryRun' }),
      b: does(warn('b'), { sideEffects: 'NoneOnDryRun' }),
      c: does(warn('c')),
      d: does(warn('d'), { sideEffects: 'None' }),
    },
    requests: [{ ...CREATE, asks: 'a b c d' }],
  },
  {
    title: 'what is stored when it is no dry run',
    sits: 'shared',
    policies: {
      a: does([{ labels: { a: '1' } }], { mutating: true, mutates: 'metadata' }),
      b: does([{ patch: [{ op: 'add', path: '/data/b', value: '{/object/metadata/labels}' }] }], { mutating: true }),
      c: does([{ warnings: ['{/dryRun} {/object/data}'] }]),
      d: does(warn('d')),
    },
    requests: [
      { ...CREATE, body: { metadata: { generateName: 'c-' }, data: { a: '1' } }, persist: true, asks: 'a b c d' },
    ],
  },
]
