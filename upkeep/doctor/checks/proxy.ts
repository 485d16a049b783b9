import type { Check } from '../check.ts'
import { ok, problem } from '../finding.ts'
import { listRegistered } from '../registered.ts'

/** Whether a proxy in the API server's environment stands before the socket: its HTTP client asks that first. */
export const proxyCheck: Check = {
  name: 'proxy',
  async run(context) {
    const environment = context.apiServer?.environment
    const proxy = environment?.['HTTPS_PROXY'] || environment?.['https_proxy']
    if (environment === undefined || proxy === undefined) return []
    const excepted = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',').map((entry) => entry.trim())
    const hosts = [...new Set((await listRegistered(context)).map(({ url }) => url.hostname))]
    const proxied = hosts.filter((host) => !excepted.some((entry) => covers(entry, host)))
    if (proxied.length === 0) return [ok('HTTPS_PROXY is set, and NO_PROXY excepts our host')]
    return [
      problem(
        `HTTPS_PROXY is set, and NO_PROXY does not name ${proxied.join(', ')}: webhooks ask for the proxy`,
        'Add it to NO_PROXY of kube-apiserver, and restart it.',
      ),
    ]
  },
}

// https://pkg.go.dev/golang.org/x/net/http/httpproxy: a name stands for itself and what is below it, `.name` for the latter
function covers(entry: string, host: string): boolean {
  if (entry === '*' || entry === host) return true
  const suffix = entry.replace(/^\*?\.?/, '.')
  return entry !== '' && host.endsWith(suffix)
}
