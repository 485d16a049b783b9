import { GuestExit } from '../wasi/wasi.ts'
import { GuestFailure } from './guest.ts'
import type { MemoryWatch } from './memory-watch.ts'

/** Says in words what was thrown while the guest ran: its own trap or exit, or its host's objection. */
export function describeTrap(thrown: unknown, memory: MemoryWatch): string {
  if (thrown instanceof GuestFailure) return thrown.message
  if (thrown instanceof GuestExit) return withMemory(thrown.message, memory.explain({ byTrap: false }))
  if (isStackOverflow(thrown)) return 'guest trapped: call stack exhausted'
  // what a guest throws is no Error, and has nothing to say to us
  if (!(thrown instanceof Error)) return 'guest trapped: uncaught exception'
  return withMemory(`guest trapped: ${thrown.message}`, memory.explain({ byTrap: isAbort(thrown) }))
}

// Guest and host share V8's stack, so that this is no RuntimeError.
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.includes('call stack')
}

// What allocators do when they get nothing: they give up (`unreachable`), or somebody uses the null that they return.
function isAbort(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError && /unreachable|out of bounds/.test(thrown.message)
}

function withMemory(text: string, explanation: string | undefined): string {
  return explanation === undefined ? text : `${text}; ${explanation}`
}
