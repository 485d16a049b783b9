import t from 'tap'
import type { MatchCondition } from '../../evaluator/cel/match-conditions.ts'
import { compileMatchConditions, type MatchConditions } from '../../evaluator/cel/match-conditions.ts'
import { readRequestVariables } from '../../evaluator/cel/request-variables.ts'
import type { Api } from '../helpers/api.ts'
import { createRequest, judge, type Row, readExpressions, readObject } from '../helpers/cel.ts'
import { createControlPlane } from '../helpers/control-plane.ts'

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const RULE = { apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['things'], operations: ['CREATE'] }
const THINGS = '/apis/example.com/v1/namespaces/ns1/things?dryRun=All&fieldManager=kubectl'

// What the API server warns of in one answer is cut off at 4096 characters.
const GROUP_SIZE = 12

/** Of a policy that asks one expression after the other, and tells by a warning each one that is not true. */
function createPolicy(name: string, expressions: readonly string[]) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ ...RULE, apiGroups: ['', 'example.com'], resources: ['pods', 'things'] }],
        objectSelector: { matchLabels: { group: name } },
      },
      validations: expressions.map((expression, i) => ({ expression, message: `#${i}#` })),
    },
  }
}

const createBinding = (name: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name, validationActions: ['Warn'] },
})

const createDefinition = () => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
})

/** The object of the table as text, with one more label. Its numbers stay as they are written. */
const labelled = (group: string) => readObject().replace('"app":', `"group": "${group}", "app":`)

async function startServer(): Promise<Api> {
  const controlPlane = await createControlPlane(t)
  const api = await controlPlane.start()
  await api.must('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', createDefinition())
  await api.must('POST', '/api/v1/namespaces', { metadata: { name: 'ns1' } })
  while ((await api.call('POST', THINGS, labelled('none'))).status !== 201);
  return api
}

/** What the API server makes of each expression, found in its warnings about one object. */
async function askServer(api: Api, name: string, rows: readonly string[], send = sendThing): Promise<string[]> {
  // the last one says that the policy is in force
  await api.must('POST', `${ADMISSION}/validatingadmissionpolicies`, createPolicy(name, [...rows, 'false']))
  await api.must('POST', `${ADMISSION}/validatingadmissionpolicybindings`, createBinding(name))
  for (;;) {
    const { warnings } = await send(api, name)
    if (warnings.some((warning) => warning.includes(`#${rows.length}#`)))
      return rows.map((row, i) => verdictOf(row, i, warnings))
  }
}

const sendThing = (api: Api, group: string) => api.call('POST', THINGS, labelled(group))

function verdictOf(expression: string, index: number, warnings: readonly string[]): string {
  if (warnings.some((warning) => warning.includes(`expression '${expression}' resulted in error`))) return 'fails'
  return warnings.some((warning) => warning.includes(`#${index}#`)) ? 'false' : 'true'
}

// Who asks is an admin here, and no alice; a policy, unlike a webhook, knows the namespace; and the group is one more label.
const isAskable = ({ expression }: Row) => !/userInfo|namespaceObject|object\.metadata\.labels ==/.test(expression)

t.test('kube-apiserver agrees with the table of expressions', async (t) => {
  const api = await startServer()
  const rows = readExpressions().filter(isAskable)

  await t.test('what it refuses to compile', async (t) => {
    const policy = createPolicy(
      'all',
      rows.map(({ expression }) => expression),
    )
    const { status, text } = await api.call('POST', `${ADMISSION}/validatingadmissionpolicies?dryRun=All`, policy)
    t.equal(status, 422)
    const causes: { field: string }[] = JSON.parse(text).details.causes
    const refused = new Set(causes.map(({ field }) => Number(/validations\[(\d+)\]/.exec(field)?.[1])))
    t.strictSame(
      rows.filter((_row, i) => refused.has(i)).map(({ expression }) => expression),
      rows.filter(({ verdict }) => verdict === 'refused').map(({ expression }) => expression),
    )
  })

  await t.test('what it makes of the others', async (t) => {
    const compiled = rows.filter(({ verdict }) => verdict !== 'refused')
    t.ok(compiled.length >= 400)
    const groups = Array.from({ length: Math.ceil(compiled.length / GROUP_SIZE) }, (_group, i) =>
      compiled.slice(i * GROUP_SIZE, (i + 1) * GROUP_SIZE),
    )
    const answers = await Promise.all(
      groups.map((group, i) =>
        askServer(
          api,
          `g${i}`,
          group.map(({ expression }) => expression),
        ),
      ),
    )
    const wrong = compiled.flatMap((row, i) => {
      const answer = answers.flat()[i]
      return answer === row.verdict ? [] : [{ ...row, answer }]
    })
    t.strictSame(wrong, [])
  })

  await t.test('what it makes of an object of its own', async (t) => {
    const pod = JSON.parse((await sendPod(api, 'pod')).text)
    const request = createRequest(JSON.stringify(pod))
    const answers = await askServer(api, 'pod', ABOUT_PODS, sendPod)
    t.strictSame(
      ABOUT_PODS.map((expression) => [expression, judge(expression, request).verdict]),
      ABOUT_PODS.map((expression, i) => [expression, answers[i]]),
    )
  })

  await t.test('how several conditions of a webhook decide together', async (t) => {
    for (const expressions of COMBINATIONS) {
      const conditions = expressions.map((expression, i) => ({ name: `c${i}`, expression }))
      t.equal(await askWebhook(api, conditions), ours(conditions), expressions.join(' & ').slice(0, 100))
    }
  })

  await t.test('conditions see the resource that was asked for, in the version that the webhook is sent', async (t) => {
    const rule = { ...RULE, apiGroups: ['autoscaling'], apiVersions: ['v2'], resources: ['horizontalpodautoscalers'] }
    const expression = "request.resource.version == 'v1' && request.kind.version == 'v2' && has(object.spec.metrics)"
    t.equal(await askWebhook(api, [{ name: 'c', expression }], { rule, send: sendAutoscaler }), 'true')
  })
})

const sendAutoscaler = (api: Api, group: string) =>
  api.call('POST', '/apis/autoscaling/v1/namespaces/ns1/horizontalpodautoscalers?dryRun=All', {
    metadata: { name: 'scaler', labels: { group } },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, maxReplicas: 2 },
  })

const sendPod = (api: Api, group: string) =>
  api.call('POST', '/api/v1/namespaces/ns1/pods?dryRun=All', {
    metadata: { name: 'pod', labels: { group } },
    spec: {
      containers: [
        {
          name: 'c',
          image: 'docker.io/x:1',
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '0.1', memory: '1Gi' } },
          readinessProbe: { httpGet: { port: 'http', path: '/' } },
          livenessProbe: { httpGet: { port: 80, path: '/' } },
          securityContext: { privileged: false },
        },
      ],
    },
  })

const ABOUT_PODS = [
  "object.kind == 'Pod' && object.apiVersion == 'v1'",
  'object.spec.containers[0].ports[0].containerPort == 80',
  'type(object.spec.containers[0].ports[0].containerPort) == int',
  "object.spec.containers[0].resources.limits.cpu == '100m'",
  "quantity(object.spec.containers[0].resources.limits.memory).compareTo(quantity('1024Mi')) == 0",
  "object.spec.containers[0].readinessProbe.httpGet.port == 'http'",
  'object.spec.containers[0].livenessProbe.httpGet.port == 80',
  'has(object.spec.nodeName)',
  "object.spec.nodeName == ''",
  'has(object.spec.containers[0].securityContext.privileged)',
  'object.spec.containers.all(c, !c.securityContext.privileged)',
  'has(object.spec.containers[0].env)',
  'object.spec.containers[0].env.size() == 0',
  "object.spec.restartPolicy == 'Always'",
  'object.spec.terminationGracePeriodSeconds == 30',
  'has(object.spec.hostNetwork) && object.spec.hostNetwork',
  "has(object.metadata.annotations) && 'x' in object.metadata.annotations",
  "object.metadata.labels == {'group': 'pod'}",
  'object.spec.securityContext == {}',
  'type(object.metadata.creationTimestamp) == string',
  'timestamp(object.metadata.creationTimestamp) < timestamp("9999-01-01T00:00:00Z")',
  'has(object.status.phase)',
]

const FAILS = 'object.spec.nope == 1'
const DEAR = 'lists.range(500).all(x, lists.range(200).all(y, x + y >= 0))'
const COMBINATIONS = [
  ['true'],
  ['false'],
  [FAILS],
  ['true', 'true'],
  ['true', 'false'],
  ['false', FAILS],
  [FAILS, 'false'],
  [FAILS, 'true'],
  ['true', FAILS],
  [DEAR],
  ['false', DEAR, DEAR, DEAR, DEAR],
  ['lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))'],
  ['request.kind.kind == "Thing" && request.operation == "CREATE" && request.namespace == "ns1"'],
  ['request.userInfo.groups.exists(g, g == "system:masters")'],
  ['type(object.spec.one) == double', 'object.spec.big == 9007199254740993'],
  ['namespaceObject == null', 'oldObject == null'],
]

function ours(conditions: readonly MatchCondition[]): string {
  const compiled = compileMatchConditions(conditions) as MatchConditions
  const userInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] }
  const result = compiled.evaluate(readRequestVariables(createRequest(labelled('webhook'), { userInfo })))
  return 'error' in result ? 'error' : String(result.matches)
}

/** A webhook that nobody serves: calling it shows that the conditions matched. */
async function askWebhook(
  api: Api,
  matchConditions: readonly MatchCondition[],
  { rule = RULE, send = sendThing } = {},
): Promise<string> {
  const path = `${ADMISSION}/validatingwebhookconfigurations`
  const webhook = {
    name: 'conditions.example.com',
    clientConfig: { url: 'https://127.0.0.1:1/' },
    rules: [rule],
    objectSelector: { matchLabels: { group: 'webhook' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  // called as soon as the configuration is in force, and no longer when it is gone
  const sentinel = {
    ...webhook,
    name: 'sentinel.example.com',
    rules: [RULE],
    objectSelector: { matchLabels: { group: 'sentinel' } },
  }
  await api.must('POST', path, {
    metadata: { name: 'conditions' },
    webhooks: [{ ...webhook, matchConditions }, sentinel],
  })
  while ((await api.call('POST', THINGS, labelled('sentinel'))).status === 201);
  const { status, text } = await send(api, 'webhook')
  await api.must('DELETE', `${path}/conditions`)
  while ((await api.call('POST', THINGS, labelled('sentinel'))).status !== 201);
  if (status === 201) return 'false'
  return text.includes('failed calling webhook') ? 'true' : 'error'
}
