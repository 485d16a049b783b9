import { GuestFailure } from '../guest.ts'
import type { BuiltinTable, NamedBuiltin } from './builtin-calls.ts'
import { findCost } from './builtins/costs.ts'
import { findBuiltin } from './builtins/index.ts'

// A module always declares the same: nothing but its code has a part in it.
const tables = new WeakMap<WebAssembly.Module, BuiltinTable>()

/**
 * The built-ins that a module declares, by number.
 * @param declare asks the module, before it has seen any input: JSON, numbers by name
 * @throws GuestFailure that lists those that are not offered
 */
export function tableOf(module: WebAssembly.Module, declare: () => string): BuiltinTable {
  const known = tables.get(module)
  if (known !== undefined) return known
  const table = createTable(readDeclaration(declare()))
  tables.set(module, table)
  return table
}

function createTable(ids: ReadonlyMap<string, number>): BuiltinTable {
  const table = new Map<number, NamedBuiltin>()
  const missing: string[] = []
  for (const [name, id] of ids) {
    const call = findBuiltin(name)
    if (call === undefined) missing.push(name)
    else table.set(id, { name, call, cost: findCost(name) })
  }
  if (missing.length > 0) throw new GuestFailure(`Missing Rego builtins: ${missing.sort().join(', ')}`)
  return table
}

function readDeclaration(text: string): ReadonlyMap<string, number> {
  const entries = Object.entries(parse(text))
  if (!entries.every((entry): entry is [string, number] => Number.isInteger(entry[1]))) refuse()
  return new Map(entries)
}

function parse(text: string): object {
  try {
    const declaration: unknown = JSON.parse(text)
    if (typeof declaration === 'object' && declaration !== null) return declaration
  } catch {
    // refused below, as any other text
  }
  refuse()
}

function refuse(): never {
  throw new GuestFailure('guest does not say which built-ins it needs: `builtins` gives no object of numbers')
}
