import t from 'tap'
import { type AdmissionResponse, rejectWithInternalError } from '../../../evaluator/admission-response.ts'
import { compileGroupExpression } from '../../../evaluator/groups/expression.ts'
import { judgeGroup } from '../../../evaluator/groups/judge-group.ts'

const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'

type Answer = Partial<AdmissionResponse>

/** Judges by members that answer as given; the members are asked for by their names. */
async function judge(source: string, answers: Readonly<Record<string, Answer>>) {
  const compiled = compileGroupExpression(source, Object.keys(answers))
  if ('problems' in compiled) throw new Error(compiled.problems[0]?.message)
  const { expression } = compiled
  const members = new Map(Object.entries(answers))
  const asked: string[] = []
  const response = await judgeGroup({ expression, message: 'not like this', members }, UID, async (answer, name) => {
    asked.push(name)
    return { uid: UID, allowed: false, auditAnnotations: null, warnings: null, ...answer }
  })
  return { response, asked }
}

const ACCEPT = { allowed: true }
const DENY = { status: { message: 'no', code: 403 } }

t.test('an accepted request is told nothing, whatever the members had to say', async (t) => {
  const talkative = { allowed: true, status: { message: 'fine' }, warnings: ['w'], auditAnnotations: { a: 'b' } }
  const { response } = await judge('a() || b()', { a: DENY, b: talkative })
  t.strictSame(response, { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
})

t.test(
  "a denied one is told the group's message, without a code, and what the members that were asked denied",
  async (t) => {
    const members = { a: { ...DENY, warnings: ['w'], auditAnnotations: { a: 'b' } }, b: {}, c: ACCEPT, d: DENY }
    const { response } = await judge('(a() || b() || !c()) && d()', members)
    t.strictSame(response, {
      uid: UID,
      allowed: false,
      status: {
        message: 'not like this',
        details: { causes: [{ field: 'spec.policies.a', message: 'no' }, { field: 'spec.policies.b' }] },
      },
      auditAnnotations: null,
      warnings: null,
    })
  },
)

t.test('where no member denied, there are no causes', async (t) => {
  const { response } = await judge('!a()', { a: ACCEPT })
  t.strictSame(response.status, { message: 'not like this' })
})

t.test('a member is asked once, however often the expression calls it', async (t) => {
  const { response, asked } = await judge('(a() || a() || b()) && b()', { a: DENY, b: ACCEPT })
  t.equal(response.allowed, true)
  t.strictSame(asked, ['a', 'b'])
})

t.test('a member that mutates has denied, and its patch is nowhere', async (t) => {
  const mutating = { allowed: true, patch: 'W10=', patchType: 'JSONPatch' as const }
  const { response } = await judge('a()', { a: mutating })
  t.strictSame(response.status?.details?.causes, [
    { field: 'spec.policies.a', message: 'mutation is not allowed inside of policy group' },
  ])
  t.notOk('patch' in response || 'patchType' in response)
  t.match(await judge('a() || b()', { a: mutating, b: ACCEPT }), { response: { allowed: true, patch: undefined } })
})

t.test('a member that failed has denied in its own words, and lets nothing pass by its opposite', async (t) => {
  const failed = rejectWithInternalError(UID, 'internal server error: guest trapped')
  const causes = [{ field: 'spec.policies.a', message: 'internal server error: guest trapped' }]
  for (const source of ['a()', '!a()', 'a() != true'])
    t.match(
      (await judge(source, { a: failed })).response,
      { allowed: false, status: { message: 'not like this', details: { causes } } },
      source,
    )
  t.equal((await judge('a() || b()', { a: failed, b: ACCEPT })).response.allowed, true)
})

t.test('who cannot be asked leaves no verdict', async (t) => {
  const group = { expression: { kind: 'member', name: 'a' }, message: 'm', members: new Map([['a', 1]]) } as const
  await t.rejects(
    judgeGroup(group, UID, async () => {
      throw new Error('the queue is full')
    }),
    { message: 'the queue is full' },
  )
})

t.test('an expression that cannot be evaluated denies with code 500', async (t) => {
  const group = {
    expression: { kind: 'member', name: 'ghost' },
    message: 'm',
    members: new Map<string, never>(),
  } as const
  t.strictSame(await judgeGroup(group, UID, async () => t.fail('nobody is asked') as never), {
    ...rejectWithInternalError(UID, 'error evaluating policy group expression: there is no member ghost'),
  })
})
