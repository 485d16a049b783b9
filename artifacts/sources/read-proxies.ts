import type { Problem } from '../../util/problems.ts'
import { bypassesProxy } from './no-proxy.ts'
import { parseProxyUrl } from './proxy-url.ts'
import type { SourcesFile } from './sources-schema.ts'

/** Which proxies to use, and what is wrong with the variables that name them. */
export interface ReadProxies {
  proxyOf(url: URL): URL | undefined
  readonly problems: readonly Problem[]
}

/** Joins the proxies of a sources file, which was checked, and those of the environment: the file wins. */
export function readProxies(file: SourcesFile['proxies'], variables: ReadonlyMap<string, string>): ReadProxies {
  const problems: Problem[] = []
  const read = (written: string | undefined, name: string): URL | undefined => {
    const variable = findVariable(variables, name)
    const text = written ?? variable?.value
    const proxy = text === undefined || text === '' ? undefined : parseProxyUrl(text)
    if (typeof proxy !== 'string') return proxy
    if (written === undefined && variable !== undefined) problems.push({ field: variable.name, message: proxy })
    return undefined
  }
  const http = read(file.http_proxy, 'HTTP_PROXY')
  const https = read(file.https_proxy, 'HTTPS_PROXY')
  const none = file.no_proxy ?? findVariable(variables, 'NO_PROXY')?.value ?? ''
  return {
    proxyOf: (url) => (bypassesProxy(url, none) ? undefined : url.protocol === 'https:' ? https : http),
    problems,
  }
}

function findVariable(variables: ReadonlyMap<string, string>, name: string) {
  const found = [...variables].find(([variable]) => variable.toUpperCase() === name)
  return found === undefined ? undefined : { name: found[0], value: found[1] }
}
