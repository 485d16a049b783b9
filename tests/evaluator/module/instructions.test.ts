import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ByteReader } from '../../../evaluator/module/byte-reader.ts'
import { type Instruction, walkExpression } from '../../../evaluator/module/instructions.ts'
import { readModuleParts } from '../../../evaluator/module/module-parts.ts'
import { readSections } from '../../../evaluator/module/sections.ts'
import { UnusableModule } from '../../../evaluator/module/unusable-module.ts'
import { listPolicies } from '../../../scripts/policies/sources.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { compileWat } from '../../helpers/wat.ts'

const opcodesOf = async (module: Uint8Array) => {
  const { bodies } = await readModuleParts(readSections(module), () => true)
  return bodies.map(({ instructions }) => instructions.map(({ opcode }) => opcode))
}

t.test('every instruction of real modules is known, and every function ends where its code ends', async (t) => {
  const workspace = join(packageRoot(), 'policies')
  for (const policy of listPolicies(workspace)) {
    const functions = await opcodesOf(readFileSync(join(workspace, policy, 'policy.wasm')))
    t.ok(functions.length > 0 && functions.every((opcodes) => opcodes.at(-1) === 0x0b), policy)
  }
})

// One or two of each way in which instructions are written down.
const EVERYTHING = `(module
  (memory 1) (table 2 funcref) (global $g (mut i32) (i32.const 624485)) (tag $tag (param i32))
  (type $binary (func (param i32 i32) (result i32)))
  (elem declare func $f) (data $passive "abc")
  (func $f (type $binary) (local f64 f64) (local v128 externref)
    (block (result i32) (i32.const -1))
    (loop (br_if 0 (i32.const 0)))
    (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3)))
    (block (block (block (br_table 0 1 2 0 (i32.const 1)))))
    (local.set 2 (f64.const 1.5)) (drop (f32.const 2.5)) (drop (i64.const -9223372036854775808))
    (drop (select (result f64) (local.get 2) (local.get 3) (i32.const 0)))
    (drop (select (i32.const 1) (i32.const 2) (i32.const 0)))
    (drop (call_indirect (type $binary) (i32.const 1) (i32.const 2) (i32.const 0)))
    (i64.store offset=70000 align=4 (i32.const 0) (i64.load32_u offset=3 (i32.const 0)))
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $passive)
    (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)) (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))
    (drop (memory.grow (memory.size)))
    (table.set 0 (i32.const 0) (ref.func $f)) (drop (ref.is_null (table.get 0 (i32.const 0))))
    (drop (table.grow 0 (ref.null func) (table.size 0)))
    (drop (i32.trunc_sat_f64_s (local.get 3))) (drop (i32.extend8_s (i32.const 200)))
    (local.set 4 (v128.const i32x4 1 2 3 4))
    (local.set 4 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 4) (local.get 4)))
    (drop (i8x16.extract_lane_u 15 (local.get 4))) (drop (i32x4.add (local.get 4) (local.get 4)))
    (v128.store16_lane offset=9 3 (i32.const 0) (local.get 4)) (drop (v128.load32_zero (i32.const 0)))
    (try (do (throw $tag (i32.const 1))) (catch $tag (drop)) (catch_all (rethrow 0)))
    (drop) (drop)
    (return_call $f (i32.const 1) (global.get $g))))`

t.test('instructions of every form are walked over as a whole', async (t) => {
  const [opcodes = []] = await opcodesOf(compileWat('everything.wat', EVERYTHING))
  t.equal(opcodes.at(-1), 0x0b)
  const found = new Set(opcodes.map((opcode) => opcode.toString(16)))
  for (const opcode of ['e', '11', '12', '1c', '26', 'fc0008', 'fc0009', 'fc000f', 'fd000c', 'fd000d', 'fd0059'])
    t.ok(found.has(opcode), opcode)
})

t.test('an instruction says where it stands, so that it can be cut out', async (t) => {
  // i32.const 624485, drop, end; and bytes that belong to nobody
  const reader = new ByteReader(Uint8Array.of(0x41, 0xe5, 0x8e, 0x26, 0x1a, 0x0b, 0xff))
  const instructions: Instruction[] = []
  walkExpression(reader, (instruction) => instructions.push(instruction))
  t.strictSame(instructions, [
    { opcode: 0x41, start: 0, end: 4 },
    { opcode: 0x1a, start: 4, end: 5 },
    { opcode: 0x0b, start: 5, end: 6 },
  ])
})

t.test('the walk gives up at what it does not know', async (t) => {
  for (const bytes of [[0xfb, 0x00], [0xfe, 0x03, 0x00], [0x27], [0xfc, 0x7f], [0xfd, 0xff, 0x7f]])
    t.throws(() => walkExpression(new ByteReader(Uint8Array.from(bytes)), () => {}), UnusableModule)
})
