type Environment = Readonly<Record<string, string | undefined>>

/** The variables that name proxies, each as it is set and what it is set to; as in Kubewarden upper case wins over lower. */
export function proxyVariables(env: Environment = process.env): ReadonlyMap<string, string> {
  const found = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => {
    const set = [name, name.toLowerCase()].find((spelling) => env[spelling])
    return set === undefined ? [] : [[set, env[set] ?? ''] as const]
  })
  return new Map(found)
}
