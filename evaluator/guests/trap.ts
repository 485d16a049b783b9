import { GuestExit } from '../wasi/wasi.ts'
import { GuestFailure } from './guest.ts'
import type { MemoryWatch } from './memory-watch.ts'

/** Says in words what was thrown while the guest ran: its own trap or exit, or its host's objection. */
export function describeTrap(thrown: unknown, memory: MemoryWatch): string {
  const shortage = explainMemory(thrown, memory)
  return shortage === undefined ? describeCause(thrown) : `${describeCause(thrown)}; ${shortage}`
}

/** `memory limit of 64 MiB reached (62 MiB in use)`, if that is what ended the guest. */
export function explainMemory(thrown: unknown, memory: MemoryWatch): string | undefined {
  if (thrown instanceof GuestExit) return memory.explain({ byTrap: false })
  return thrown instanceof WebAssembly.RuntimeError ? memory.explain({ byTrap: isAbort(thrown) }) : undefined
}

function describeCause(thrown: unknown): string {
  if (thrown instanceof GuestFailure || thrown instanceof GuestExit) return thrown.message
  if (isStackOverflow(thrown)) return 'guest trapped: call stack exhausted'
  // what a guest throws is no Error, and has nothing to say to us
  return thrown instanceof Error ? `guest trapped: ${thrown.message}` : 'guest trapped: uncaught exception'
}

// Guest and host share V8's stack, so that this is no RuntimeError.
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.includes('call stack')
}

// What allocators do when they get nothing: they give up (`unreachable`), or somebody uses the null that they return.
function isAbort(trap: WebAssembly.RuntimeError): boolean {
  return /unreachable|out of bounds/.test(trap.message)
}
