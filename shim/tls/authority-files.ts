import type { KeyObject, X509Certificate } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { formatBundle, parseBundle } from './bundle.ts'
import { findConfirmed, readConfirmations } from './confirmations.ts'
import { createOnce, readIfPresent, writeAtomically } from './files.ts'
import { keyToPem, readKey, readOrCreateKey, replaceKey } from './key.ts'
import { validFor } from './lifetimes.ts'
import { ownerOf } from './owner.ts'
import type { RotationFacts, RotationRecord } from './rotation.ts'

export interface Authority {
  readonly cert: X509Certificate
  readonly key: KeyObject
}

/** The authority's side of a folder, as it is now. */
export interface AuthorityState {
  readonly active: Authority
  readonly next: Authority | undefined
  readonly isBegun: boolean
  /** What API servers are to be given; the active authority is in it. */
  readonly bundle: readonly X509Certificate[]
  readonly confirmed: ReadonlySet<string>
  readonly record: RotationRecord | undefined
}

export type IssueOptions = Pick<RotationFacts, 'now' | 'lifetimes'>

const AUTHORITY_NAME = 'Gatehouse shim CA'

/**
 * The files of an authority. Which one is active says `ca.key` alone, so that one rename changes it; everything else is found
 * from contents, and every step may be taken again, or by several processes at once.
 */
export class AuthorityFiles {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Creates the first authority unless there is one. */
  async create(options: IssueOptions): Promise<void> {
    if ((await readIfPresent(this.#path('ca.crt'))) !== undefined) return
    const key = await readOrCreateKey(this.#path('ca.key'))
    await createOnce(this.#path('ca.crt'), await issueAuthority(key, options), 0o644)
  }

  async read(): Promise<AuthorityState> {
    const bundle = await this.#readCertificates('ca.crt')
    const key = await readKey(this.#path('ca.key'))
    if (bundle === undefined) throw new Error('ca.crt is missing')
    // A new key would make a new authority in silence, and every API server that trusts the old one would be cut off.
    if (key === undefined) throw new Error('ca.key is missing')
    const cert = findLatest(bundle, key)
    if (cert === undefined) throw new Error('ca.key is not the key of ca.crt')
    const nextKey = await readKey(this.#path('ca-next.key'))
    const nextCert = nextKey && findLatest((await this.#readCertificates('ca-next.crt')) ?? [], nextKey)
    return {
      active: { cert, key },
      next: nextKey && nextCert && { cert: nextCert, key: nextKey },
      isBegun: nextKey !== undefined,
      bundle,
      confirmed: findConfirmed(await readConfirmations(this.folder)),
      record: parseRecord(await readIfPresent(this.#path('rotation.json'))),
    }
  }

  /** Creates the next authority; nobody sees it yet. */
  async createNext(options: IssueOptions): Promise<void> {
    const owner = await ownerOf(this.folder)
    const key = await readOrCreateKey(this.#path('ca-next.key'), owner)
    const path = this.#path('ca-next.crt')
    const left = await this.#readCertificates('ca-next.crt')
    // of a rotation that was interrupted when it was as good as over
    if (left !== undefined && findLatest(left, key) === undefined) await rm(path, { force: true })
    await createOnce(path, await issueAuthority(key, options), 0o644, owner)
  }

  async publish(certificates: readonly X509Certificate[]): Promise<void> {
    await writeAtomically(this.#path('ca.crt'), formatBundle(certificates), 0o644, await ownerOf(this.folder))
  }

  async writeRecord(record: RotationRecord): Promise<void> {
    const content = `${JSON.stringify(record)}\n`
    await writeAtomically(this.#path('rotation.json'), content, 0o644, await ownerOf(this.folder))
  }

  async removeRecord(): Promise<void> {
    await rm(this.#path('rotation.json'), { force: true })
  }

  /** Makes the next authority the one that signs. The old key is gone with it, and so is that of the server's certificate. */
  async activateNext(): Promise<void> {
    try {
      await rename(this.#path('ca-next.key'), this.#path('ca.key'))
    } catch (error) {
      // another process was quicker
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return
    }
    await rm(this.#path('ca-next.crt'), { force: true })
    await replaceKey(this.#path('tls.key'), await ownerOf(this.folder))
  }

  #path(name: string): string {
    return join(this.folder, name)
  }

  async #readCertificates(name: string): Promise<X509Certificate[] | undefined> {
    const pem = await readIfPresent(this.#path(name))
    try {
      return pem === undefined ? undefined : parseBundle(pem)
    } catch {
      throw new Error(`${basename(name)} is not a certificate in PEM`)
    }
  }
}

async function issueAuthority(key: KeyObject, { now, lifetimes }: IssueOptions): Promise<string> {
  // loaded only to issue: the library is large, and most starts find good certificates
  const { createAuthority } = await import('../../util/certificates.ts')
  const validity = validFor(lifetimes.authorityMs, now)
  return (await createAuthority({ commonName: AUTHORITY_NAME, key: keyToPem(key), ...validity })).certificate
}

function findLatest(certificates: readonly X509Certificate[], key: KeyObject): X509Certificate | undefined {
  return certificates
    .filter((certificate) => certificate.checkPrivateKey(key))
    .toSorted((a, b) => b.validToDate.getTime() - a.validToDate.getTime())[0]
}

// what cannot be read counts as not recorded, and is recorded anew
function parseRecord(content: string | undefined): RotationRecord | undefined {
  try {
    const { role, authority, since } = JSON.parse(content ?? '') as Record<keyof RotationRecord, string>
    const date = new Date(since)
    if ((role !== 'next' && role !== 'active') || Number.isNaN(date.getTime())) return undefined
    return { role, authority, since: date }
  } catch {
    return undefined
  }
}
