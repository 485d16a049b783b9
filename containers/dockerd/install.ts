import { execa } from 'execa'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { findProgram } from '../../util/programs.ts'
import type { Steps } from '../../util/steps.ts'
import { missingPrograms } from './start.ts'

/** Debian's packages, and Ubuntu's. */
const PACKAGES = ['docker.io', 'containerd', 'runc', 'iptables']

/** How the user gets a daemon. */
export const HOW_TO_INSTALL = `On Debian and Ubuntu, as root: apt-get install --no-install-recommends ${PACKAGES.join(' ')}`

/** Installs a Docker daemon from the packages of the distribution; does nothing where one is. @throws ERR_CONTAINER_DAEMON */
export async function installDockerd(steps: Steps): Promise<void> {
  const missing = await missingPrograms()
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) throw unable(`${missing.join(', ')} is missing, and only root can install it`)
  const apt = await findProgram('apt-get')
  if (apt === undefined) throw unable(`${missing.join(', ')} is missing, and there is no apt-get`)
  await steps.run(`Installing ${PACKAGES.join(', ')}`, async (detail) => {
    detail(`for ${missing.join(', ')}`)
    // the lists of an image are often empty, or older than what the mirror still has
    await run(apt, ['update'])
    await run(apt, ['install', '--yes', '--no-install-recommends', ...PACKAGES])
  })
}

async function run(apt: string, args: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await execa(apt, ['-q', ...args], { stdin: 'ignore', env })
  } catch (error) {
    throw unable(messageOf(error).split('\n').slice(-8).join('\n    '), error)
  }
}

function unable(why: string, cause?: unknown): GatehouseError {
  const message = `a Docker daemon cannot be installed: ${why}`
  return new GatehouseError('ERR_CONTAINER_DAEMON', message, { hint: `${HOW_TO_INSTALL}.`, cause })
}
