import { isGatehouseError } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import { chosenEngine } from './config.ts'
import { missingPrograms, startDockerd } from './dockerd/start.ts'
import { type ContainerEngine, findContainerEngine } from './engine.ts'

/** The machine's container engine; a Docker daemon that is installed and not running is started, and steps say so. */
export async function ensureContainerEngine(steps: Steps): Promise<ContainerEngine> {
  try {
    return await findContainerEngine()
  } catch (error) {
    const isStartable =
      (chosenEngine() ?? 'docker') === 'docker' && process.getuid?.() === 0 && (await missingPrograms()).length === 0
    if (!isGatehouseError(error, 'ERR_CONTAINER_ENGINE') || !isStartable) throw error
    await startDockerd(steps)
    return findContainerEngine()
  }
}
