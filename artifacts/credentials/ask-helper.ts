import type { ExecaError } from 'execa'
import { GatehouseError } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'
import { showForeign } from '../show-foreign.ts'
import type { Credential } from './credentials.ts'
import { keyOfHost } from './registry-key.ts'

const TIMEOUT_MS = 30_000
const MAX_BYTES = 1024 * 1024

/** Every helper says this, whatever else it says: https://github.com/docker/docker-credential-helpers */
const NOT_FOUND = /credentials not found/i
/** The user name that stands for an identity token. */
const TOKEN_USER = '<token>'

/** Whom a credential helper, the program `docker-credential-<name>`, knows for a host. */
export async function askHelper(name: string, host: string, signal: AbortSignal): Promise<Credential | undefined> {
  const { execa } = await import('execa')
  const program = `docker-credential-${name}`
  const limits = { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES, cancelSignal: signal, forceKillAfterDelay: 1000 }
  const result = await execa(program, ['get'], { ...limits, input: keyOfHost(host), reject: false })
  if (result.failed) {
    signal.throwIfAborted()
    if (NOT_FOUND.test(`${result.stdout}${result.stderr}`)) return undefined
    throw helperFailed(program, host, describe(result as ExecaError))
  }
  return readAnswer(result.stdout, (problem) => helperFailed(program, host, problem))
}

function readAnswer(text: string, failed: (problem: string) => GatehouseError): Credential | undefined {
  const { Username: username, Secret: password } = parseObject(text)
  if (typeof username !== 'string' || typeof password !== 'string')
    throw failed('it answers without Username or Secret')
  return username === '' || username === TOKEN_USER ? undefined : { username, password }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function describe({ code, timedOut, exitCode, signal, stdout, stderr }: ExecaError): string {
  if (code === 'ENOENT') return 'it is not installed'
  if (timedOut) return `it has not answered after ${TIMEOUT_MS / 1000} s`
  // helpers complain on either stream
  const said = showForeign(`${stderr} ${stdout}`.trim())
  return `it ended ${exitCode === undefined ? `by ${signal}` : `with code ${exitCode}`}${said === '' ? '' : `: ${said}`}`
}

function helperFailed(program: string, host: string, problem: string): GatehouseError {
  return new GatehouseError('ERR_CREDENTIALS_INVALID', `cannot ask ${program} who to be at ${host}: ${problem}`, {
    hint: "Docker's config.json names the helper, under credHelpers or credsStore.",
  })
}
