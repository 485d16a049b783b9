import fc from 'fast-check'
import t from 'tap'
import { customSection, readCustomSection, readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { compileWat } from '../../helpers/wat.ts'

t.test('a module taken apart and put together is the same module', async (t) => {
  for (const module of [buildGuest('accept'), buildGuest('starters', null), compileWat('empty.wat', '(module)')]) {
    t.strictSame(writeSections(readSections(module)), module)
  }
})

t.test('custom sections of any name and contents come back as they were', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 400 }), (name, contents) => {
      const [section] = readSections(writeSections([customSection(name, contents)]))
      const read = section && readCustomSection(section)
      return read?.name === name && Buffer.compare(read.contents, contents) === 0
    }),
  )
})

t.test('what is no module is refused in words', async (t) => {
  const refused: [bytes: number[], message: string][] = [
    [[], 'is not WebAssembly: it does not start with the bytes `\\0asm`'],
    [[...Buffer.from('#!/bin/sh')], 'is not WebAssembly: it does not start with the bytes `\\0asm`'],
    [[0, 0x61, 0x73, 0x6d], 'is not of WebAssembly version 1'],
    [[0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], 'is not of WebAssembly version 1'],
    [[0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], 'is a WebAssembly component, not a core module'],
    [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1], 'ends early, at byte 9'],
    [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 0], 'promises 5 bytes at byte 10, but ends after 11'],
    [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x1f], 'has a number of more than 32 bits at byte 9'],
    [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
      'has a number of more than 32 bits at byte 9',
    ],
  ]
  for (const [bytes, message] of refused) {
    t.throws(() => readSections(Uint8Array.from(bytes)), { name: 'UnusableModule', message })
  }
})

t.test('a module cut off anywhere is refused or has fewer sections, and nothing else is ever thrown', async (t) => {
  const module = buildGuest('starters')
  const whole = readSections(module).length
  for (let length = 0; length < module.length; length++) {
    try {
      t.ok(readSections(module.subarray(0, length)).length < whole)
    } catch (error) {
      t.match(error, { name: 'UnusableModule' })
    }
  }
})
