import type { ContextAwareResource, GuestHost } from '../guests/guest.ts'
import { CAPABILITIES, segmentsAfter } from './capabilities.ts'
import { grantsCapability } from './capability-patterns.ts'
import type { PolicyLog } from './policy-log.ts'
import { logEvent } from './tracing.ts'

const NOTHING = new Uint8Array()

/** What the operator granted to a policy. */
export interface Grants {
  readonly hostCapabilities: readonly string[]
  readonly contextAwareResources: readonly ContextAwareResource[]
}

/** What one evaluation's guest may use of the host: its log, and the capabilities that its operator granted. */
export function createGuestHost({ hostCapabilities, contextAwareResources }: Grants, log: PolicyLog): GuestHost {
  return {
    contextAwareResources,
    callHost(binding, namespace, operation, payload) {
      if (binding !== 'kubewarden') throw new Error(`unknown binding: ${binding}`)
      if (namespace !== 'tracing') return callCapability(namespace, operation)
      if (operation !== 'log') throw new Error(`unknown operation: ${operation}`)
      logEvent(log, payload)
      return NOTHING
    },
    console(text, level = 'info') {
      if (text.trim() !== '') log.write(level, text)
    },
  }

  function callCapability(namespace: string, operation: string): never {
    const capability = `${namespace}/${operation}`
    if (!segmentsAfter([]).includes(namespace)) throw new Error(`unknown namespace: ${namespace}`)
    if (!CAPABILITIES.includes(capability)) throw new Error(`unknown operation: ${operation}`)
    if (!grantsCapability(hostCapabilities, capability)) {
      log.write('warn', 'policy asked for a host capability that it was not granted', { capability })
      throw new Error(
        `Policy has not been granted access to the '${capability}' host capability. The violation has been reported.`,
      )
    }
    throw new Error('Cannot process Wasm guest request: callback channel not provided')
  }
}
