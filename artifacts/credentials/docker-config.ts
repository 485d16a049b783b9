import type { Problem } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import type { Credential } from './credentials.ts'
import { hostOfKey } from './registry-key.ts'

/** What of Docker's config.json says who one is, by host. */
export interface DockerConfig {
  /** null where the file has an entry that holds nobody whom one could be. */
  readonly users: ReadonlyMap<string, Credential | null>
  /** The names of programs, without `docker-credential-`. */
  readonly helpers: ReadonlyMap<string, string>
  readonly store: string | undefined
}

export interface ReadDockerConfig {
  readonly config: DockerConfig
  readonly problems: readonly Problem[]
}

/**
 * Reads Docker's config.json. No message shows what stands in the file: it holds passwords.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export function readDockerConfig(file: string, text: string): ReadDockerConfig {
  const problems: Problem[] = []
  const report: Report = (field, message) => problems.push(field === '' ? { file, message } : { file, field, message })
  const value = parseObject(text, report)
  const users = new Map<string, Credential | null>()
  for (const [key, entry] of entriesOf(value, 'auths', report))
    put(
      users,
      key,
      readUser(entry, (what, message) => report(`auths[${JSON.stringify(key)}]${what}`, message)),
    )
  const helpers = new Map<string, string>()
  for (const [key, entry] of entriesOf(value, 'credHelpers', report)) {
    const helper = readHelper(entry, `credHelpers[${JSON.stringify(key)}]`, report)
    if (helper !== undefined) put(helpers, key, helper)
  }
  const store = readHelper(value['credsStore'], 'credsStore', report)
  return { config: { users, helpers, store }, problems }
}

type Report = (field: string, message: string) => void

// The key that is the host itself wins over others that stand for it.
function put<T>(map: Map<string, T>, key: string, value: T): void {
  const host = hostOfKey(key)
  if (host !== undefined && (key === host || !map.has(host))) map.set(host, value)
}

function parseObject(text: string, report: Report): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
    report('', 'must be a JSON object')
  } catch (error) {
    // of V8's message only the place: the rest quotes the file
    const place = /\(line \d+ column \d+\)/.exec(String(error))?.[0]
    report('', `is not JSON${place === undefined ? '' : ` ${place}`}`)
  }
  return {}
}

function entriesOf(value: Readonly<Record<string, unknown>>, field: string, report: Report): [string, unknown][] {
  const entries = value[field] ?? {}
  if (isRecord(entries)) return Object.entries(entries)
  report(field, 'must be an object')
  return []
}

function readUser(entry: unknown, report: Report): Credential | null {
  if (!isRecord(entry)) {
    report('', 'must be an object')
    return null
  }
  const wrong = ['auth', 'username', 'password', 'identitytoken'].filter((name) => !isText(entry[name]))
  for (const name of wrong) report(`.${name}`, 'must be a string')
  const { auth, username, password, identitytoken } = entry as Partial<Record<string, string>>
  // As in Kubewarden: the exchange of identity tokens is not supported, and the user that stands beside one is none.
  if (wrong.length > 0 || identitytoken) return null
  return auth ? decodeAuth(auth, report) : username && password ? { username, password } : null
}

const isText = (value: unknown) => value === undefined || value === null || typeof value === 'string'

function decodeAuth(auth: string, report: Report): Credential | null {
  const decoded = Buffer.from(auth, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon > 0 && /^[\w+/-]+=*$/.test(auth.trim()))
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') }
  report('.auth', 'must be the base64 of user:password')
  return null
}

// It becomes part of a program's name.
function readHelper(entry: unknown, field: string, report: Report): string | undefined {
  if (entry === undefined || entry === null || entry === '') return undefined
  if (typeof entry === 'string' && /^[\w.-]+$/.test(entry)) return entry
  report(field, 'must be the name of a credential helper: letters, digits, _, . and -')
  return undefined
}
