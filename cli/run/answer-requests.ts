import { describePatternProblem } from '../../evaluator/host/capability-patterns.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { GatehouseError } from '../../util/errors.ts'
import { toOneLine } from '../../util/one-line.ts'
import { preparePolicy } from '../evaluation/ask-policy.ts'
import type { Io } from '../io.ts'
import { type AccessFlags, toAccess } from '../modules/access-flags.ts'
import { readText } from '../read-text.ts'
import type { RequestOptions } from '../requests/build-review.ts'
import { readObject } from '../requests/read-requests.ts'
import { type RequestText, readAskedRequests } from './asked-requests.ts'
import { checkContextAccess } from './context-access.ts'
import { formatResponse } from './format-response.ts'
import type { KubewardenFlags } from './kubewarden-options.ts'
import { isPoliciesPath, type PolicyArguments, readPoliciesToRun } from './policies-to-run.ts'
import { runPolicies, type Verdict } from './run-policies.ts'

/** The flags of `gatehouse run`. */
export interface RunFlags extends KubewardenFlags, AccessFlags {
  readonly requestPath: readonly string[]
  readonly operation: RequestOptions['operation']
  readonly oldObject?: string
  readonly namespace: string
  readonly user?: string
  readonly timeout: number
}

export interface AnswerOptions {
  readonly io: Io
  readonly pool: StartedEvaluatorPool
  /** A line for people where there are several verdicts. */
  readonly summary: boolean
}

/**
 * Reads what the flags name, asks the policies, and writes each verdict as it comes; the policies' own lines, and those for
 * people, go to standard error.
 */
export async function answerRequests(
  policy: string,
  flags: RunFlags,
  { io, pool, summary }: AnswerOptions,
): Promise<readonly Verdict[]> {
  if (flags.raw && isPoliciesPath(policy))
    throw new GatehouseError('ERR_CLI_USAGE', `The --raw option cannot be used with a YAML file: ${policy}`)
  const policies = await readPoliciesToRun({ policy, ...(await readPolicyArguments(flags, io)) })
  const options = { ...(await readRequestOptions(flags, io)), raw: flags.raw }
  const texts = await readRequestTexts(flags, io)
  const access = toAccess(flags, io)
  const prepared = await Promise.all(policies.map((one) => preparePolicy(one, access)))
  // a policies file says itself what is granted
  if (!isPoliciesPath(policy)) for (const one of prepared) checkContextAccess(one, flags.allowContextAware, io.err)
  const verdicts: Verdict[] = []
  await runPolicies(prepared, await readAskedRequests(texts, prepared, options), {
    pool,
    onVerdict(verdict) {
      verdicts.push(verdict)
      io.out(formatResponse(verdict.response))
    },
  })
  if (summary && verdicts.length > 1) for (const verdict of verdicts) io.err(summarize(verdict))
  return verdicts
}

async function readPolicyArguments(flags: RunFlags, io: Io): Promise<Omit<PolicyArguments, 'policy'>> {
  const { executionMode, timeout, allowedHostCapabilities: allowed } = flags
  const settings = await readSettings(flags, io)
  return {
    timeoutMs: timeout * 1000,
    hostCapabilities: checkPatterns(allowed === true ? [] : allowed),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(settings === undefined ? {} : { settings }),
  }
}

function checkPatterns(patterns: readonly string[]): readonly string[] {
  for (const pattern of patterns) {
    const problem = describePatternProblem(pattern)
    if (problem !== undefined)
      throw new GatehouseError('ERR_CLI_USAGE', `--allowed-host-capabilities: "${pattern}" ${problem}`)
  }
  return patterns
}

async function readSettings({ settingsPath, settingsJson }: RunFlags, io: Io) {
  if (settingsJson !== undefined) return { source: '--settings-json', text: settingsJson }
  if (settingsPath !== undefined) return { source: settingsPath, text: await readText(settingsPath, io) }
  return undefined
}

async function readRequestTexts({ requestPath }: RunFlags, io: Io): Promise<RequestText[]> {
  const texts: RequestText[] = []
  for (const path of requestPath)
    texts.push({ source: path === '-' ? 'standard input' : path, text: await readText(path, io) })
  return texts
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
