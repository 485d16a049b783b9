import { messageOf } from '../../../util/errors.ts'
import { GuestFailure, type Meter } from '../guest.ts'
import type { GuestMemory } from '../guest-memory.ts'
import { type Builtin, NotDefined, type Query } from './builtins/builtin.ts'
import { type Cost, costOfCall, costOfReading } from './builtins/costs.ts'
import { readText } from './guest-text.ts'
import type { OpaExports } from './opa-exports.ts'
import { readValue } from './values/read-value.ts'
import type { RegoValue } from './values/value.ts'
import { writeValue } from './values/write-value.ts'

/** The built-ins that a module calls by number. */
export type BuiltinTable = ReadonlyMap<number, NamedBuiltin>

export interface NamedBuiltin {
  readonly name: string
  readonly call: Builtin
  /** What a call may cost at most; absent where nobody can say. */
  readonly cost: Cost | undefined
}

/** What a call needs of the instance that makes it. */
export interface Caller {
  readonly memory: GuestMemory
  readonly exports: OpaExports
  readonly table: BuiltinTable
  readonly query: Query
  /** Who counts what calls cost; absent where they may take as long as the guest's thread lives. */
  readonly meter: Meter | undefined
}

const UNDEFINED = 0

/** Answers a call of a built-in: addresses of values in, the address of a value out, or 0 if it has none. */
export function callBuiltin(caller: Caller, id: number, addresses: readonly number[]): number {
  const builtin = caller.table.get(id)
  if (builtin === undefined)
    throw new GuestFailure(`guest called a built-in by the number ${id}, which it did not declare`)
  const texts = addresses.map((address) => takeText(caller, address))
  const args = texts.map((text) => readValue(text))
  caller.meter?.spend(costOfCall(builtin.cost, args, texts))
  const result = compute(builtin, args, caller.query)
  return result === undefined ? UNDEFINED : giveValue(caller, result)
}

function compute({ name, call }: NamedBuiltin, args: readonly RegoValue[], query: Query): RegoValue | undefined {
  try {
    return call(args, query)
  } catch (error) {
    if (error instanceof NotDefined) return undefined
    // also a stack that is exhausted: the values are too deep
    if (error instanceof GuestFailure) throw error
    throw new GuestFailure(`built-in ${name} failed: ${messageOf(error)}`, { cause: error })
  }
}

// Modules of old compilers can only give JSON, in which sets are arrays.
function takeText({ memory, exports, meter }: Caller, address: number): string {
  const place = (exports.opa_value_dump ?? exports.opa_json_dump)(address)
  const text = readText(memory, place, meter && ((bytes) => meter.spend(bytes)))
  exports.opa_free?.(place)
  meter?.spend(costOfReading(text))
  return text
}

function giveValue({ memory, exports }: Caller, value: RegoValue): number {
  const bytes = Buffer.from(writeValue(value))
  const address = exports.opa_malloc(bytes.length)
  memory.write(address, bytes)
  const result = (exports.opa_value_parse ?? exports.opa_json_parse)(address, bytes.length)
  exports.opa_free?.(address)
  return result
}
