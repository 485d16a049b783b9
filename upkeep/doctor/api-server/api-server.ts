import { readdir, readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Flags } from './flags.ts'

export interface ApiServerOptions {
  readonly flags: Flags
  /** Absent when only its flags are known. */
  readonly pid?: number
  /** Its working folder, as it sees it. */
  readonly workingFolder?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly startedAt?: Date
}

/** A kube-apiserver as the doctor sees it: what it was told, and the files that it was told of, as it sees them. */
export class ApiServer {
  readonly flags: Flags
  readonly pid: number | undefined
  readonly environment: Readonly<Record<string, string>> | undefined
  readonly startedAt: Date | undefined
  readonly #workingFolder: string

  constructor({ flags, pid, workingFolder = '/', environment, startedAt }: ApiServerOptions) {
    this.flags = flags
    this.pid = pid
    this.environment = environment
    this.startedAt = startedAt
    this.#workingFolder = workingFolder
  }

  /** Where a path of the API server's lies for us: in a container it has a root of its own. proc(5), /proc/pid/root */
  toOurs(path: string): string {
    const absolute = posix.resolve(this.#workingFolder, path)
    return this.pid === undefined ? absolute : join(`/proc/${this.pid}/root`, absolute)
  }

  readFile(path: string): Promise<string> {
    return readFile(this.toOurs(path), 'utf8')
  }

  readFolder(path: string): Promise<string[]> {
    return readdir(this.toOurs(path))
  }

  stat(path: string) {
    return stat(this.toOurs(path))
  }
}
