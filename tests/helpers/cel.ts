import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileMatchConditions } from '../../evaluator/cel/match-conditions.ts'
import { readRequestVariables } from '../../evaluator/cel/request-variables.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'cel')

/** What the API server makes of an expression: its value, a failure, or a refusal to compile it. */
export type Verdict = 'true' | 'false' | 'fails' | 'refused'

export interface Row {
  readonly topic: string
  readonly verdict: Verdict
  readonly expression: string
}

/** The table of expressions, each with its verdict about `object.json`. */
export function readExpressions(): Row[] {
  const rows: Row[] = []
  let topic = ''
  for (const line of readFileSync(join(FIXTURES, 'expressions.txt'), 'utf8').split('\n')) {
    const [, heading] = /^# (.*)/.exec(line) ?? []
    const [, verdict, expression] = /^(true|false|fails|refused) +(.*)$/.exec(line) ?? []
    if (heading !== undefined) topic = heading
    if (expression !== undefined) rows.push({ topic, verdict: verdict as Verdict, expression })
  }
  return rows
}

/** The object that the table is about, as text: its numbers are as they are written. */
export const readObject = () => readFileSync(join(FIXTURES, 'object.json'), 'utf8')

const KIND = { group: 'example.com', version: 'v1', kind: 'Thing' }
const RESOURCE = { group: 'example.com', version: 'v1', resource: 'things' }

/** The request that creates an object, as the API server sends it to webhooks. */
export function createRequest(object: string, changes: object = {}): Uint8Array {
  const fields = {
    uid: '9e0c9d5a-7c2b-4d8f-9f57-5f0a4f3c1e11',
    kind: KIND,
    resource: RESOURCE,
    requestKind: KIND,
    requestResource: RESOURCE,
    name: 'name1',
    namespace: 'ns1',
    operation: 'CREATE',
    userInfo: { username: 'alice', groups: ['g1', 'system:authenticated'], extra: { 'k/x': ['v1'] } },
    oldObject: null,
    dryRun: true,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl', dryRun: ['All'] },
    ...changes,
  }
  return Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"object":${object}}`)
}

/** Our verdict on an expression, and why it fails or is refused. */
export function judge(expression: string, request: Uint8Array): { verdict: Verdict; message?: string } {
  const conditions = compileMatchConditions([{ name: 'it', expression }])
  if ('problems' in conditions)
    return { verdict: 'refused', message: conditions.problems.map(({ message }) => message).join('; ') }
  const result = conditions.evaluate(readRequestVariables(request))
  return 'matches' in result
    ? { verdict: result.matches ? 'true' : 'false' }
    : { verdict: 'fails', message: result.error.message }
}
