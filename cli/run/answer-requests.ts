import type { ExecutionMode } from '../../evaluator/module/metadata.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { GatehouseError } from '../../util/errors.ts'
import { toOneLine } from '../../util/one-line.ts'
import type { Io } from '../io.ts'
import { readText } from '../read-text.ts'
import type { RequestOptions } from '../requests/build-review.ts'
import { type NamedRequest, readObject, readRequests } from '../requests/read-requests.ts'
import { readPoliciesToRun } from './policies-to-run.ts'
import { runPolicies, type Verdict } from './run-policies.ts'

/** The flags of `gatehouse run`. */
export interface RunFlags {
  readonly requestPath: readonly string[]
  readonly settingsPath?: string
  readonly settingsJson?: string
  readonly executionMode?: ExecutionMode
  readonly operation: RequestOptions['operation']
  readonly oldObject?: string
  readonly namespace: string
  readonly user?: string
  readonly timeout: number
}

/**
 * Reads what the flags name, asks the policies, and writes each verdict as it comes; the policies' own lines, and a
 * line for people where there are several verdicts, go to standard error.
 */
export async function answerRequests(
  policy: string,
  flags: RunFlags,
  { io, pool }: { readonly io: Io; readonly pool: StartedEvaluatorPool },
): Promise<readonly Verdict[]> {
  const policies = await readPoliciesToRun({
    policy,
    timeoutMs: flags.timeout * 1000,
    ...(flags.executionMode === undefined ? {} : { executionMode: flags.executionMode }),
    ...(await readSettings(flags, io)),
  })
  const options = await readRequestOptions(flags, io)
  const requests: NamedRequest[] = []
  for (const path of flags.requestPath) {
    const source = path === '-' ? 'standard input' : path
    requests.push(...(await readRequests(source, await readText(path, io), options)))
  }
  const verdicts: Verdict[] = []
  await runPolicies(policies, requests, {
    pool,
    onVerdict(verdict) {
      verdicts.push(verdict)
      io.out(`${JSON.stringify(verdict.response)}\n`)
    },
  })
  if (verdicts.length > 1) for (const verdict of verdicts) io.err(summarize(verdict))
  return verdicts
}

async function readSettings({ settingsPath, settingsJson }: RunFlags, io: Io) {
  if (settingsJson !== undefined) return { settings: { source: '--settings-json', text: settingsJson } }
  if (settingsPath !== undefined) return { settings: { source: settingsPath, text: await readText(settingsPath, io) } }
  return {}
}

async function readRequestOptions(
  { operation, namespace, oldObject, user }: RunFlags,
  io: Io,
): Promise<RequestOptions> {
  const who =
    user === undefined
      ? { user: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
      : { user, groups: ['system:authenticated'] }
  if ((operation === 'UPDATE') !== (oldObject !== undefined))
    throw new GatehouseError('ERR_CLI_USAGE', '--operation UPDATE and --old-object need each other', {
      hint: 'An update changes something: name the file that holds the object as it was.',
    })
  if (oldObject === undefined) return { operation, namespace, ...who }
  return { operation, namespace, ...who, oldObject: await readObject(oldObject, await readText(oldObject, io)) }
}

function summarize({ policyId, title, response }: Verdict): string {
  const verdict = response.allowed ? (response.patch === undefined ? 'allowed' : 'allowed, mutated') : 'denied'
  const reason = response.allowed ? '' : `: ${response.status?.message ?? 'no reason given'}`
  return `${toOneLine(`${title}: ${verdict} by ${policyId}${reason}`)}\n`
}
