import { messageOf } from '../../util/errors.ts'
import type { InputQueue } from '../wasi/input-queue.ts'
import { MAX_NAME_BYTES } from './answer-limits.ts'
import { GuestFailure, type GuestHost } from './guest.ts'
import type { GuestMemory } from './guest-memory.ts'

// Guests read each answer before they ask again; one that does not would fill our memory instead of its own.
const MAX_UNREAD_PIECES = 1000
const MAX_UNREAD_BYTES = 64 * 1024 * 1024

// The reverse of waPC's.
const SUCCESS = 0
const FAILURE = 1

/**
 * The host call of WASI commands, under the name that Go's SDK imports and the one of the JavaScript SDK. The answer, or
 * the text of the error, is appended to the guest's standard input.
 */
export function hostCallImports(memory: GuestMemory, stdin: InputQueue, host: GuestHost): WebAssembly.Imports {
  const call = (...args: HostCallArguments): number => {
    const [binding, namespace, operation, payload] = readQuestion(memory, args)
    refuseHoarding(stdin)
    const { code, answer } = ask(() => host.callHost(binding, namespace, operation, payload))
    stdin.append(answer)
    return code
  }
  return { host: { call }, 'kubewarden:javy/host': { call } }
}

// pointer and length of binding, namespace, operation and payload
type HostCallArguments = readonly [number, number, number, number, number, number, number, number]

function readQuestion(memory: GuestMemory, args: HostCallArguments) {
  const name = (index: 0 | 2 | 4): string => memory.readText(args[index], args[index + 1] ?? 0, MAX_NAME_BYTES)
  return [name(0), name(2), name(4), memory.view(args[6], args[7])] as const
}

function ask(call: () => Uint8Array): { readonly code: number; readonly answer: Uint8Array } {
  try {
    return { code: SUCCESS, answer: call() }
  } catch (error) {
    return { code: FAILURE, answer: new TextEncoder().encode(messageOf(error)) }
  }
}

function refuseHoarding({ pieces, available }: InputQueue): void {
  if (pieces < MAX_UNREAD_PIECES && available < MAX_UNREAD_BYTES) return
  throw new GuestFailure(`guest asked the host again without reading its answers (${available} bytes are waiting)`)
}
