import t, { type Test } from 'tap'
import type { RegistrationPlan } from '../../plugin/registration/registration-plan.ts'
import { sharedWebhookName, webhookName } from '../../plugin/webhook-name.ts'
import type { CaseRequest, EqualityCase } from '../helpers/equality/case.ts'
import { ANSWERS } from '../helpers/equality/cases/answers.ts'
import { CONDITIONS } from '../helpers/equality/cases/conditions.ts'
import { GROUPS } from '../helpers/equality/cases/groups.ts'
import { MATCHING } from '../helpers/equality/cases/matching.ts'
import { MUTATED_OBJECTS } from '../helpers/equality/cases/mutated-objects.ts'
import { MUTATION_ORDER } from '../helpers/equality/cases/mutation-order.ts'
import { SELECTORS } from '../helpers/equality/cases/selectors.ts'
import { VERSIONS } from '../helpers/equality/cases/versions.ts'
import { findDifferences, shareAnnotations } from '../helpers/equality/compare.ts'
import { createFixtures } from '../helpers/equality/fixtures.ts'
import { type EqualityRig, startEqualityRig } from '../helpers/equality/rig.ts'

const TOPICS = { MATCHING, VERSIONS, SELECTORS, CONDITIONS, ANSWERS, GROUPS, MUTATION_ORDER, MUTATED_OBJECTS }
const CASES = Object.values(TOPICS).flat()

/** Part of a title, to run a few cases. */
const ONLY = process.env['GATEHOUSE_TEST_CASES'] ?? ''

t.setTimeout(600_000)

t.test('enough cases, and most of them in shared entries', async (t) => {
  const alone = CASES.filter(({ sits }) => sits !== 'shared')
  t.ok(CASES.length >= 60, `${CASES.length} cases`)
  t.ok(alone.length <= 10, `${alone.length} outside a shared entry`)
  t.equal(new Set(CASES.map(({ title }) => title)).size, CASES.length)
})

t.test('shared entries decide as an entry for each policy does', async (t) => {
  const rig = await startEqualityRig(t, '1.37')
  await createFixtures(rig)
  for (const [topic, cases] of Object.entries(TOPICS)) {
    await t.test(topic.toLowerCase().replace('_', ' '), async (t) => {
      for (const one of cases.filter(({ title }) => title.includes(ONLY)))
        await t.test(one.title, (t) => runCase(t, rig, one))
    })
  }
})

async function runCase(t: Test, rig: EqualityRig, one: EqualityCase): Promise<void> {
  const plan = await rig.register(one.policies, one.exclusions ?? 'default')
  checkPlaces(t, one, plan)
  for (const request of one.requests) {
    if (request.audited) await checkAnnotations(t, rig, request, plan)
    else await checkOutcomes(t, rig, request)
  }
}

function checkPlaces(t: Test, { sits, policies }: EqualityCase, { entries }: RegistrationPlan): void {
  const isShared = (id: string) => entries.some(({ members }) => members.length > 1 && members.includes(id))
  const alone = Object.keys(policies).filter((id) => !isShared(id))
  if (sits === 'shared') return void t.strictSame(alone, [], 'share an entry with others')
  t.not(alone.length, 0, 'somebody sits alone')
  const reasons = entries.flatMap(({ apart }) => apart.map(({ because }) => because))
  t.ok(
    reasons.some((reason) => reason.includes(sits.alone)),
    `${sits.alone}: ${reasons.join('; ')}`,
  )
}

async function checkOutcomes(t: Test, rig: EqualityRig, request: CaseRequest): Promise<void> {
  const outcomes = await rig.ask(toRequest(request))
  const { 'per-policy': expected } = outcomes
  const name = `${request.send} by ${request.as ?? 'the administrator'}`
  const asked = expected.verdicts.map((verdict) => verdict.replace(/ (allowed|denied)(:.*)?$/s, ''))
  t.equal(asked.join(' '), request.asks, `${name}: who is asked`)
  if (request.status !== undefined) t.equal(expected.status, request.status, `${name}: ${expected.text}`)
  t.strictSame(findDifferences(outcomes, request), [], `${name}: the same either way`)
}

async function checkAnnotations(
  t: Test,
  rig: EqualityRig,
  request: CaseRequest,
  plan: RegistrationPlan,
): Promise<void> {
  const { 'per-policy': single, combined } = await rig.askAudited(toRequest(request))
  const members = plan.entries.flatMap(({ members }) => members)
  const shared = shareAnnotations(single, new Map(members.map((id) => [webhookName(id), id])), (id) => {
    const entry = plan.entries.find((candidate) => candidate.members.includes(id))
    return entry === undefined || entry.members.length === 1 ? undefined : sharedWebhookName(entry.name)
  })
  t.not(Object.keys(single).length, 0, `${request.send}: something is noted`)
  t.strictSame(combined, shared, `${request.send}: the same is noted either way`)
}

function toRequest({ send, body, contentType, as, persist }: CaseRequest) {
  const [method = '', path = ''] = send.split(' ')
  const query = persist || method === 'GET' ? '' : `${path.includes('?') ? '&' : '?'}dryRun=All`
  return {
    method,
    path: path + query,
    body,
    ...(contentType !== undefined && { contentType }),
    ...(as !== undefined && { as }),
  }
}
