import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { checkAt, problemAt } from '../../util/yaml/schema-problems.ts'
import { parseYaml, type YamlDocument } from '../../util/yaml/yaml-document.ts'
import { proxyVariables } from './config.ts'
import { normaliseHost } from './host.ts'
import { readAuthorities, readAuthorityFile } from './read-authority.ts'
import { readProxies } from './read-proxies.ts'
import type { Sources } from './sources.ts'
import { type SourcesFile, sourcesSchema } from './sources-schema.ts'

const EMPTY: SourcesFile = { insecure_sources: [], source_authorities: {}, proxies: {} }

/**
 * Reads a sources file as Kubewarden has it, and the proxies that the environment names; without a path these alone.
 * @throws ERR_SOURCES_INVALID with all problems of both
 */
export async function loadSources(path?: string): Promise<Sources> {
  const problems: Problem[] = []
  const document = path === undefined ? undefined : await readDocument(path, problems)
  const file = document === undefined ? EMPTY : checkDocument(document, problems)
  const authorities = document === undefined ? [] : await readAllAuthorities(document, file)
  const proxies = readProxies(file.proxies, proxyVariables())
  problems.push(...authorities.flatMap((read) => read.problems), ...proxies.problems)
  throwProblems('ERR_SOURCES_INVALID', problems)
  const insecure = new Set(file.insecure_sources.map(normaliseHost))
  return {
    isInsecure: (host) => insecure.has(normaliseHost(host)),
    authoritiesOf: (host) =>
      authorities.filter((read) => read.host === normaliseHost(host)).flatMap(({ certificates }) => certificates),
    proxyOf: proxies.proxyOf,
  }
}

async function readDocument(path: string, problems: Problem[]): Promise<YamlDocument | undefined> {
  const { documents, problems: found } = parseYaml(path, await readText(path))
  problems.push(...found)
  if (documents.length > 1) problems.push({ file: path, message: `holds ${documents.length} documents; must hold one` })
  return documents[0]
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_SOURCES_INVALID', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}

function checkDocument(document: YamlDocument, problems: Problem[]): SourcesFile {
  const checked = checkAt(sourcesSchema, document, [])
  problems.push(...checked.problems)
  return checked.value ?? EMPTY
}

interface ReadAuthority {
  readonly host: string | undefined
  readonly certificates: readonly string[]
  readonly problems: readonly Problem[]
}

function readAllAuthorities(document: YamlDocument, { source_authorities }: SourcesFile): Promise<ReadAuthority[]> {
  const all = Object.entries(source_authorities).flatMap(([host, list]) =>
    list.map(async ({ type, path = '', data = '' }, index): Promise<ReadAuthority> => {
      const isFile = type === 'Path'
      // a relative path is the sources file's neighbour
      const read = isFile ? await readAuthorityFile(resolve(dirname(document.file), path)) : readAuthorities(data)
      if (typeof read !== 'string') return { host: normaliseHost(host), certificates: read, problems: [] }
      const place = ['source_authorities', host, index, isFile ? 'path' : 'data']
      return { host: normaliseHost(host), certificates: [], problems: [problemAt(document, place, read)] }
    }),
  )
  return Promise.all(all)
}
