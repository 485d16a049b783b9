import { isGatehouseError } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import { isContinuousIntegration } from './config.ts'
import { HOW_TO_INSTALL, installDockerd } from './dockerd/install.ts'
import { missingPrograms, startDockerd } from './dockerd/start.ts'
import { type ContainerEngine, findContainerEngine } from './engine.ts'

/** An engine that answers, or what keeps this machine from having one. */
export type ProvidedEngine =
  | { readonly engine: ContainerEngine; readonly wasRunning: boolean }
  | { readonly missing: string; readonly hint: string }

/**
 * Gives this machine a container engine: the one that answers, else a Docker daemon that is started, after it was installed if
 * the caller says so or the machine is one of continuous integration.
 */
export async function provideContainerEngine(
  steps: Steps,
  { mayInstall = isContinuousIntegration() } = {},
): Promise<ProvidedEngine> {
  const running = await findIfRunning()
  if (running !== undefined) return { engine: running, wasRunning: true }
  const missing = await missingPrograms()
  if (missing.length > 0 && !mayInstall) {
    return { missing: `no container engine answers, and ${missing.join(', ')} is not installed`, hint: HOW_TO_INSTALL }
  }
  await installDockerd(steps)
  await startDockerd(steps)
  return { engine: await findContainerEngine(), wasRunning: false }
}

async function findIfRunning(): Promise<ContainerEngine | undefined> {
  try {
    return await findContainerEngine()
  } catch (error) {
    if (isGatehouseError(error, 'ERR_CONTAINER_ENGINE')) return undefined
    throw error
  }
}
