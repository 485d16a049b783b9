type Environment = Readonly<Record<string, string | undefined>>

/** Where the API server says that a Pod finds it; nothing outside of a cluster. */
export function readServiceAddress(env: Environment = process.env): { host: string; port: string } | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  return host && port ? { host, port } : undefined
}
