import { parseYaml } from '../yaml/parse-yaml.ts'
import { writeYaml } from '../yaml/write-yaml.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { textAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/encoding */
export const YAML: Builtins = {
  'yaml.marshal': (args) => writeYaml(valueAt(args, 0)),
  'yaml.unmarshal': (args) => parseYaml(textAt(args, 0)),
  'yaml.is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && isYaml(text)
  },
}

function isYaml(text: string): boolean {
  try {
    parseYaml(text)
    return true
  } catch (error) {
    if (error instanceof NotDefined) return false
    throw error
  }
}
