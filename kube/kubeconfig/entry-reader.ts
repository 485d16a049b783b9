import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf } from '../../util/errors.ts'
import type { Problem } from '../../util/problems.ts'

export type Entry = Readonly<Record<string, unknown>>

/** Reads the fields of one entry of a kubeconfig, and collects what is wrong with them. */
export class EntryReader {
  readonly problems: Problem[]
  readonly #entry: Entry
  readonly #path: string
  readonly #folder: string

  /** Relative paths in the entry are relative to the folder of the kubeconfig. */
  constructor(entry: Entry, place: { readonly path: string; readonly folder: string; readonly problems: Problem[] }) {
    this.#entry = entry
    this.#path = place.path
    this.#folder = place.folder
    this.problems = place.problems
  }

  has(field: string): boolean {
    const value = this.#entry[field]
    return value !== undefined && value !== null && value !== ''
  }

  refuse(field: string, message: string): void {
    this.problems.push({ field: `${this.#path}.${field}`, message })
  }

  text(field: string): string | undefined {
    const value = this.#entry[field]
    if (!this.has(field)) return undefined
    if (typeof value === 'string') return value
    this.refuse(field, 'must be a string')
    return undefined
  }

  flag(field: string): boolean {
    const value = this.#entry[field] ?? false
    if (typeof value === 'boolean') return value
    this.refuse(field, 'must be true or false')
    return false
  }

  path(field: string): string | undefined {
    const value = this.text(field)
    return value === undefined ? undefined : resolve(this.#folder, value)
  }

  /** PEM given in base64 by `<field>-data`, which comes first as in kubectl, or by the file that `<field>` names. */
  async pem(field: string): Promise<string | undefined> {
    const data = this.text(`${field}-data`)
    if (data !== undefined) return this.#checkPem(`${field}-data`, Buffer.from(data, 'base64').toString())
    const path = this.path(field)
    if (path === undefined) return undefined
    const content = await this.readFile(field, path)
    return content === undefined ? undefined : this.#checkPem(field, content)
  }

  async readFile(field: string, path: string): Promise<string | undefined> {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      this.refuse(field, `cannot be read: ${messageOf(error)}`)
      return undefined
    }
  }

  #checkPem(field: string, content: string): string | undefined {
    if (content.includes('-----BEGIN ')) return content
    this.refuse(field, 'holds no PEM')
    return undefined
  }
}
