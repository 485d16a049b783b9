import { messageOf } from '../../util/errors.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { toModuleError, UnusableModule } from '../module/unusable-module.ts'
import { askProtocolVersion } from './wapc.ts'

/**
 * Asks a waPC guest which version of Kubewarden's protocol it speaks. It runs in this thread, without a limit of time.
 * @throws ERR_MODULE_INVALID when it is none that is known
 */
export function readProtocolVersion(module: PolicyModule, source: string): 'v1' {
  const answer = ask(module, source)
  if (answer === '"v1"') return 'v1'
  const problem = `says that it speaks protocol version ${answer.slice(0, 100)}, of which "v1" alone is known`
  throw toModuleError(new UnusableModule(problem), source)
}

function ask(module: PolicyModule, source: string): string {
  try {
    return new TextDecoder().decode(askProtocolVersion(module)).trim()
  } catch (error) {
    throw toModuleError(
      new UnusableModule(`does not say which protocol version it speaks: ${messageOf(error)}`),
      source,
    )
  }
}
