import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Manifests, writeManifests } from '../../clusters/manifests.ts'
import { type DoctorOptions, findContext } from '../../upkeep/doctor/find-context.ts'
import type { Finding, Level } from '../../upkeep/doctor/finding.ts'
import { runDoctor } from '../../upkeep/doctor/run-doctor.ts'
import { buildGuest } from './guests.ts'
import { HOST, startShim, type TestShim } from './shim.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]

/** A shim that keeps its static manifests in step, and the files for an API server beside it: flags without a process. */
export interface Beside extends AsyncDisposable {
  readonly test: TestShim
  readonly manifests: Manifests
  /** The folder that `gatehouse manifests` wrote. */
  readonly folder: string
  /** The file with the API server's flags; more can be written into it. */
  readonly flagFile: string
  edit(name: string, change: (text: string) => string): void
  examine(options?: Partial<DoctorOptions>): Promise<Finding[]>
}

export async function startBeside(t: Test): Promise<Beside> {
  const inStep = { registration: 'combined', host: HOST, exclusions: 'default', kubernetesVersion: '1.37' } as const
  const test = await startShim(t, { no: { guest: buildGuest('deny'), rules: RULES } }, (folder) => ({
    staticManifests: { folder: join(folder, 'etc'), ...inStep },
  }))
  const folder = join(test.folder, 'etc')
  const manifests = await writeManifests(folder, {
    policies: join(test.folder, 'policies.yml'),
    certificateFolder: join(test.folder, 'pki'),
    client: { host: HOST },
    socket: test.socket,
    exclusions: 'default',
    kubernetesVersion: '1.37',
    existing: {},
  })
  const flagFile = join(test.folder, 'flags')
  writeFileSync(flagFile, manifests.additions.flags.join('\n'))
  return {
    ...{ test, manifests, folder, flagFile },
    edit(name, change) {
      const path = join(folder, name)
      writeFileSync(path, change(readFileSync(path, 'utf8')))
    },
    examine: (options = {}) => examine({ adminSocket: test.adminSocket, flagFiles: [flagFile], ...options }),
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

/** The doctor's findings. */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  using resources = new DisposableStack()
  return await runDoctor(await findContext(options, resources))
}

/** `check: message` of all findings of a level. */
export function messagesOf(findings: readonly Finding[], level: Level): string[] {
  return findings.filter((finding) => finding.level === level).map(({ check, message }) => `${check}: ${message}`)
}
