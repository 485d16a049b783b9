import { scanJson } from '../../../../util/json-scan.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import type { Builtins } from './builtin.ts'
import { arrayAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/object */
export const JSON_DOCUMENTS: Builtins = {
  'json.is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && isJson(text)
  },
  'json.patch': (args) => applyPatch(valueAt(args, 0), arrayAt(args, 1)),
}

function isJson(text: string): boolean {
  try {
    scanJson(Buffer.from(text))
    return true
  } catch {
    return false
  }
}
