import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { packageRoot } from '../../util/package-root.ts'
import { MINIMAL_METADATA } from './guests.ts'

/** Builds the guest in `tests/fixtures/go-wapc` by way of a folder; `mode` is Go's build mode. */
export async function buildGoGuest(folder: string, mode: 'exe' | 'c-shared' = 'exe'): Promise<Uint8Array> {
  const output = join(folder, `${mode}.wasm`)
  await execa(
    'go',
    ['build', `-buildmode=${mode}`, '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', output, '.'],
    {
      cwd: join(packageRoot(), 'tests/fixtures/go-wapc'),
      env: { GOOS: 'wasip1', GOARCH: 'wasm', GOFLAGS: '', GOWORK: 'off' },
    },
  )
  return embedMetadata(readFileSync(output), MINIMAL_METADATA)
}
