import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'
import { makeFolder } from '../../util/make-folder.ts'

/** What a module was turned into before it was compiled, and what was found out about it. */
export interface PreparedModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly facts: Omit<PolicyModule, 'module'>
}

/** What makes a prepared module another one. */
export interface PreparedAs {
  readonly digest: string
  readonly memoryLimitBytes: number
}

const DIGEST_BYTES = 32
const LENGTH_BYTES = 4
/** The least lately used ones go first. */
const MOST_FILES = 100

/**
 * Prepared modules on the disk, since to rewrite one takes longer than to compile it. The folder is trusted as code is; what
 * is broken, or was prepared by another version of ours, is as good as not there.
 */
export class KeptModules {
  readonly #folder: string
  readonly #version: string

  /** @param version of whoever prepared them */
  constructor(folder: string, version: string) {
    this.#folder = folder
    this.#version = version
  }

  /** Undefined where it was never prepared, or cannot be read. */
  async find(as: PreparedAs): Promise<PreparedModule | undefined> {
    const path = this.#pathOf(as)
    const found = await readFile(path)
      .then(decode)
      .catch(() => undefined)
    if (found?.facts.digest !== as.digest) return undefined
    const now = new Date()
    void utimes(path, now, now).catch(() => {})
    return found
  }

  /** Keeps one, whole or not at all; where that cannot be, the next start takes longer, and that is all. */
  async keep(as: PreparedAs, prepared: PreparedModule): Promise<void> {
    const path = this.#pathOf(as)
    const draft = `${path}.${process.pid}.draft`
    try {
      await makeFolder(this.#folder, 0o700)
      await writeFile(draft, encode(prepared), { mode: 0o600 })
      await rename(draft, path)
      await this.#sweep()
    } catch {
      await rm(draft, { force: true }).catch(() => {})
    }
  }

  #pathOf({ digest, memoryLimitBytes }: PreparedAs): string {
    const key = createHash('sha256')
      .update(JSON.stringify([this.#version, digest, memoryLimitBytes]))
      .digest('hex')
    return join(this.#folder, key)
  }

  async #sweep(): Promise<void> {
    const paths = (await readdir(this.#folder)).map((name) => join(this.#folder, name))
    if (paths.length <= MOST_FILES) return
    const times = await Promise.all(paths.map(async (path) => ({ path, usedAt: (await stat(path)).mtimeMs })))
    const oldest = times.sort((a, b) => a.usedAt - b.usedAt).slice(0, times.length - MOST_FILES)
    await Promise.all(oldest.map(({ path }) => rm(path, { force: true })))
  }
}

// digest of the rest, length of the facts, the facts as JSON, the module
function encode({ bytes, facts }: PreparedModule): Uint8Array {
  const text = Buffer.from(JSON.stringify(facts))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(text.length)
  return Buffer.concat([hash(length, text, bytes), length, text, bytes])
}

function decode(file: Buffer<ArrayBuffer>): PreparedModule | undefined {
  const content = file.subarray(DIGEST_BYTES)
  if (content.length < LENGTH_BYTES || !hash(content).equals(file.subarray(0, DIGEST_BYTES))) return undefined
  const start = LENGTH_BYTES + content.readUInt32LE()
  return { facts: JSON.parse(content.toString('utf8', LENGTH_BYTES, start)), bytes: content.subarray(start) }
}

function hash(...parts: readonly Uint8Array[]): Buffer {
  const all = createHash('sha256')
  for (const part of parts) all.update(part)
  return all.digest()
}
