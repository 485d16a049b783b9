import { parseUri, type Uri } from '../go/uri.ts'
import { toObject } from '../values/collections.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { textAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/uri */
export const URI: Builtins = {
  'uri.is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && text !== '' && parseUri(text) !== undefined
  },
  'uri.parse': (args) => {
    const uri = uriAt(args)
    return toObject(MEMBERS.flatMap((name) => memberOf(uri, name)))
  },
}

const MEMBERS = ['scheme', 'hostname', 'port', 'path', 'raw_path', 'raw_query', 'fragment'] as const

// What is empty is left out.
function memberOf(uri: Uri, name: (typeof MEMBERS)[number]): readonly (readonly [string, string])[] {
  return uri[name] === '' ? [] : [[name, uri[name]]]
}

function uriAt(args: Parameters<typeof textAt>[0]): Uri {
  const uri = parseUri(textAt(args, 0))
  if (uri === undefined) throw new NotDefined('not a URI')
  return uri
}
