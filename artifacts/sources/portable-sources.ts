import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { loadSources } from './load-sources.ts'
import { readAuthorityFile } from './read-authority.ts'
import { type SourcesFile, sourcesSchema } from './sources-schema.ts'

type Authority = SourcesFile['source_authorities'][string][number]

/** A sources file as it means the same on another machine: authorities that are files are written into it. @throws ERR_SOURCES_INVALID */
export async function readPortableSources(path: string): Promise<string> {
  await loadSources(path)
  const file = sourcesSchema.parse(parse(await readFile(path, 'utf8')) ?? {})
  const hosts = Object.entries(file.source_authorities).map(async ([host, authorities]) => {
    return [host, await Promise.all(authorities.map((authority) => embed(authority, dirname(path))))] as const
  })
  return stringify({ ...file, source_authorities: Object.fromEntries(await Promise.all(hosts)) })
}

async function embed(authority: Authority, folder: string): Promise<object> {
  const { type, path = '' } = authority
  if (type !== 'Path') return authority
  const certificates = await readAuthorityFile(resolve(folder, path))
  // one that went away in this moment is the pod's to complain of
  return { type: 'Data', data: typeof certificates === 'string' ? '' : certificates.join('') }
}
