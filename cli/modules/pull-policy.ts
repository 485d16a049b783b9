import { writeFile } from 'node:fs/promises'
import type { OnProgress } from '../../artifacts/fetch-options.ts'
import { loadAccess } from '../../artifacts/load-access.ts'
import { pullModule } from '../../artifacts/pull-module.ts'
import { formatReference, parseReference } from '../../artifacts/reference.ts'
import type { PulledModule } from '../../artifacts/store/stored-copy.ts'
import { type ModuleAccess, openStore, warningsOf } from '../../shim/modules/read-pulled-module.ts'
import { formatBytes } from '../../util/bytes.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Steps } from '../../util/steps.ts'

export interface PullPolicyOptions {
  readonly access: ModuleAccess
  /** A copy of the module is written there. */
  readonly outputPath?: string | undefined
  readonly steps: Steps
}

const PROGRESS_MS = 1000

/** Gets a module as its reference means it now into the store. @throws ERR_ARTIFACT_* and others */
export async function pullPolicy(
  text: string,
  { access, outputPath, steps }: PullPolicyOptions,
): Promise<PulledModule> {
  const reference = parseReference(text)
  if (reference.scheme === 'file')
    throw new GatehouseError('ERR_CLI_USAGE', `${text} is a file, which needs no pulling`, {
      hint: 'Name a module in a registry or on a web server.',
    })
  const options = { ...(await loadAccess(access)), store: openStore(access), ask: 'tags' } as const
  const pulled = await steps.run(`pulling ${formatReference(reference)}`, (detail) =>
    pullModule(reference, { ...options, onProgress: showProgress(detail) }),
  )
  for (const warning of warningsOf(pulled)) access.onWarning?.(warning)
  if (outputPath !== undefined) await writeModule(outputPath, await pulled.read())
  return pulled
}

/** Writes a module to a file that was named. @throws ERR_FILE_WRITE */
export async function writeModule(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes)
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_WRITE', `cannot write ${path}: ${messageOf(cause)}`, { cause })
  }
}

// Most modules are there sooner than a line about it would be read.
function showProgress(detail: (text: string) => void): OnProgress {
  let shownAt = performance.now()
  return ({ done, total }) => {
    if (performance.now() - shownAt < PROGRESS_MS) return
    shownAt = performance.now()
    detail(total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`)
  }
}
