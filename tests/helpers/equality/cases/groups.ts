import type { CasePolicy, CaseRequest, EqualityCase } from '../case.ts'

const MAPS = 'core/v1 configmaps CREATE'
const ON = 'POST /api/v1/namespaces/dev/configmaps'

const create = (name: string, fields: Omit<CaseRequest, 'send' | 'body'>): CaseRequest => ({
  send: ON,
  body: { metadata: { name } },
  ...fields,
})

/** A member that denies objects whose names it is given, and accepts all others. */
export const denies = (...names: readonly string[]) =>
  names.map((name) => ({ when: [{ pointer: '/name', equals: name }], deny: { message: `no ${name}`, code: 403 } }))

type Members = NonNullable<CasePolicy['group']>['members']
export const asks = (expression: string, members: Members, fields: Partial<CasePolicy> = {}): CasePolicy => ({
  rules: MAPS,
  group: { expression, members },
  ...fields,
})

export const GROUPS: readonly EqualityCase[] = [
  {
    title: 'a group among others, whichever of its members denies',
    sits: 'shared',
    policies: {
      g: asks('a() && (b() || !c())', { a: denies('x'), b: denies('x', 'y', 'z'), c: denies('y') }),
      single: { rules: MAPS },
    },
    requests: [
      create('x', { asks: 'g single', status: 400 }),
      create('y', { asks: 'g single', status: 201 }),
      create('z', { asks: 'g single', status: 400 }),
      create('w', { asks: 'g single', status: 201 }),
    ],
  },
  {
    title: 'a group that denies beside a policy that does',
    sits: 'shared',
    policies: { g: asks('a()', { a: denies('x') }), single: { rules: MAPS, does: denies('x') } },
    requests: [create('x', { asks: 'g single' })],
  },
  {
    title: 'what members warn of and note is lost, whatever the verdict',
    sits: 'shared',
    policies: {
      g: asks('a() || b()', { a: [...denies('x'), { warnings: ['w'], auditAnnotations: { a: 'b' } }], b: denies('x') }),
      single: { rules: MAPS },
    },
    requests: [create('x', { asks: 'g single', status: 400 }), create('y', { asks: 'g single', status: 201 })],
  },
  {
    title: 'members that fail or mutate',
    sits: 'shared',
    policies: {
      failing: asks('a() || b()', { a: [{ fail: 'trap' }], b: denies('x') }),
      opposite: asks('!a() || b()', { a: [{ fail: 'trap' }], b: denies('y') }),
      mutating: asks('a() || b()', { a: [{ labels: { a: 'b' } }], b: denies('z') }),
    },
    requests: [
      create('x', { asks: 'failing mutating opposite', status: 400 }),
      create('y', { asks: 'failing mutating opposite', status: 400 }),
      create('z', { asks: 'failing mutating opposite', status: 400 }),
      create('w', { asks: 'failing mutating opposite', status: 201 }),
    ],
  },
  {
    title: 'a group that only looks on, and one with conditions of its own',
    sits: 'shared',
    policies: {
      watched: asks('a()', { a: denies('x') }, { policyMode: 'monitor' }),
      narrow: asks(
        'a()',
        { a: denies('x', 'y') },
        { matchConditions: [{ name: 'y', expression: "request.name == 'y'" }] },
      ),
    },
    requests: [
      create('x', { asks: 'watched', status: 201 }),
      create('y', { asks: 'narrow watched', status: 400 }),
      create('z', { asks: 'watched', status: 201 }),
    ],
  },
]
