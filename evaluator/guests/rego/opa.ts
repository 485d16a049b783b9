import type { GuestKind } from '../guest.ts'
import { requireNoInventory } from './inventory.ts'
import { OpaInstance } from './opa-instance.ts'
import { readOpaResponse } from './opa-response.ts'

/** Policies written for OPA's own webhook, compiled with `opa build -e policy/main`. Their settings are `data`. */
export const OPA: GuestKind = {
  problemsOf: OpaInstance.problemsOf,
  instantiate(module, host, meter) {
    const instance = new OpaInstance(module, host, meter)
    return {
      reuse: instance.reuse,
      validate(request, settings) {
        requireNoInventory(instance.host)
        return readOpaResponse(instance.evaluate([BEFORE_REQUEST, request.json, AFTER_REQUEST], settings), request)
      },
      validateSettings: () => ({ valid: true }),
    }
  },
}

const BEFORE_REQUEST = Buffer.from('{"request":')
const AFTER_REQUEST = Buffer.from('}')
