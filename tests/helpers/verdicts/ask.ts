import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Api } from '../api.ts'
import { buildAnsweringGuest } from '../guests.ts'
import { type TestPolicy, writePolicies } from '../test-cluster.ts'
import type { Verdict, VerdictCase } from './case.ts'
import { GUEST_CASES, GUEST_POLICIES, WARNING_GUEST } from './guests-and-matching.ts'
import { REVIEW_CASES, REVIEW_POLICIES } from './reviews.ts'

const CASE_POLICIES = { ...GUEST_POLICIES, ...REVIEW_POLICIES }
export const CASES: readonly VerdictCase[] = [...GUEST_CASES, ...REVIEW_CASES]

/** Writes policies.yml for the cases, and the modules that it names. */
export function writeCasePolicies(folder: string): string {
  const file = writePolicies(folder, CASE_POLICIES)
  const answer = { accepted: true, valid: true, warnings: ['mind the gap'] }
  writeFileSync(join(folder, WARNING_GUEST), buildAnsweringGuest(JSON.stringify(answer)))
  return file
}

/** Writes what of the API server's audit log is needed; returns its flags. */
export function writeAuditPolicy(folder: string): { readonly auditLog: string; readonly flags: readonly string[] } {
  const [auditLog, policy] = [join(folder, 'audit.log'), join(folder, 'audit.json')]
  const rules = [{ level: 'Metadata', omitStages: ['RequestReceived'], namespaces: ['noted'] }, { level: 'None' }]
  writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }))
  return { auditLog, flags: [`audit-log-path=${auditLog}`, `audit-policy-file=${policy}`] }
}

/** Asks every case of an API server, one after the other: some build on the objects of others. */
export async function askAll(api: Api, auditLog: string): Promise<Readonly<Record<string, Verdict>>> {
  for (const name of new Set(Object.values(CASE_POLICIES).map(namespaceOf))) {
    if (name !== undefined) await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
  }
  const verdicts: [string, Verdict][] = []
  for (const one of CASES) verdicts.push([one.title, await ask(one, api, auditLog)])
  return Object.fromEntries(verdicts)
}

async function ask({ send, shows, isNoted }: VerdictCase, api: Api, auditLog: string): Promise<Verdict> {
  const before = isNoted ? (await readEvents(auditLog)).length : 0
  const { status, text, warnings } = await send(api)
  const body = JSON.parse(text)
  const outcome = status < 300 ? { object: shows?.(body) } : { message: withoutNames(body.message) }
  return {
    status,
    // validating policies are asked side by side, and warn in the order in which they answer
    warnings: warnings.toSorted(),
    ...outcome,
    ...(isNoted && { noted: await readNotes(auditLog, before) }),
  }
}

async function readEvents(auditLog: string): Promise<readonly string[]> {
  const text = await readFile(auditLog, 'utf8').catch(() => '')
  return text.split('\n').slice(0, -1)
}

/** What the policies noted of the first request after so many: the end of a key, before which shared entries name the policy. */
async function readNotes(auditLog: string, before: number): Promise<readonly string[]> {
  for (;;) {
    const event = (await readEvents(auditLog))[before]
    if (event === undefined) continue
    const annotations = Object.entries(JSON.parse(event).annotations ?? {})
    const ours = annotations.filter(([key]) => key.includes('gatehouse.internal/'))
    return ours.map(([key, value]) => `${/\w+$/.exec(key)}: ${value}`).toSorted()
  }
}

function namespaceOf({ namespaceSelector }: TestPolicy): string | undefined {
  return namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name']
}

// what is wrong with an answer that is none, Go and JavaScript say in words of their own
const NOT_READABLE = /(cannot deserialize policy validation response): .*/

// The API server names the webhook, or the plugin the policy; a shared entry names the policy, too.
function withoutNames(message: string): string {
  const verdict = message.replace(/^.*? denied the request: (?:policy [\w-]+: )?/, '')
  return verdict.replace(NOT_READABLE, '$1')
}
