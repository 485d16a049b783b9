import { chown, mkdir, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parseBundle } from './bundle.ts'
import { readIfPresent, writeAtomically } from './files.ts'
import { ownerOf } from './owner.ts'

/** Beside the authority: one file for each that gives API servers their bundle, so that none writes over another's. */
const FOLDER = 'registrars'

/** The operator's own word counts alone: it is about every API server. */
export const OPERATOR = 'operator'

export interface Confirmation {
  readonly registrar: string
  /** Fingerprints. */
  readonly authorities: readonly string[]
}

/** Where confirmations lie; to be watched. */
export function confirmationsFolder(folder: string): string {
  return join(folder, FOLDER)
}

/**
 * Remembers that every API server which this registrar looks after verifies with this bundle. To be called whenever that is so:
 * a rotation goes on when all registrars that have ever called have the new authority.
 */
export async function confirmBundle(folder: string, registrar: string, caBundle: string): Promise<void> {
  const authorities = parseBundle(caBundle).map(({ fingerprint256 }) => fingerprint256)
  const path = fileOf(folder, registrar)
  const content = `${JSON.stringify({ authorities })}\n`
  if ((await readIfPresent(path)) === content) return
  const owner = await ownerOf(folder)
  const created = await mkdir(confirmationsFolder(folder), { recursive: true, mode: 0o755 })
  if (created !== undefined && owner !== undefined) await chown(created, owner.uid, owner.gid)
  await writeAtomically(path, content, 0o644, owner)
}

/** For a registrar that looks after no API server any more: rotations do not wait for it. */
export async function forgetRegistrar(folder: string, registrar: string): Promise<void> {
  await rm(fileOf(folder, registrar), { force: true })
}

/** For a folder whose API servers are looked after by this one registrar from now on. */
export async function forgetOtherRegistrars(folder: string, registrar: string): Promise<void> {
  const others = (await readConfirmations(folder)).filter((other) => other.registrar !== registrar)
  for (const other of others) await forgetRegistrar(folder, other.registrar)
}

/** The registrar of the API server that reads these manifests. Machines may share an authority, so it carries this one's name. */
export function staticRegistrarName(manifests: string): string {
  return `${hostname()}:${manifests}`
}

export async function readConfirmations(folder: string): Promise<Confirmation[]> {
  const names = await readdir(confirmationsFolder(folder)).catch(() => [])
  const found = names
    .filter((name) => name.endsWith('.json'))
    .map(async (name) => ({
      registrar: decodeURIComponent(name.slice(0, -'.json'.length)),
      authorities: parseAuthorities(await readIfPresent(join(confirmationsFolder(folder), name))),
    }))
  return Promise.all(found)
}

/** The authorities with which every API server verifies: as all registrars say, or the operator. */
export function findConfirmed(confirmations: readonly Confirmation[]): ReadonlySet<string> {
  const operator = confirmations.find(({ registrar }) => registrar === OPERATOR)
  const [first, ...others] = confirmations.filter(({ registrar }) => registrar !== OPERATOR)
  const common = first?.authorities.filter((authority) =>
    others.every((other) => other.authorities.includes(authority)),
  )
  return new Set([...(operator?.authorities ?? []), ...(common ?? [])])
}

function fileOf(folder: string, registrar: string): string {
  return join(confirmationsFolder(folder), `${encodeURIComponent(registrar)}.json`)
}

// what cannot be read confirms nothing
function parseAuthorities(content = ''): string[] {
  try {
    const { authorities } = JSON.parse(content) as { authorities?: unknown }
    return Array.isArray(authorities) ? authorities.filter((entry) => typeof entry === 'string') : []
  } catch {
    return []
  }
}
