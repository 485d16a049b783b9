import { execa } from 'execa'
import { PROGRAMS, type ProgramName } from './programs.ts'

/** Asks a program for its version: `v1.37.2`; nothing if it does not say, or says that it is another one. */
export async function askVersion(path: string, name: ProgramName): Promise<string | undefined> {
  const { versionArgs, versionPrefix } = PROGRAMS[name]
  const { stdout = '' } = await execa(path, versionArgs, { reject: false, timeout: 10_000, stdin: 'ignore' })
  if (!stdout.startsWith(versionPrefix)) return undefined
  const [, version] = /^v?(\d\S*)/.exec(stdout.slice(versionPrefix.length)) ?? []
  return version === undefined ? undefined : `v${version}`
}
