const HUB_HOSTS = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])
const HUB_KEY = 'https://index.docker.io/v1/'

/** The host that a key of Docker's config.json stands for, `docker.io` for all names of Docker Hub. */
export function hostOfKey(key: string): string | undefined {
  // Docker writes hosts; older versions wrote the URL of an API that is gone
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/]*)(\/.*)?$/.exec(key) ?? []
  const isWhole = /^\/?(v[12]\/?)?$/.test(path)
  if (host === '' || !isWhole) return undefined
  return HUB_HOSTS.has(host.toLowerCase()) ? 'docker.io' : host.toLowerCase()
}

/** What credential helpers know a host by. */
export function keyOfHost(host: string): string {
  return host === 'docker.io' ? HUB_KEY : host
}
