import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import t from 'tap'
import { readElfNeeds } from '../../image/elf.ts'

t.test('a program needs what ldd says, less what its libraries add', async (t) => {
  const { interpreter, libraries } = await readElfNeeds(process.execPath)
  const { stdout } = await execa('ldd', [process.execPath])
  for (const library of libraries) t.ok(stdout.includes(library), library)
  t.ok(libraries.includes('libc.so.6'))
  t.ok(stdout.includes(interpreter ?? 'none'))
})

t.test('what is no 64-bit ELF file is refused by name', async (t) => {
  const file = join(t.testdir({ script: '#!/bin/sh\n'.padEnd(100) }), 'script')
  await t.rejects(readElfNeeds(file), { message: /script is no 64-bit little-endian ELF file/ })
})

t.test('whatever follows the first bytes, reading ends', async (t) => {
  const file = join(t.testdir(), 'broken')
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 60, maxLength: 400 }), async (bytes) => {
      writeFileSync(file, Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]), bytes]))
      const outcome = await readElfNeeds(file).then(
        ({ libraries }) => libraries,
        (error: unknown) => error,
      )
      t.ok(Array.isArray(outcome) || outcome instanceof Error)
    }),
    { numRuns: 50 },
  )
})
