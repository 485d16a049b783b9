/** `[registry host]/repository[:tag][@digest]`, with what Docker leaves out filled in. */
export interface RegistryName {
  /** `host[:port]`, in lower case; `docker.io` for Docker Hub. */
  readonly host: string
  readonly repository: string
  /** At least one of the two is there; the digest decides when both are. */
  readonly tag?: string
  readonly digest?: string
}

const DOCKER_HUB = 'docker.io'
const LONGEST_NAME = 255

// https://pkg.go.dev/github.com/distribution/reference
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:.]+\\])(?::(\\d{1,5}))?$`)
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/

/** Whether a text is a digest of the only kind that is used here. */
export const isDigest = (text: string): boolean => /^sha256:[a-f0-9]{64}$/.test(text)

/** Reads a name as Docker does, or says what is wrong with it, as the rest of a sentence that begins with the name. */
export function parseRegistryName(text: string): RegistryName | string {
  const { name, tag, digest } = splitSuffixes(text)
  if (digest !== undefined && !isDigest(digest))
    return `has the digest ${digest}; must be sha256: and 64 hexadecimal digits in lower case`
  if (tag !== undefined && !TAG.test(tag))
    return `has the tag ${JSON.stringify(tag)}; must be 1 to 128 letters, digits, _, . and -, the first no . or -`
  const { host, repository } = expand(name)
  const problem = describeHost(host) ?? describeRepository(repository)
  if (problem !== undefined) return problem
  const shown = tag ?? (digest === undefined ? 'latest' : undefined)
  return {
    host: host.toLowerCase(),
    repository,
    ...(shown === undefined ? {} : { tag: shown }),
    ...(digest === undefined ? {} : { digest }),
  }
}

function splitSuffixes(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@')
  const named = at < 0 ? text : text.slice(0, at)
  const digest = at < 0 ? {} : { digest: text.slice(at + 1) }
  // a colon before the last slash is a port's
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  return colon < 0
    ? { name: named, ...digest }
    : { name: named.slice(0, colon), tag: named.slice(colon + 1), ...digest }
}

// The first component is a host only if it cannot be the name of a Docker Hub account.
function expand(name: string): { host: string; repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  const host = isHost ? first : DOCKER_HUB
  const repository = isHost ? name.slice(slash + 1) : name
  if (host !== DOCKER_HUB && host !== 'index.docker.io') return { host, repository }
  return { host: DOCKER_HUB, repository: repository.includes('/') ? repository : `library/${repository}` }
}

function describeHost(host: string): string | undefined {
  const match = HOST.exec(host)
  // the URL parser knows which addresses in brackets are IPv6, and which numbers are no IPv4 address
  if (match === null || !URL.canParse(`https://${host}`))
    return `has the registry host ${JSON.stringify(host)}; must be host or host:port`
  const port = Number(match[1] ?? 443)
  return port >= 1 && port <= 65_535 ? undefined : `has the port ${port}; must be 1 to 65535`
}

function describeRepository(repository: string): string | undefined {
  if (repository.length > LONGEST_NAME)
    return `has a repository of ${repository.length} characters; must be at most ${LONGEST_NAME}`
  const wrong = repository.split('/').find((component) => !COMPONENT.test(component))
  if (wrong === undefined) return undefined
  if (wrong === '') return 'has an empty part in its repository'
  const shape = 'must be lower-case letters and digits, with ., _, __ or - between them'
  return `has ${JSON.stringify(wrong)} in its repository; ${shape}`
}
