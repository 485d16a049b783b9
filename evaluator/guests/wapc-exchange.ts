import { messageOf } from '../../util/errors.ts'
import { MAX_ERROR_BYTES, MAX_NAME_BYTES, MAX_RESPONSE_BYTES } from './answer-limits.ts'
import type { GuestHost } from './guest.ts'
import type { GuestMemory } from './guest-memory.ts'

const MAX_LOG_BYTES = 4096

/** What guest and host have told each other during one call; the guest reads and writes it through waPC's imports. */
export interface WapcExchange {
  operation: Uint8Array
  /** In pieces, so that a large request is copied once: into the guest. */
  payload: readonly Uint8Array[]
  guestResponse: Uint8Array | undefined
  guestError: string | undefined
  hostResponse: Uint8Array | undefined
  hostError: Uint8Array | undefined
}

export function createExchange(operation: Uint8Array, payload: readonly Uint8Array[]): WapcExchange {
  return {
    operation,
    payload,
    guestResponse: undefined,
    guestError: undefined,
    hostResponse: undefined,
    hostError: undefined,
  }
}

type HostCallArguments = readonly [
  bindingPointer: number,
  bindingLength: number,
  namespacePointer: number,
  namespaceLength: number,
  operationPointer: number,
  operationLength: number,
  payloadPointer: number,
  payloadLength: number,
]

/** The nine functions that waPC gives to guests. https://wapc.io/docs/spec/ */
export function wapcImports(current: () => WapcExchange, memory: GuestMemory, host: GuestHost) {
  return {
    __guest_request(operationPointer: number, payloadPointer: number): void {
      const { operation, payload } = current()
      memory.write(operationPointer, operation)
      memory.writeAll(payloadPointer, payload)
    },
    __guest_response(pointer: number, length: number): void {
      current().guestResponse = memory.read(pointer, length, MAX_RESPONSE_BYTES)
    },
    __guest_error(pointer: number, length: number): void {
      current().guestError = memory.readText(pointer, length, MAX_ERROR_BYTES)
    },
    __host_call(...args: HostCallArguments): number {
      const binding = memory.readText(args[0], args[1], MAX_NAME_BYTES)
      const namespace = memory.readText(args[2], args[3], MAX_NAME_BYTES)
      const operation = memory.readText(args[4], args[5], MAX_NAME_BYTES)
      const payload = memory.view(args[6], args[7])
      return answer(current(), () => host.callHost(binding, namespace, operation, payload))
    },
    __host_response_len: (): number => current().hostResponse?.length ?? 0,
    __host_response(pointer: number): void {
      memory.write(pointer, current().hostResponse ?? NOTHING)
    },
    __host_error_len: (): number => current().hostError?.length ?? 0,
    __host_error(pointer: number): void {
      memory.write(pointer, current().hostError ?? NOTHING)
    },
    __console_log(pointer: number, length: number): void {
      host.console(memory.readText(pointer, length, MAX_LOG_BYTES))
    },
  }
}

const NOTHING = new Uint8Array()
const SUCCESS = 1
const FAILURE = 0

function answer(exchange: WapcExchange, call: () => Uint8Array): number {
  exchange.hostResponse = undefined
  exchange.hostError = undefined
  try {
    exchange.hostResponse = call()
    return SUCCESS
  } catch (error) {
    exchange.hostError = new TextEncoder().encode(messageOf(error))
    return FAILURE
  }
}
