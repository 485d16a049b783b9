import { parseAuthority } from '../../../shim/connect/authority.ts'
import { isRecord } from '../../../util/record.ts'
import type { ApiServer } from '../api-server/api-server.ts'
import { parseObjects } from '../api-server/config-files.ts'
import { type EgressUser, userOf } from './egress-user.ts'

/** Flags that name a kubeconfig, whose server is called through `controlplane`. */
const KUBECONFIG_FLAGS = [
  'audit-webhook-config-file',
  'authentication-token-webhook-config-file',
  'authorization-webhook-config-file',
]

/** Who takes the socket because of a flag. */
export async function listConfiguredUsers(apiServer: ApiServer): Promise<EgressUser[]> {
  const users = await Promise.all([
    ...KUBECONFIG_FLAGS.map((flag) =>
      readFlag(apiServer, flag, async (object) => [await userOfKubeconfig(`--${flag}`, object)]),
    ),
    readFlag(apiServer, 'tracing-config-file', async (object) => [userOfTracing(object)]),
    readFlag(apiServer, 'authorization-config', (object) => listAuthorizers(apiServer, object)),
    readFlag(apiServer, 'authentication-config', async (object) => listIssuers(object)),
  ])
  return users.flat()
}

type Entry = Readonly<Record<string, unknown>>

async function readFlag(
  apiServer: ApiServer,
  flag: string,
  toUsers: (object: Entry) => Promise<EgressUser[]>,
): Promise<EgressUser[]> {
  const path = apiServer.flags.get(flag)
  if (path === undefined) return []
  try {
    const [object = {}] = parseObjects(await apiServer.readFile(path))
    return await toUsers(object)
  } catch {
    return [{ what: `--${flag}=${path}` }]
  }
}

async function userOfKubeconfig(what: string, { clusters }: Entry): Promise<EgressUser> {
  const [entry] = listRecords(clusters)
  const { server } = isRecord(entry?.['cluster']) ? entry['cluster'] : {}
  return userOf(what, server)
}

function userOfTracing({ endpoint = 'localhost:4317' }: Entry): EgressUser {
  const what = '--tracing-config-file'
  const target = parseAuthority(String(endpoint).replace(/^\w+:\/\//, ''))
  return target === undefined ? { what } : { what, target }
}

async function listAuthorizers(apiServer: ApiServer, { authorizers }: Entry): Promise<EgressUser[]> {
  const webhooks = listRecords(authorizers).filter(({ type }) => type === 'Webhook')
  return Promise.all(
    webhooks.map(async ({ name, webhook }) => {
      const what = `the authorizer ${name} in --authorization-config`
      const { connectionInfo } = isRecord(webhook) ? webhook : {}
      const { kubeConfigFile } = isRecord(connectionInfo) ? connectionInfo : {}
      if (typeof kubeConfigFile !== 'string') return { what }
      const [object = {}] = parseObjects(await apiServer.readFile(kubeConfigFile))
      return userOfKubeconfig(what, object)
    }),
  )
}

// Only issuers that say so take it.
function listIssuers({ jwt }: Entry): EgressUser[] {
  return listRecords(jwt).flatMap(({ issuer }) => {
    if (!isRecord(issuer) || issuer['egressSelectorType'] !== 'controlplane') return []
    return [userOf(`the issuer ${issuer['url']} in --authentication-config`, issuer['discoveryURL'] ?? issuer['url'])]
  })
}

function listRecords(value: unknown): Entry[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
