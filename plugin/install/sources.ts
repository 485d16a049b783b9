import { head } from './head.ts'

export const SOURCES_SECRET = 'gatehouse-sources'
export const SOURCES_KEY = 'sources.yml'

/** How registries are reached. A Secret, since proxies may have passwords. */
export function sourcesSecret(namespace: string, sources: string | undefined) {
  if (sources === undefined) return []
  return [
    {
      ...head('v1', 'Secret', { name: SOURCES_SECRET, namespace }),
      type: 'Opaque',
      data: { [SOURCES_KEY]: Buffer.from(sources).toString('base64') },
    },
  ]
}
